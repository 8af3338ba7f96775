"""The captures of a source that web archives hold: which were looked up, taken, left, or failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from archive import clock
from archive.store import ArticleStore, schema
from archive.text.messages import Message, Reason

State = Literal["waiting", "kept", "same", "skipped", "doubted", "failed"]
MOST_TRIES = 5  # of a capture, over all runs
_PAGE = 500
_lookups, _captures = schema.lookups.c, schema.captures.c


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture of an article's page at a time (UTC), and what became of it.

    `url` is canonical, `met` the address as it was captured. `digest` is that of the page in the
    archive's notation, "" if unknown. `place` is the address of the capture or, with an `offset`, of
    the WARC file that holds it there, in `length` bytes.

    `state` is waiting; kept as a version; same: as the version before it; skipped: it holds no
    article, or the archive shows another capture in its place; doubted: it may not be the article, and
    is not kept; or failed, `failures` times.
    """

    archive: str
    source: str
    url: str
    captured: datetime
    met: str
    place: str
    digest: str = ""
    offset: int | None = None
    length: int | None = None
    state: State = "waiting"
    failures: int = 0
    reason: Message | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether a person accepted it, though it was doubted."""
        return bool(self.reason and self.reason.code == Reason.ACCEPTED.code)

    @property
    def is_open(self) -> bool:
        """Whether a later run asks for it again."""
        return self.state == "waiting" or (self.state == "failed" and self.failures < MOST_TRIES)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A query of an archive's index: `position` is where it continues, in the archive's notation."""

    archive: str
    source: str
    query: str
    position: str = ""
    asked: datetime | None = None
    done: bool = False
    failures: int = 0
    reason: Message | None = None


