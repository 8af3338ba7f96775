"""A served archive, and its pages as trees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from starlette.testclient import TestClient

import wencang
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


def links(page: Element) -> list[str]:
    """The addresses that a page leads to on this site."""
    found = (element.get("href") or element.get("{http://www.w3.org/1999/xlink}href") for element in page.iter())
    return [unescape(href) for href in found if href and href.startswith("/")]


def text(element: Element) -> str:
    """The text of an element, on one line."""
    return " ".join("".join(element.itertext()).split())


def made(data: Path, *articles: Any, engine: str = "whoosh") -> Archive:
    """An archive of these articles, indexed."""
    archive = wencang.open(data, {"WENCANG_ENGINE": engine})
    with ArticleStore.create(data) as store:
        for article in articles:
            store.put(article)
    archive.index()
    return archive
