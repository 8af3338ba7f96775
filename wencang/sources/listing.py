"""The sources of an archive as a table, and the file of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from archive import toml
from archive.errors import UsageFault
from archive.store import ArticleStore
from archive.tables.ledger import Ledger
from crawler.sources import SHIPPED, Source, Sources
from wencang.desk.table import Table

Origin = Literal["shipped", "own", "own, replaces shipped"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A source, the file it is read from, and the text of that."""

    source: Source
    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source; `verified` is the day its rules were found right on the live site, `fault` why it can't be used.

    `lists` is the number of its lists, `last_crawl` (UTC) the end of its newest crawl into this archive.
    """

    name: str
    title: str
    site: str
    origin: Origin
    verified: date | None
    lists: int
    last_crawl: datetime | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SourceList(Table):
    """The sources by name."""

    sources: tuple[SourceRow, ...]
    columns = SourceRow.__slots__

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`; a time as a datetime in UTC."""
        for source in self.sources:
            yield tuple(getattr(source, column) for column in self.columns)


def listed(sources: Sources, store: ArticleStore | None) -> SourceList:
    """All sources, also those whose file is not valid."""
    return SourceList(tuple(_row(sources, name, store) for name in sources.names()))


def file_of(sources: Sources, name: str) -> SourceFile:
    """Raises UsageFault for an unknown source, and for a file that is not valid."""
    path = sources.path(name)
    return SourceFile(sources.load(name), path, toml.text(path))


def _row(sources: Sources, name: str, store: ArticleStore | None) -> SourceRow:
    origin = _origin(sources, name)
    try:
        source = sources.load(name)
    except UsageFault as error:
        return SourceRow(name, "", "", origin, None, 0, None, str(error))
    runs = Ledger(store).last_runs(source.site, 1) if store else []
    last = runs[0].finished if runs else None
    return SourceRow(name, source.title, source.site, origin, source.verified, len(source.lists), last)


def _origin(sources: Sources, name: str) -> Origin:
    if name not in sources.own():
        return "shipped"
    return "own, replaces shipped" if name in SHIPPED.names() else "own"
