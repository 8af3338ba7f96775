"""Watched questions: up to where in the archive each was asked, its hits, and which of them were reported."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive.article import Revision
from archive.store import ArticleStore, schema, stored

_MANY = 5_000  # ids in one statement; the limit of SQLite is 32,766
_PAGE = 100
_hits = schema.hits.c


@dataclass(frozen=True, slots=True)
class Watch:
    """A question that is asked of whatever changes; it was asked up to `position` in the archive's sequence.

    `feed` is the UUID of its feeds, `begun` is in UTC.
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

    def begin(self, watch: Watch, ids: Iterable[str]) -> None:
        """Record a watch, replacing one of the same name; `ids`, its present hits, count as told."""
        rows = [{"watch": watch.name, "id": id, "told": True} for id in ids]
        with self._store.writing() as connection:
            _forget(connection, watch.name)
            connection.execute(schema.watches.insert(), asdict(watch))
            _insert(connection, rows)

    def forget(self, name: str) -> None:
        with self._store.writing() as connection:
            _forget(connection, name)

    def changed(self, after: int, last: int) -> Iterator[tuple[int, list[str]]]:
        """The ids of what changed after a sequence, up to `last`: batches, each with the sequence that it reaches."""
        c = schema.articles.c
        batch = sa.select(c.sequence, c.id).where(c.sequence <= last).order_by(c.sequence).limit(_MANY)
        while after < last:
            with self._store.reading() as connection:
                rows = connection.execute(batch.where(c.sequence > after)).all()
            after = rows[-1].sequence if len(rows) == _MANY else last
            yield after, [row.id for row in rows]

    def note(self, name: str, position: int, changed: Collection[str], matching: Collection[str]) -> None:
        """Record which of the changed articles are hits now; those that were not before are new."""
        with self._store.writing() as connection:
            of_these = sa.and_(_hits.watch == name, _hits.id.in_(changed))
            before = set(connection.scalars(sa.select(_hits.id).where(of_these)))
            connection.execute(schema.hits.delete().where(of_these, _hits.id.not_in(matching)))
            _insert(connection, [{"watch": name, "id": id, "told": False} for id in set(matching) - before])
            connection.execute(schema.watches.update().filter_by(name=name).values(position=position))

    def hits(self, name: str, new: bool = False, limit: int | None = None) -> Iterator[Revision]:
        """The hits, or the new ones, the last changed first, as of the first step of the iteration."""
        yield from self.revisions(self.sequences(name, new, limit))

    def sequences(self, name: str, new: bool = False, limit: int | None = None) -> array[int]:
        """The sequences of the hits, or of the new ones, in descending order; 8 bytes each."""
        c = schema.articles.c
        hits = _of(name, new).with_only_columns(c.sequence, maintain_column_froms=True)
        with self._store.reading() as connection:
            return array("q", connection.scalars(hits.order_by(c.sequence.desc()).limit(limit)))

    def revisions(self, sequences: array[int]) -> Iterator[Revision]:
        """The revisions of these sequences, a few at a time; none is left out because it changes in between."""
        sequence = schema.revisions.c.sequence
        for start in range(0, len(sequences), _PAGE):
            page = sequence.in_(sequences[start : start + _PAGE].tolist())
            with self._store.reading() as connection:
                rows = connection.execute(sa.select(schema.revisions).where(page).order_by(sequence.desc()))
                revisions = list(map(stored.revision_of, rows))
            yield from (revision for revision in revisions if not revision.withdrawn)

    def count(self, name: str, new: bool = False) -> int:
        with self._store.reading() as connection:
            counted = _of(name, new).with_only_columns(sa.func.count(), maintain_column_froms=True)
            return int(connection.scalar(counted) or 0)

    def mark_told(self, name: str) -> None:
        """Mark all hits as told."""
        with self._store.writing() as connection:
            connection.execute(schema.hits.update().where(_hits.watch == name).values(told=True))


def _of(name: str, new: bool) -> sa.Select[Any]:
    hits = sa.select(schema.hits).join(schema.articles).where(_hits.watch == name)
    return hits.where(~_hits.told) if new else hits


def _forget(connection: sa.Connection, name: str) -> None:
    connection.execute(schema.hits.delete().where(_hits.watch == name))
    connection.execute(schema.watches.delete().filter_by(name=name))


def _insert(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(schema.hits.insert(), rows)
