"""The chapters of an e-book (EPUB 2 and 3), each an HTML page."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree, html

from crawler.extract.document import MOST_BYTES

CONTAINER = "META-INF/container.xml"
_PAGES = ("application/xhtml+xml", "text/html")


@dataclass(frozen=True, slots=True)
class Book:
    """The files of a book's chapters, in order, and when it was changed as it says ("" if it does not)."""

    chapters: tuple[str, ...]
    modified: str


def package_of(container: bytes) -> str:
    """The name of the file that describes the book; "" if there is none."""
    root = _parsed(container)
    paths = [node.get("full-path") or "" for node in root.iter("{*}rootfile")] if root is not None else []
    return next(filter(None, paths), "")


def book_of(package: bytes, name: str) -> Book:
    """The book that a package file of this name describes; without its table of contents."""
    root = _parsed(package)
    if root is None:
        return Book((), "")
    items = {node.get("id"): node for node in root.iter("{*}item")}
    spine = [items[ref] for node in root.iter("{*}itemref") if (ref := node.get("idref")) in items]
    pages = [node for node in spine if node.get("media-type") in _PAGES and "nav" not in (node.get("properties") or "")]
    files = (posixpath.join(posixpath.dirname(name), unquote(node.get("href") or "")) for node in pages)
    metas = [node.text for node in root.iter("{*}meta") if node.get("property") == "dcterms:modified"]
    return Book(tuple(map(posixpath.normpath, files)), (next(filter(None, metas), "") or "").strip())


def articles_in(chapter: bytes) -> Iterator[bytes]:
    """The pages of a chapter: each of its articles if it holds several, else the whole."""
    chapter = chapter[:MOST_BYTES]
    root = html.fromstring(chapter, parser=html.HTMLParser(encoding="utf-8")) if chapter.strip() else None
    articles = [] if root is None else [node for node in root.iter("article") if not _is_within(node)]
    if len(articles) < 2:
        yield chapter
        return
    for node in articles:
        heading = next((part for part in node.iter("h1", "h2", "h3", "h4")), None)
        title = "" if heading is None else etree.tostring(heading, encoding="unicode", method="text", with_tail=False)
        page = etree.Element("html")
        etree.SubElement(etree.SubElement(page, "head"), "title").text = " ".join(title.split())
        etree.SubElement(page, "body").append(node)
        yield b"<!DOCTYPE html>" + etree.tostring(page, encoding="utf-8", method="html", with_tail=False)


def _is_within(node: etree._Element) -> bool:
    return next(node.iterancestors("article"), None) is not None


def _parsed(data: bytes) -> etree._Element | None:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(data, parser) if data.strip() else None
