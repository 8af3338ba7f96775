"""The memory of crawls between runs: the runs, the lists, and the addresses that were found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from archive import clock
from archive.store import ArticleStore, schema
from archive.text.messages import Message

Outcome = Literal["new", "changed", "unchanged", "gone", "skipped", "doubted", "failed"]  # of an article
OUTCOMES: tuple[Outcome, ...] = ("new", "changed", "unchanged", "gone", "skipped", "doubted", "failed")
_PAGE = 500  # rows per query
_LONGEST = timedelta(days=366)  # until an address is fetched again
_BETWEEN_CHECKS = timedelta(days=1)  # of a list, at most
_NEVER = datetime.min.replace(tzinfo=UTC)
SKEW = timedelta(minutes=5)  # between the clocks of two machines


@dataclass(frozen=True, slots=True)
class Run:
    """The crawl of one source in one run; times are UTC.

    `read` pages of articles, `general` of them by general rules, `failed` not at all. `lists` is the
    number of lists that were read, `bytes` the volume received over the network, `sections` the
    outcomes by list, `reasons` why pages and lists failed, and how often. `ended` is finished,
    interrupted, page limit, time limit, postponed or fault.
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
    doubted: int = 0

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values: times as ISO 8601, UTC; reasons in English, like ones counted together."""
        return {name: getattr(self, name) for name in self.__slots__} | {
            "finished": self.finished.isoformat(), "started": self.started.isoformat(),
            "reasons": {reason.english: count for reason, count in self.reasons.items()},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """One list of a source, and the schedule of its checks; times are UTC.

    `checked` is when it was last read down to known articles, or None if the site has no such list;
    `due` and `interval` say when the next check is; `new` is the number of new addresses in the last
    one, `newest` when the list last had any. `etag` and `modified` are headers of its first page, for
    a conditional request.
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
        """When the site last responded: with the list, or that there is none."""
        return self.due - self.interval


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address of an article, and the list that has it ("" for a link in another article); times are UTC.

    `url` is canonical, `met` the address as it was linked where that is known.

    `found` is when it was discovered, `fetched` when it was first read, or None; `due` when it is
    fetched (again), or None if no further fetch is scheduled. `failures` is the number of failures in
    a row, `reason` the last one's, or why the page has no article.
    """

    url: str
    source: str
    list: str
    found: datetime
    due: datetime | None
    fetched: datetime | None = None
    failures: int = 0
    reason: Message | None = None
    met: str = ""

    @property
    def address(self) -> str:
        """The address to request."""
        return self.met or self.url


class Ledger:
    """The ledger of an archive; each call is one transaction, and raises what ArticleStore raises."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    # Runs

    def note_run(self, run: Run) -> None:
        with self._store.writing() as connection:
            connection.execute(schema.runs.insert().values(_values(run)))

    def last_runs(self, source: str, count: int) -> list[Run]:
        """The newest runs of a source ("": of all), newest first; those of a wrong clock, still to come, last."""
        c = schema.runs.c
        return self._runs(_of(c.source, source), (c.finished > clock.now(), c.finished.desc()), count)

    def reading_runs(self, source: str, since: datetime) -> list[Run]:
        """The runs of a source since a time that read any articles, oldest first."""
        c = schema.runs.c
        past = c.finished.between(since, clock.now())
        return self._runs(sa.and_(c.source == source, past, c.read > 0), (c.finished,))

    def _runs(
        self, where: sa.ColumnElement[bool], order: Iterable[sa.ColumnElement[Any]], limit: int | None = None
    ) -> list[Run]:
        rows = sa.select(*(schema.runs.c[name] for name in Run.__slots__)).where(where).order_by(*order).limit(limit)
        with self._store.reading() as connection:
            return [Run(*row) for row in connection.execute(rows)]

    def sources(self) -> list[str]:
        """All sources with a run, sorted."""
        with self._store.reading() as connection:
            return sorted(connection.scalars(sa.select(schema.runs.c.source).distinct()))

    def crawled(self, source: str) -> tuple[datetime, datetime] | None:
        """When the first run that read a list of a source began, and the last one ended; None if there is none."""
        c = schema.runs.c
        ends = sa.select(sa.func.min(c.started), sa.func.max(c.finished)).where(
            c.source == source, c.lists > 0, c.finished <= clock.now()
        )
        with self._store.reading() as connection:
            first, last = connection.execute(ends).one()
        return (first, last) if first else None

    def unanswered(self) -> dict[str, datetime]:
        """The sources of which no run ever read a list, and when the first run began."""
        c = schema.runs.c
        first = sa.func.min(c.started).label("began")
        rows = sa.select(c.source, first).group_by(c.source).having(sa.func.max(c.lists) == 0)
        with self._store.reading() as connection:
            return {row.source: row.began for row in connection.execute(rows)}

    def walks(self, source: str) -> Iterator[tuple[datetime, datetime]]:
        """When each run that read a list of a source began and ended, oldest first."""
        c = schema.runs.c
        past = c.finished <= clock.now()
        rows = sa.select(c.started, c.finished).where(c.source == source, c.lists > 0, past).order_by(c.finished)
        last = datetime.min.replace(tzinfo=UTC)
        while page := self._page(rows.where(c.finished > last)):
            yield from ((row.started, row.finished) for row in page)
            last = page[-1].finished

    def _page(self, rows: sa.Select[Any]) -> list[sa.Row[Any]]:
        """The first rows, so that no transaction stays open while the caller works."""
        with self._store.reading() as connection:
            return list(connection.execute(rows.limit(_PAGE)))

    # Lists

    def sections(self, source: str = "") -> list[Section]:
        """All lists that were checked, of one source or of all."""
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
        """What is known of these addresses; unknown ones are left out."""
        urls = list(urls)
        candidates: dict[str, Candidate] = {}
        with self._store.reading() as connection:
            for start in range(0, len(urls), _PAGE):
                chosen = schema.candidates.c.url.in_(urls[start : start + _PAGE])
                for row in connection.execute(sa.select(schema.candidates).where(chosen)):
                    candidates[row.url] = _candidate(row)
        return candidates

    def due(self, source: str, now: datetime, looks: int) -> list[Candidate]:
        """The addresses to fetch now: all that were never read, then at most `looks` to fetch again.

        Those that failed come last among their kind, so that they keep no others from their turn.
        """
        c = schema.candidates.c
        due = sa.select(schema.candidates).where(c.source == source, c.due <= now)
        with self._store.reading() as connection:
            new = connection.execute(due.where(c.fetched.is_(None)).order_by(c.failures, c.found, c.url)).all()
            again = connection.execute(
                due.where(c.fetched.is_not(None)).order_by(c.failures, c.due, c.url).limit(looks)
            ).all()
        return [_candidate(row) for row in (*new, *again)]

    def mend(self, source: str, now: datetime, is_put_off: Callable[[Candidate, datetime], bool]) -> None:
        """Make due now what a wrong clock put off; its times that are yet to come become `now`.

        `is_put_off` is asked of the addresses that are not due, except those withdrawn and those long known.
        """
        if (latest := latest_time(self._store)) is None or latest <= now + SKEW:
            return
        c, s = schema.candidates.c, schema.sections.c
        withdrawn = schema.addresses_withdrawn().with_only_columns(schema.addresses.c.url)
        ended = sa.and_(c.due.is_(None), c.fetched > now - _LONGEST, c.url.not_in(withdrawn))
        waiting = sa.select(schema.candidates).where(c.source == source, sa.or_(c.due > now, ended))
        present = sa.literal(now, schema.Instant())

        def past(*columns: sa.Column[Any]) -> dict[str, Any]:
            return {column.name: sa.case((column > now, present), else_=column) for column in columns}

        with self._store.writing() as connection:
            early = schema.candidates.update().where(c.source == source, sa.or_(c.found > now, c.fetched > now))
            connection.execute(early.values(due=present, **past(c.found, c.fetched)))
            candidates = [_candidate(row) for row in connection.execute(waiting)]
            put_off = [{"at": candidate.url} for candidate in candidates if is_put_off(candidate, now)]
            if put_off:
                at = schema.candidates.update().where(c.url == sa.bindparam("at"))
                connection.execute(at.values(due=present), put_off)
            pictures = schema.pictures.update().where(schema.pictures.c.source == source, schema.pictures.c.due > now)
            connection.execute(pictures.values(due=present))
            ahead = sa.or_(s.checked > now, s.newest > now, s.due > now + _BETWEEN_CHECKS)
            sections = schema.sections.update().where(s.source == source, ahead)
            connection.execute(sections.values(due=present, **past(s.checked, s.newest)))

    def note_candidates(self, candidates: Iterable[Candidate]) -> None:
        """Store these, replacing what was known of their addresses."""
        values = [_values(candidate) for candidate in candidates]
        if values:
            with self._store.writing() as connection:
                connection.execute(schema.candidates.delete().where(schema.candidates.c.url == sa.bindparam("old")),
                                   [{"old": value["url"]} for value in values])  # fmt: skip
                connection.execute(schema.candidates.insert(), values)

    def missing(self, source: str, since: datetime, until: datetime) -> Iterator[Candidate]:
        """The addresses found in a list between two times that are no address of an archived article.

        One that was read and has no article has a reason. One whose article is archived under another
        address has none, and is left out.
        """
        c = schema.candidates.c
        archived = sa.exists().where(schema.addresses.c.url == c.url)
        no_article = sa.and_(c.failures == 0, c.reason.is_not(None))
        return self._listed(source, since, until, sa.and_(~archived, c.fetched.is_(None) | no_article))

    def withdrawn(self, source: str, since: datetime, until: datetime) -> Iterator[Candidate]:
        """The addresses found in a list between two times whose article was withdrawn."""
        ids = sa.select(schema.revisions.c.id).where(schema.withdrawn)
        urls = sa.select(schema.addresses.c.url).where(schema.addresses.c.id.in_(ids))
        return self._listed(source, since, until, schema.candidates.c.url.in_(urls))

    def _listed(
        self, source: str, since: datetime, until: datetime, where: sa.ColumnElement[bool]
    ) -> Iterator[Candidate]:
        c = schema.candidates.c
        rows = sa.select(schema.candidates).where(
            c.source == source, c.list != "", c.found >= since, c.found < until, where
        )
        last = ""
        while page := self._page(rows.where(c.url > last).order_by(c.url)):
            yield from map(_candidate, page)
            last = page[-1].url

    def brought(self, since: datetime) -> dict[str, int]:
        """The number of addresses found in each list since a time."""
        c = schema.candidates.c
        rows = (
            sa.select(c.list, sa.func.count().label("brought")).where(c.found >= since, c.list != "").group_by(c.list)
        )
        with self._store.reading() as connection:
            return {row.list: row.brought for row in connection.execute(rows)}


