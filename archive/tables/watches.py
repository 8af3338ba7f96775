"""What is remembered of the subjects that are followed: how far each was looked for, what was found, what was told."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive import schema
from archive.article import Revision
from archive.store import ArticleStore

_MANY = 5_000  # ids asked for at once: SQLite takes 32,766
_PAGE = 100
_hits = schema.hits.c


@dataclass(frozen=True, slots=True)
class Watch:
    """A question that is asked of what changes; up to `position` in the archive's sequence it was.

    `feed` is a UUID, of its feeds; `begun` is UTC.
    """

    name: str
    query: str
    position: int
    feed: str
    begun: datetime


class Watches:
    """The watches of an archive; each call is one transaction, and raises what ArticleStore raises.

    The hits of a watch are the articles that answer it, as of its position.
    """

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    def known(self) -> dict[str, Watch]:
        with self._store.reading() as connection:
            return {row.name: Watch(**row._mapping) for row in connection.execute(sa.select(schema.watches))}

    def begin(self, watch: Watch, found: Iterable[str]) -> None:
        """Remember a watch, in the place of one of its name; the ids that are found already count as told."""
        rows = [{"watch": watch.name, "id": id, "told": True} for id in found]
        with self._store.writing() as connection:
            _forget(connection, watch.name)
            connection.execute(schema.watches.insert(), asdict(watch))
            _insert(connection, rows)

    def forget(self, name: str) -> None:
        with self._store.writing() as connection:
            _forget(connection, name)

    def changed(self, after: int, last: int) -> Iterator[tuple[int, list[str]]]:
        """The ids of what changed behind `after`, up to `last`: some at a time, and up to which sequence that goes."""
        c = schema.articles.c
        some = sa.select(c.sequence, c.id).where(c.sequence <= last).order_by(c.sequence).limit(_MANY)
        while after < last:
            with self._store.reading() as connection:
                rows = connection.execute(some.where(c.sequence > after)).all()
            after = rows[-1].sequence if len(rows) == _MANY else last
            yield after, [row.id for row in rows]

    def note(self, name: str, position: int, changed: Collection[str], found: Collection[str]) -> None:
        """Note which of the articles that changed are found now: those that were not before are to be told."""
        with self._store.writing() as connection:
            of_these = sa.and_(_hits.watch == name, _hits.id.in_(changed))
            held = set(connection.scalars(sa.select(_hits.id).where(of_these)))
            connection.execute(schema.hits.delete().where(of_these, _hits.id.not_in(found)))
            _insert(connection, [{"watch": name, "id": id, "told": False} for id in set(found) - held])
            connection.execute(schema.watches.update().filter_by(name=name).values(position=position))

    def hits(self, name: str, untold: bool = False, limit: int | None = None) -> Iterator[Revision]:
        """The hits, or those that are still to be told: what came or changed last comes first.

        They are those of the first step, in the version of then: none is left out because it
        changes while a caller reads.
        """
        c = schema.articles.c
        found = _of(name, untold).with_only_columns(c.sequence, maintain_column_froms=True)
        with self._store.reading() as connection:
            sequences = array("q", connection.scalars(found.order_by(c.sequence.desc()).limit(limit)))
        sequence = schema.revisions.c.sequence
        for start in range(0, len(sequences), _PAGE):
            some = sequence.in_(sequences[start : start + _PAGE].tolist())
            with self._store.reading() as connection:
                rows = connection.execute(sa.select(schema.revisions).where(some).order_by(sequence.desc())).all()
            yield from (revision for row in rows if not (revision := schema.revision_of(row)).withdrawn)

    def count(self, name: str, untold: bool = False) -> int:
        with self._store.reading() as connection:
            counted = _of(name, untold).with_only_columns(sa.func.count(), maintain_column_froms=True)
            return int(connection.scalar(counted) or 0)

    def note_told(self, name: str) -> None:
        """All that was to be told was."""
        with self._store.writing() as connection:
            connection.execute(schema.hits.update().where(_hits.watch == name).values(told=True))


def _of(name: str, untold: bool) -> sa.Select[Any]:
    found = sa.select(schema.hits).join(schema.articles).where(_hits.watch == name)
    return found.where(~_hits.told) if untold else found


def _forget(connection: sa.Connection, name: str) -> None:
    connection.execute(schema.hits.delete().where(_hits.watch == name))
    connection.execute(schema.watches.delete().filter_by(name=name))


def _insert(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(schema.hits.insert(), rows)