class Captures:
    """What the archive knows of web archives; each call is one transaction."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    def lookup(self, archive: str, source: str, query: str) -> Lookup:
        """A query as it stands; a new one if it was never asked."""
        wanted = {"archive": archive, "source": source, "query": query}
        with self._store.reading() as connection:
            row = connection.execute(sa.select(schema.lookups).filter_by(**wanted)).first()
        return Lookup(**row._mapping) if row else Lookup(archive, source, query)

    def note_lookup(self, lookup: Lookup, captures: Iterable[Capture] = ()) -> int:
        """Store a query as it stands now with the captures that its last answer named; the number of new ones."""
        values = {name: getattr(lookup, name) for name in Lookup.__slots__}
        key = {name: values[name] for name in ("archive", "source", "query")}
        rows = {(each.url, each.captured): each for each in captures}
        with self._store.writing() as connection:
            connection.execute(schema.lookups.delete().filter_by(**key))
            connection.execute(schema.lookups.insert().values(values))
            known = self._known(connection, lookup.archive, list({url for url, _captured in rows}))
            new = [_row(each) for place, each in rows.items() if place not in known]
            if new:
                connection.execute(schema.captures.insert(), new)
        return len(new)

    def _known(self, connection: sa.Connection, archive: str, urls: Sequence[str]) -> set[tuple[str, datetime]]:
        known: set[tuple[str, datetime]] = set()
        for start in range(0, len(urls), _PAGE):
            rows = sa.select(_captures.url, _captures.captured).where(
                _captures.archive == archive, _captures.url.in_(urls[start : start + _PAGE])
            )
            known.update((row.url, row.captured) for row in connection.execute(rows))
        return known

    def note(self, capture: Capture) -> None:
        """Store what became of a capture, or a new one."""
        key = {"archive": capture.archive, "url": capture.url, "captured": capture.captured}
        with self._store.writing() as connection:
            connection.execute(schema.captures.delete().filter_by(**key))
            connection.execute(schema.captures.insert().values(_row(capture)))

    def accept(self, archive: str, source: str, url: str) -> int:
        """Have the doubted captures of an address taken again, and kept whatever they are; their number."""
        doubted = _captures.archive == archive, _captures.source == source, _captures.url == url
        chosen = self._read(*doubted, _captures.state == "doubted")
        for capture in chosen:
            self.note(replace(capture, state="waiting", reason=Reason.ACCEPTED.format()))
        return len(chosen)

    def get(self, archive: str, url: str, captured: datetime) -> Capture | None:
        return next(iter(self._read(
            _captures.archive == archive, _captures.url == url, _captures.captured == captured
        )), None)  # fmt: skip

    def before(self, capture: Capture) -> Capture | None:
        """The capture of the same address before this one, in the same archive."""
        same = _captures.archive == capture.archive, _captures.url == capture.url
        rows = sa.select(schema.captures).where(*same, _captures.captured < capture.captured)
        with self._store.reading() as connection:
            row = connection.execute(rows.order_by(_captures.captured.desc()).limit(1)).first()
        return Capture(**row._mapping) if row else None

    def open(
        self, archive: str, source: str, since: datetime | None = None, until: datetime | None = None,
        after: tuple[str, datetime] | None = None, limit: int = _PAGE,
    ) -> list[Capture]:  # fmt: skip
        """The captures to be taken, address by address, each in order of time, after this one."""
        where = [_captures.archive == archive, _captures.source == source, _IS_OPEN]
        where += [_captures.captured >= since] if since else []
        where += [_captures.captured < until] if until else []
        if after:
            url, captured = after
            later = sa.and_(_captures.url == url, _captures.captured > captured)
            where.append(sa.or_(_captures.url > url, later))
        return self._read(*where, limit=limit)

    def left(self, source: str, since: datetime, until: datetime) -> list[Capture]:
        """The captures of a source between two times that are doubted or failed."""
        unsettled = _captures.state.in_(("doubted", "failed"))
        return self._read(_captures.source == source, unsettled, _captures.captured.between(since, until))

    def waiting(self, source: str, since: datetime, until: datetime) -> list[tuple[str, int, datetime, datetime]]:
        """The number of captures between two times that wait, the first and the last time, by archive."""
        c = _captures
        rows = sa.select(c.archive, sa.func.count(), sa.func.min(c.captured), sa.func.max(c.captured)).where(
            c.source == source, c.state == "waiting", c.captured.between(since, until)
        )
        with self._store.reading() as connection:
            return [tuple(row) for row in connection.execute(rows.group_by(c.archive).order_by(c.archive))]

    def unfinished(self, source: str) -> list[Lookup]:
        """The queries of a source that are not answered to their end."""
        rows = sa.select(schema.lookups).where(_lookups.source == source, ~_lookups.done)
        with self._store.reading() as connection:
            return [
                Lookup(**row._mapping) for row in connection.execute(rows.order_by(_lookups.archive, _lookups.query))
            ]

    def addresses(self, source: str) -> list[str]:
        """The addresses of a source's articles that are known, of kept ones and of those on lists, as they were met."""
        own, listed = schema.addresses.c, schema.candidates.c
        articles = sa.select(own.url, own.met).join(schema.articles).where(schema.articles.c.source == source)
        candidates = sa.select(listed.url, listed.met).where(listed.source == source, listed.url.not_in(_LISTS))
        with self._store.reading() as connection:
            rows = connection.execute(articles.union(candidates).order_by("url")).all()
        return list({row.url: row.met or row.url for row in rows}.values())

    def sources(self) -> list[str]:
        """The sources that a web archive was asked about, sorted."""
        with self._store.reading() as connection:
            return sorted(connection.scalars(sa.select(_lookups.source).distinct()))

    def counts(self, archive: str, source: str) -> dict[str, int]:
        """The number of captures in each state."""
        rows = sa.select(_captures.state, sa.func.count()).where(
            _captures.archive == archive, _captures.source == source
        )
        with self._store.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(rows.group_by(_captures.state))}

    def _read(self, *where: sa.ColumnElement[bool], limit: int | None = None) -> list[Capture]:
        rows = sa.select(schema.captures).where(*where).order_by(_captures.url, _captures.captured, _captures.archive)
        with self._store.reading() as connection:
            return [Capture(**row._mapping) for row in connection.execute(rows.limit(limit))]


_LISTS = sa.select(schema.sections.c.list)
_IS_OPEN = sa.or_(_captures.state == "waiting", sa.and_(_captures.state == "failed", _captures.failures < MOST_TRIES))


def failed(capture: Capture, reason: Message, lasting: bool = False) -> Capture:
    """The capture after a failure; a lasting one is not tried again."""
    failures = MOST_TRIES if lasting else capture.failures + 1
    return replace(capture, state="failed", failures=failures, reason=reason)


def answered(lookup: Lookup, position: str, done: bool) -> Lookup:
    """The query after an answer."""
    return replace(lookup, position=position, asked=clock.now(), done=done, failures=0, reason=None)


def _row(capture: Capture) -> dict[str, object]:
    return {name: getattr(capture, name) for name in Capture.__slots__}
