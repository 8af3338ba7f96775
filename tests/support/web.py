"""A served archive, and its pages as trees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from starlette.testclient import TestClient

import wencang
from archive.settings import load
from archive.store import ArticleStore
from wencang.archive import Archive
from wencang.web.app import create_app

BASE = "http://127.0.0.1"


@contextmanager
def serving(archive: Archive, **options: Any) -> Iterator[TestClient]:
    """A client of an application that serves an archive."""
    with TestClient(create_app(archive, **options), base_url=BASE, follow_redirects=False) as client:
        yield client


def tree(html: str) -> Element:
    """A page, parsed as browsers do but refusing whatever is not well-formed; names without namespace."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(html)
    return root


def checked(html: str) -> Element:
    """A page, found to have unique ids, a label for each field, one heading, and neither scripts nor inline styles."""
    page = tree(html)
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert len(list(page.iter("h1"))) == 1
    labelled = {element.get("for") for element in page.iter("label")}
    for field in (*page.iter("input"), *page.iter("select")):
        assert field.get("type") == "hidden" or field.get("id") in labelled
    described = {id for e in page.iter() for id in (e.get("aria-describedby") or "").split()}
    anchors = {(e.get("href") or "")[1:] for e in page.iter("a") if (e.get("href") or "").startswith("#")}
    assert described | anchors <= set(ids)
    names = (element for name in ("a", "span") for element in page.iter(name))
    assert "闻藏" in map(text, names), "each page has the name that leads home"
    assert not list(page.iter("script"))
    assert not [element for element in page.iter() if element.get("style")]
    return page


def links(page: Element) -> list[str]:
    """The addresses that a page leads to on this site."""
    found = (element.get("href") or element.get("{http://www.w3.org/1999/xlink}href") for element in page.iter())
    return [href for href in found if href and href.startswith("/")]


def text(element: Element) -> str:
    """The text of an element, on one line."""
    return " ".join("".join(element.itertext()).split())


def made(data: Path, *articles: Any, engine: str = "whoosh") -> Archive:
    """An archive of these articles, indexed."""
    archive = wencang.open(data, {"WENCANG_ENGINE": engine})
    with ArticleStore.create(load(data)) as store:
        for article in articles:
            store.put(article)
    archive.index()
    return archive
