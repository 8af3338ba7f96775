"""What a crawl remembers from one run to the next: its runs, its lists, and the addresses it met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from archive import schema
from archive.messages import Message
from archive.store import ArticleStore

Outcome = Literal["new", "changed", "unchanged", "gone", "skipped", "failed"]  # of an article in a run
OUTCOMES: tuple[Outcome, ...] = ("new", "changed", "unchanged", "gone", "skipped", "failed")
_SOME = 500  # rows asked for at once


@dataclass(frozen=True, slots=True)
class Run:
    """One source in one run: `read` articles' pages, of which some failed and some were read by general means; UTC.

    `lists` is how many lists were read, `bytes` what came over the wire, `sections` the outcomes
    of what each list showed, `reasons` why pages and lists failed, and how often; `ended` is
    finished, interrupted, page limit, time limit, postponed or fault.
    """

    source: str
    finished: datetime
    read: int
    general: int
    failed: int
    started: datetime
    seconds: float = 0.0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    skipped: int = 0
    lists: int = 0
    bytes: int = 0
    sections: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    reasons: Mapping[Message, int] = field(default_factory=dict)
    program: str = ""
    ended: str = ""

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values: times as ISO 8601, UTC; reasons in English, like ones counted together."""
        return {name: getattr(self, name) for name in self.__slots__} | {
            "finished": self.finished.isoformat(), "started": self.started.isoformat(),
            "reasons": {reason.english: count for reason, count in self.reasons.items()},
        }  # fmt: skip


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

    @property
    def answered(self) -> datetime:
        """When the site last showed it, or said that there is no such list."""
        return self.due - self.interval


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address of an article, and the list that showed it ("" for a link in another article).

    `fetched` is when it was first read, None while that is still to come; `due` when it is
    asked for (again), None where it has come to rest; `failures` how often in a row it failed;
    `reason` why it did, or why it holds no article.
    """

    url: str
    source: str
    list: str
    found: datetime
    due: datetime | None
    fetched: datetime | None = None
    failures: int = 0
    reason: Message | None = None


class Ledger:
    """The ledger of an archive; each call is one transaction, and raises what ArticleStore raises."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    # Runs

    def note_run(self, run: Run) -> None:
        with self._store.writing() as connection:
            connection.execute(schema.runs.insert().values(_values(run)))

    def last_runs(self, source: str, count: int) -> list[Run]:
        """The newest runs of a source ("": of all), the newest first."""
        c = schema.runs.c
        return self._runs(_of(c.source, source), c.finished.desc(), count)

    def reading_runs(self, source: str, since: datetime) -> list[Run]:
        """The runs of a source since a time that read any articles, the oldest first."""
        c = schema.runs.c
        return self._runs(sa.and_(c.source == source, c.finished >= since, c.read > 0), c.finished)

    def _runs(self, which: sa.ColumnElement[bool], order: sa.ColumnElement[Any], most: int | None = None) -> list[Run]:
        rows = sa.select(*(schema.runs.c[name] for name in Run.__slots__)).where(which).order_by(order).limit(most)
        with self._store.reading() as connection:
            return [Run(*row) for row in connection.execute(rows)]

    def sources(self) -> list[str]:
        """Every source of which a run was noted."""
        with self._store.reading() as connection:
            return sorted(connection.scalars(sa.select(schema.runs.c.source).distinct()))

    def crawled(self, source: str) -> tuple[datetime, datetime] | None:
        """When the first run that read a list of a source began, and the last one ended; None where none did."""
        c = schema.runs.c
        ends = sa.select(sa.func.min(c.started), sa.func.max(c.finished)).where(c.source == source, c.lists > 0)
        with self._store.reading() as connection:
            first, last = connection.execute(ends).one()
        return (first, last) if first else None

    def unanswered(self) -> dict[str, datetime]:
        """The sources of which no run read a list, and when the first one began."""
        c = schema.runs.c
        first = sa.func.min(c.started).label("began")
        rows = sa.select(c.source, first).group_by(c.source).having(sa.func.max(c.lists) == 0)
        with self._store.reading() as connection:
            return {row.source: row.began for row in connection.execute(rows)}

    def walks(self, source: str) -> Iterator[tuple[datetime, datetime]]:
        """When each run that read a list of a source began and ended, the oldest first."""
        c = schema.runs.c
        rows = sa.select(c.started, c.finished).where(c.source == source, c.lists > 0).order_by(c.finished)
        last = datetime.min.replace(tzinfo=UTC)
        while some := self._rows(rows.where(c.finished > last)):
            yield from ((row.started, row.finished) for row in some)
            last = some[-1].finished

    def _rows(self, rows: sa.Select[Any]) -> list[sa.Row[Any]]:
        """The next few: no transaction stays open while a caller works."""
        with self._store.reading() as connection:
            return list(connection.execute(rows.limit(_SOME)))

    # Lists

    def sections(self, source: str = "") -> list[Section]:
        """Every list that was walked, of one source or of all."""
        c = schema.sections.c
        rows = sa.select(schema.sections).where(_of(c.source, source)).order_by(c.source, c.list)
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

    def candidates(self, urls: Iterable[str]) -> dict[str, Candidate]:
        """What is known of these addresses; those never met are left out."""
        wanted = list(urls)
        found: dict[str, Candidate] = {}
        with self._store.reading() as connection:
            for start in range(0, len(wanted), _SOME):
                some = schema.candidates.c.url.in_(wanted[start : start + _SOME])
                found |= {
                    row.url: _candidate(row) for row in connection.execute(sa.select(schema.candidates).where(some))
                }
        return found

    def due(self, source: str, now: datetime, looks: int) -> list[Candidate]:
        """The addresses to ask for now: all that were never read, then so many of those to look at again."""
        c = schema.candidates.c
        due = sa.select(schema.candidates).where(c.source == source, c.due <= now)
        with self._store.reading() as connection:
            new = connection.execute(due.where(c.fetched.is_(None)).order_by(c.found, c.url)).all()
            again = connection.execute(due.where(c.fetched.is_not(None)).order_by(c.due, c.url).limit(looks)).all()
        return [_candidate(row) for row in (*new, *again)]

    def note_candidates(self, candidates: Iterable[Candidate]) -> None:
        """Keep these, in place of what was known of their addresses."""
        values = [_values(candidate) for candidate in candidates]
        if values:
            with self._store.writing() as connection:
                connection.execute(schema.candidates.delete().where(schema.candidates.c.url == sa.bindparam("old")),
                                   [{"old": value["url"]} for value in values])  # fmt: skip
                connection.execute(schema.candidates.insert(), values)

    def missing(self, source: str, since: datetime, until: datetime) -> Iterator[Candidate]:
        """The addresses that a list showed first from a time to another and that no article is kept under.

        One that was read, and holds no article, has a reason; one whose article is kept under
        another address has none, and is left out.
        """
        c = schema.candidates.c
        kept = sa.exists().where(schema.addresses.c.url == c.url)
        none_there = sa.and_(c.failures == 0, c.reason.is_not(None))
        return self._shown(source, since, until, sa.and_(~kept, c.fetched.is_(None) | none_there))

    def withdrawn(self, source: str, since: datetime, until: datetime) -> Iterator[Candidate]:
        """The addresses that a list showed first from a time to another and whose article was withdrawn."""
        ids = sa.select(schema.revisions.c.id).where(schema.withdrawn)
        urls = sa.select(schema.addresses.c.url).where(schema.addresses.c.id.in_(ids))
        return self._shown(source, since, until, schema.candidates.c.url.in_(urls))

    def _shown(
        self, source: str, since: datetime, until: datetime, which: sa.ColumnElement[bool]
    ) -> Iterator[Candidate]:
        c = schema.candidates.c
        rows = sa.select(schema.candidates).where(
            c.source == source, c.list != "", c.found >= since, c.found < until, which
        )
        last = ""
        while some := self._rows(rows.where(c.url > last).order_by(c.url)):
            yield from map(_candidate, some)
            last = some[-1].url

    def brought(self, since: datetime) -> dict[str, int]:
        """How many addresses each list has shown first since a time."""
        c = schema.candidates.c
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


def _of(column: sa.ColumnElement[str], source: str) -> sa.ColumnElement[bool]:
    return column == source if source else sa.true()


def _values(value: Run | Section | Candidate) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__slots__}


def _candidate(row: sa.Row[tuple[object, ...]]) -> Candidate:
    return Candidate(row.url, row.source, row.list, row.found, row.due, row.fetched, row.failures, row.reason)
