"""Pages that were doubted: kept aside with their raw page, until a person accepts or refuses what was read.

A page is doubted that may not be the article it stands in for (crawler/health/doubt.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from archive.article import Article, RawPage, from_json, to_json
from archive.store import ArticleStore, schema, stored
from archive.text.messages import Message
from archive.url import canonical

State = Literal["open", "accepted", "refused", "over"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """What an address showed when it was fetched last, and why it was not archived as the article there.

    `id` is that of the article at the address, or would be. `article` is what was read, None where
    the page held no article. `found` is when the address was first doubted; times are UTC. `state` is
    open, accepted or refused by a person, or over: the address shows its article again. What was
    refused is not doubted again, but skipped. `earlier` are the pages that were doubted before.
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
    state: State = "open"
    earlier: tuple[RawPage, ...] = ()


class Doubts:
    """The doubted pages of an archive, one an address; each call is one transaction."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    def get(self, url: str) -> Doubt | None:
        return next(iter(self._read(schema.doubts.c.url == canonical(url))), None)

    def open(self, source: str = "") -> list[Doubt]:
        """Those that are neither decided nor over, of one source or of all, oldest first."""
        c = schema.doubts.c
        return self._read(c.state == "open", *([c.source == source] if source else []))

    def of(self, id: str) -> list[Doubt]:
        """Those of an article, in any state."""
        return self._read(schema.doubts.c.id == id)

    def kept(self) -> Iterator[tuple[RawPage, str]]:
        """Every raw page of a doubt, each with the id of its article if that is withdrawn, else ""."""
        with self._store.reading() as connection:
            withdrawn = {row.id for row in connection.execute(schema.addresses_withdrawn())}
        for doubt in self._read():
            for raw in (*doubt.pages, *doubt.earlier):
                yield raw, doubt.id if doubt.id in withdrawn else ""

    def note(self, doubt: Doubt) -> None:
        """Store a doubt, replacing an earlier one of its address, whose time and pages are taken over."""
        if earlier := self.get(doubt.url):
            found = min(earlier.found, doubt.found) if earlier.state == "open" else doubt.found
            pages = dict.fromkeys((*earlier.earlier, *earlier.pages))
            doubt = replace(doubt, found=found, earlier=tuple(raw for raw in pages if raw not in doubt.pages))
        with self._store.writing() as connection:
            connection.execute(schema.doubts.delete().filter_by(url=canonical(doubt.url)))
            connection.execute(schema.doubts.insert().values(_row(doubt)))

    def settle(self, url: str, state: State, shown: datetime | None = None) -> None:
        """Set the state of the open doubt of an address, if there is one; of a refused one the text stays.

        With `shown` only a doubt from that time or before it: what an older copy shows does not settle a later one.
        """
        values = {"state": state} | ({} if state == "refused" else {"article": None})
        doubt = schema.doubts.update().filter_by(url=canonical(url), state="open")
        with self._store.writing() as connection:
            connection.execute((doubt.where(schema.doubts.c.fetched <= shown) if shown else doubt).values(values))

    def _read(self, *where: sa.ColumnElement[bool]) -> list[Doubt]:
        c = schema.doubts.c
        with self._store.reading() as connection:
            rows = connection.execute(sa.select(schema.doubts).where(*where).order_by(c.found, c.url)).all()
        return list(map(_doubt, rows))


def _row(doubt: Doubt) -> dict[str, Any]:
    values = {name: getattr(doubt, name) for name in Doubt.__slots__}
    return values | {
        "url": canonical(doubt.url), "met": doubt.url, "pages": list(map(astuple, doubt.pages)),
        "earlier": list(map(astuple, doubt.earlier)), "article": doubt.article and to_json(doubt.article),
    }  # fmt: skip


def _doubt(row: sa.Row[Any]) -> Doubt:
    values = {name: getattr(row, name) for name in Doubt.__slots__}
    pages, earlier = (tuple(map(stored.raw_page_of, each)) for each in (row.pages, row.earlier))
    article = from_json(row.article) if row.article else None
    return Doubt(**values | {"url": row.met, "pages": pages, "earlier": earlier, "article": article})
