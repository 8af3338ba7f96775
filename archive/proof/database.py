"""Integrity of the database: its file, its rows, and the text of every version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from archive import clock
from archive.article import Revision
from archive.store import ArticleStore, credible, schema
from archive.store.stored import revision_of
from archive.text.translation import gettext as _

_PAGE = 500  # revisions in memory at once
_EARLIEST = datetime.min.replace(tzinfo=UTC)
Faults = Callable[[Revision], Iterable[str]]


def verify(store: ArticleStore, faults: Faults = lambda _revision: ()) -> Iterator[str]:
    """The faults of the database, a line each.

    `faults` gives further faults of a revision, those of its raw pages (Pages.faults). Raises what ArticleStore raises.
    """
    with store.reading() as connection:
        yield from store.database.faults(connection)
        yield from _of_revisions(connection, faults)


def _of_revisions(connection: sa.Connection, faults: Faults) -> Iterator[str]:
    last = connection.scalar(sa.select(schema.archive.c.sequence)) or 0
    histories = _Histories(connection)
    due = 1
    for number, read in _revisions(connection):
        missing = range(due, min(number, last + 1))
        for unexpected in (*missing, *([number] if number > last else [])):
            yield _("version {number} is missing or unexpected").format(number=unexpected)
        due = number + 1
        if isinstance(read, ValueError):
            yield _("version {number} can't be read: {error}").format(number=number, error=read)
            continue
        revision, digest = read
        article = revision.article
        if any(article.text) if revision.withdrawn else article.digest != digest:
            fault = _("version {number} ({id}): the text differs from the one that was archived")
            yield fault.format(number=number, id=article.id)
        yield from faults(revision)
        histories.add(revision)
    for missing_at_end in range(due, last + 1):
        yield _("version {number} is missing or unexpected").format(number=missing_at_end)
    for id in histories.faults(connection):
        yield _("{id} does not point to its newest version").format(id=id)


def _revisions(connection: sa.Connection) -> Iterator[tuple[int, tuple[Revision, str] | ValueError]]:
    """Every revision by its sequence, with the digest that was stored, or the error of reading it."""
    sequence = schema.revisions.c.sequence
    page = sa.select(sequence).order_by(sequence).limit(_PAGE)
    numbers = connection.scalars(page).all()
    while numbers:
        try:
            yield from list(_read(connection, numbers))
        except ValueError:  # one by one: the others can be read
            for number in numbers:
                try:
                    yield from list(_read(connection, [number]))
                except ValueError as error:
                    yield number, error
        numbers = connection.scalars(page.where(sequence > numbers[-1])).all()


def _read(connection: sa.Connection, numbers: Sequence[int]) -> Iterator[tuple[int, tuple[Revision, str]]]:
    sequence = schema.revisions.c.sequence
    for row in connection.execute(sa.select(schema.revisions).where(sequence.in_(numbers)).order_by(sequence)):
        yield row.sequence, (revision_of(row), row.digest)


class _Histories:
    """Which version of each article is its newest: those with one version are left to the database."""

    def __init__(self, connection: sa.Connection) -> None:
        id = schema.revisions.c.id
        self._changed = set(connection.scalars(sa.select(id).group_by(id).having(sa.func.count() > 1)))
        self._now = clock.now()
        self._times: dict[str, datetime] = {}
        self._newest: dict[str, tuple[datetime, int]] = {}
        self._last: dict[str, int] = {}  # stored last: the newest where a clock went back meanwhile

    def add(self, revision: Revision) -> None:
        """Revisions come as they were stored."""
        id, number = revision.article.id, revision.sequence
        if id in self._changed:
            time = self._times[id] = credible(revision.fetched, self._times.get(id, _EARLIEST), self._now)
            self._newest[id] = max(self._newest.get(id, (time, 0)), (time, number))
            self._last[id] = number

    def faults(self, connection: sa.Connection) -> list[str]:
        """The ids of the articles that do not point to their newest version."""
        a, r = schema.articles.c, schema.revisions.c
        own = sa.and_(r.sequence == a.sequence, r.id == a.id)
        wrong = set(connection.scalars(sa.select(a.id).outerjoin(schema.revisions, own).where(r.id.is_(None))))
        for id, last in self._last.items():
            sequence = connection.scalar(sa.select(a.sequence).where(a.id == id))
            if sequence is not None and sequence not in (self._newest[id][1], last):
                wrong.add(id)
        return sorted(wrong)
