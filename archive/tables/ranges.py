"""A job on all versions of an archive, by ranges of their sequences, which any number of hosts share."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from archive.errors import Busy
from archive.store import ArticleStore, schema
from archive.tables.locks import exclusive

SIZE = 5_000  # sequences: the most that is read again after a kill
Range = tuple[int, int]  # the first and the last sequence
_columns = schema.ranges.c


class Ranges:
    """The ranges that are left of a job; its name is its kind and what distinguishes it, such as `reextract 2`."""

    def __init__(self, store: ArticleStore, kind: str, job: str) -> None:
        self._store = store
        self.kind = kind
        self._name = f"{kind} {job}"

    def begin(self, restart: bool = False) -> bool:
        """Note all ranges up to the newest version, unless some are left of an earlier run; whether it is resumed."""
        with self._store.writing() as connection:
            of_kind = schema.ranges.delete().where(_columns.job.startswith(f"{self.kind} ", autoescape=True))
            connection.execute(of_kind if restart else of_kind.where(_columns.job != self._name))
            if connection.execute(sa.select(_columns.first).where(_columns.job == self._name)).first():
                return True
            rows = [{"job": self._name, "first": first, "last": last} for first, last in ranges(self._store.sequence())]
            if rows:
                connection.execute(schema.ranges.insert(), rows)
            return False

    def each(self) -> Iterator[Range]:
        """The ranges that no other run holds, each noted as done when the next one is asked for."""
        for first, last in self.left():
            try:
                with exclusive(self._store, f"{self.kind} {first}"):
                    if self._is_left(first):  # else another run was faster
                        yield first, last
                        self._done(first)
            except Busy:
                continue

    def left(self) -> list[Range]:
        """The ranges that are not done, in order."""
        rows = sa.select(_columns.first, _columns.last).where(_columns.job == self._name).order_by(_columns.first)
        with self._store.reading() as connection:
            return [(row.first, row.last) for row in connection.execute(rows)]

    def _is_left(self, first: int) -> bool:
        with self._store.reading() as connection:
            return connection.execute(sa.select(_columns.first).where(*self._range(first))).first() is not None

    def _done(self, first: int) -> None:
        with self._store.writing() as connection:
            connection.execute(schema.ranges.delete().where(*self._range(first)))

    def _range(self, first: int) -> tuple[sa.ColumnElement[bool], ...]:
        return _columns.job == self._name, _columns.first == first


def ranges(last: int, size: int = 0) -> Iterator[Range]:
    """All ranges of sequences up to one, of SIZE, if no other size is given."""
    size = size or SIZE
    return ((first, min(first + size - 1, last)) for first in range(1, last + 1, size))
