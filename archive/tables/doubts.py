"""Pages that were doubted: kept aside with their raw page, until a person accepts or refuses what was read.

A page is doubted that may not be the article it stands in for (crawler/health/doubt.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive import schema
from archive.article import Article, RawPage, from_json, to_json
from archive.store import ArticleStore
from archive.text.messages import Message
from archive.url import canonical


@dataclass(frozen=True, slots=True)
class Doubt:
    """What an address showed when it was fetched last, and why it was not archived as the article there.

    `id` is that of the article at the address, or would be. `article` is what was read, None where
    the page held no article. `found` is when the address was first doubted; times are UTC. With
    `refused` a person decided so: the same text is not doubted again, but skipped.
    """

    url: str
    source: str
    id: str
    reason: Message
    found: datetime
    fetched: datetime
    pages: tuple[RawPage, ...]
    article: Article | None = None
    extractor: str = ""
    refused: bool = False


class Doubts:
    """The doubted pages of an archive, one an address; each call is one transaction."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    def get(self, url: str) -> Doubt | None:
        return next(iter(self._read(schema.doubts.c.url == canonical(url))), None)

    def open(self, source: str = "") -> list[Doubt]:
        """Those that nobody decided on, of one source or of all, oldest first."""
        c = schema.doubts.c
        return self._read(~c.refused, *([c.source == source] if source else []))

    def note(self, doubt: Doubt) -> None:
        """Store a doubt, replacing an earlier one of its address; the time it was found first stays."""
        earlier = self.get(doubt.url)
        doubt = replace(doubt, found=min(earlier.found, doubt.found)) if earlier else doubt
        with self._store.writing() as connection:
            connection.execute(schema.doubts.delete().filter_by(url=canonical(doubt.url)))
            connection.execute(schema.doubts.insert().values(_row(doubt)))

    def forget(self, url: str) -> None:
        """The address shows its article again, or what was read was accepted."""
        with self._store.writing() as connection:
            connection.execute(schema.doubts.delete().filter_by(url=canonical(url)))

    def _read(self, *where: sa.ColumnElement[bool]) -> list[Doubt]:
        c = schema.doubts.c
        with self._store.reading() as connection:
            rows = connection.execute(sa.select(schema.doubts).where(*where).order_by(c.found, c.url)).all()
        return list(map(_doubt, rows))


def _row(doubt: Doubt) -> dict[str, Any]:
    values = {name: getattr(doubt, name) for name in Doubt.__slots__}
    return values | {
        "url": canonical(doubt.url), "met": doubt.url, "pages": list(map(astuple, doubt.pages)),
        "article": doubt.article and to_json(doubt.article),
    }  # fmt: skip


def _doubt(row: sa.Row[Any]) -> Doubt:
    values = {name: getattr(row, name) for name in Doubt.__slots__}
    article = from_json(row.article) if row.article else None
    return Doubt(**values | {"url": row.met, "pages": _raw_pages(row.pages), "article": article})


def _raw_pages(pages: Iterable[Iterable[Any]]) -> tuple[RawPage, ...]:
    return tuple(RawPage(*page) for page in pages)