class Due:
    """When sources became due, as of a time."""

    def __init__(self, store: ArticleStore, now: datetime) -> None:
        self._store, self._now = store, now
        latest = latest_time(store)
        self._clock_was_wrong = bool(latest and latest > now + SKEW)  # Ledger.mend makes due what it put off

    def since(self, source: str, lists: Iterable[str]) -> datetime:
        """The earliest time at which a list, an address or a picture of a source is due; it may be yet to come."""
        if self._clock_was_wrong:
            return _NEVER
        sections = {section.list: section.due for section in Ledger(self._store).sections(source)}
        tables = (schema.candidates, schema.pictures)
        earliest = [sa.select(sa.func.min(table.c.due)).where(table.c.source == source) for table in tables]
        with self._store.reading() as connection:
            waiting = filter(None, map(connection.scalar, earliest))
            return min([*waiting, *(sections.get(list, _NEVER) for list in lists)], default=self._now)


def latest_time(store: ArticleStore) -> datetime | None:
    """The latest time at which anything was fetched, checked or ended, by the archive; None if it is empty."""
    columns = (
        schema.revisions.c.fetched, schema.runs.c.finished, schema.sections.c.checked, schema.candidates.c.found,
        schema.candidates.c.fetched,
    )  # fmt: skip
    with store.reading() as connection:
        return max(
            filter(None, (connection.scalar(sa.select(sa.func.max(column))) for column in columns)), default=None
        )


def last_checks(sections: Iterable[Section]) -> dict[str, datetime | None]:
    """When a list of each source was last checked; None if none ever was."""
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
    return Candidate(row.url, row.source, row.list, row.found, row.due, row.fetched, row.failures, row.reason, row.met)
