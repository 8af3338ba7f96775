"""Integrity of the database: its file, its rows, and the text of every version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import sqlalchemy as sa

from archive import clock
from archive.article import Revision
from archive.store import ArticleStore, credible, schema
from archive.store.stored import revision_of
from archive.text.translation import gettext as _

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
    sequences = set(connection.scalars(sa.select(schema.revisions.c.sequence)))
    for number in sorted(sequences ^ set(range(1, last + 1))):
        yield _("version {number} is missing or unexpected").format(number=number)
    now = clock.now()
    times: dict[str, datetime] = {}
    newest: dict[str, tuple[datetime, int]] = {}
    stored: dict[str, int] = {}  # last: the newest where a clock went back meanwhile
    for number in sorted(sequences):
        try:
            row = connection.execute(sa.select(schema.revisions).filter_by(sequence=number)).one()
            revision = revision_of(row)
        except ValueError as error:
            yield _("version {number} can't be read: {error}").format(number=number, error=error)
            continue
        article = revision.article
        if any(article.text) if revision.withdrawn else article.digest != row.digest:
            fault = _("version {number} ({id}): the text differs from the one that was archived")
            yield fault.format(number=number, id=article.id)
        yield from faults(revision)
        time = times[article.id] = credible(revision.fetched, times.get(article.id, _EARLIEST), now)
        newest[article.id] = max(newest.get(article.id, (time, 0)), (time, number))
        stored[article.id] = number
    for id, sequence in connection.execute(sa.select(schema.articles.c.id, schema.articles.c.sequence)):
        if id not in newest or sequence not in (newest[id][1], stored[id]):
            yield _("{id} does not point to its newest version").format(id=id)
