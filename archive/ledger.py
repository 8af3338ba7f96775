"""What a crawl remembers from one run to the next: its runs, its lists, and the addresses it met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from archive import schema
from archive.store import ArticleStore

_SOME = 500  # addresses asked for at once


@dataclass(frozen=True, slots=True)
class Run:
    """One source in one run: `read` articles' pages, of which some failed and some were read by general means; UTC."""

    source: str
    finished: datetime
    read: int
    general: int
    failed: int


@dataclass(frozen=True, slots=True)
class Section:
    """One list of a source: when it was last walked to what was known, when it is due again, and what was new.

    `checked` is None where it never was, because the site has no such list. `newest` is when
    it last brought anything; `etag` and `modified` are what its first page came with, for a
    conditional request.
    """

    list: str
    source: str
    checked: datetime | None
    due: datetime
    interval: timedelta
    new: int
    newest: datetime | None
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """An address of an article, and the list that showed it ("" for a link in another article).

    `fetched` is when it was first read, None while that is still to come; `due` when it is
    asked for (again), None where it has come to rest; `failures` how often in a row it failed.
    """

    url: str
    source: str
    list: str
    found: datetime
    due: datetime | None
    fetched: datetime | None = None
    failures: int = 0


class Ledger:
    """The ledger of an archive; each call is one transaction, and raises what ArticleStore raises."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    # Runs

    def note_run(self, run: Run) -> None:
        with self._store.writing() as connection:
            connection.execute(schema.runs.insert().values(_values(run)))

    def last_runs(self, source: str, count: int) -> list[Run]:
        """What the newest runs of a source came to, the newest first."""
        c = schema.runs.c
        rows = sa.select(*(c[name] for name in Run.__slots__)).where(c.source == source)
        with self._store.reading() as connection:
            return [Run(*row) for row in connection.execute(rows.order_by(c.finished.desc()).limit(count))]

    # Lists

    def sections(self, source: str = "") -> list[Section]:
        """Every list that was walked, of one source or of all."""
        c = schema.sections.c
        rows = sa.select(schema.sections).where(c.source == source if source else sa.true()).order_by(c.source, c.list)
        with self._store.reading() as connection:
            return [
                Section(
                    row.list, row.source, row.checked, row.due, timedelta(seconds=row.seconds), row.new, row.newest,
                    row.etag, row.modified,
                )
                for row in connection.execute(rows)
            ]  # fmt: skip

    def note_section(self, section: Section) -> None:
        values = _values(section) | {"seconds": int(section.interval.total_seconds())}
        del values["interval"]
        with self._store.writing() as connection:
            connection.execute(schema.sections.delete().filter_by(list=section.list))
            connection.execute(schema.sections.insert().values(values))

    # Addresses

    def leads(self, urls: Iterable[str]) -> dict[str, Lead]:
        """What is known of these addresses; those never met are left out."""
        wanted = list(urls)
        found: dict[str, Lead] = {}
        with self._store.reading() as connection:
            for start in range(0, len(wanted), _SOME):
                some = schema.leads.c.url.in_(wanted[start : start + _SOME])
                found |= {row.url: _lead(row) for row in connection.execute(sa.select(schema.leads).where(some))}
        return found

    def due(self, source: str, now: datetime, looks: int) -> list[Lead]:
        """The addresses to ask for now: all that were never read, then so many of those to look at again."""
        c = schema.leads.c
        due = sa.select(schema.leads).where(c.source == source, c.due <= now)
        with self._store.reading() as connection:
            new = connection.execute(due.where(c.fetched.is_(None)).order_by(c.found, c.url)).all()
            again = connection.execute(due.where(c.fetched.is_not(None)).order_by(c.due, c.url).limit(looks)).all()
        return [_lead(row) for row in (*new, *again)]

    def note_leads(self, leads: Iterable[Lead]) -> None:
        """Keep these, in place of what was known of their addresses."""
        values = [_values(lead) for lead in leads]
        if values:
            with self._store.writing() as connection:
                connection.execute(schema.leads.delete().where(schema.leads.c.url == sa.bindparam("old")),
                                   [{"old": value["url"]} for value in values])  # fmt: skip
                connection.execute(schema.leads.insert(), values)

    def brought(self, since: datetime) -> dict[str, int]:
        """How many addresses each list has shown first since a time."""
        c = schema.leads.c
        rows = (
            sa.select(c.list, sa.func.count().label("brought")).where(c.found >= since, c.list != "").group_by(c.list)
        )
        with self._store.reading() as connection:
            return {row.list: row.brought for row in connection.execute(rows)}


def last_checks(sections: Iterable[Section]) -> dict[str, datetime | None]:
    """When a list of each source was last walked; None where none ever was."""
    checks: dict[str, datetime | None] = {}
    for section in sections:
        times = filter(None, (section.checked, checks.get(section.source)))
        checks[section.source] = max(times, default=None)
    return checks


def _values(value: Run | Section | Lead) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__slots__}


def _lead(row: sa.Row[tuple[object, ...]]) -> Lead:
    return Lead(row.url, row.source, row.list, row.found, row.due, row.fetched, row.failures)
