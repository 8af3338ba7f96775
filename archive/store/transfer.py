"""Moves an archive from one database to another, by ranges of rows that are compared before and after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from archive import databases
from archive.errors import CheckFailed, UsageFault
from archive.progress import Progress, silent
from archive.store import migration, schema
from archive.store.store import ArticleStore
from archive.text.translation import gettext as _

_RANGE = 500  # rows
_Rows = dict[tuple[Any, ...], tuple[Any, ...]]  # by key


@dataclass(frozen=True, slots=True)
class Copied:
    """How many rows of an archive are in the other database now, how many of them were written, and their SHA-256."""

    rows: int
    written: int
    digest: str


def copy_archive(source: str, target: str, *, progress: Progress = silent) -> Copied:
    """Copy the database of an archive into another: each a data folder, or the address of a PostgreSQL database.

    Raw pages, indexes and settings stay where they are. What is in the target already is compared and
    kept, so that an interrupted copy goes on, and a repeated one writes what changed. Until all of it
    is there the target can't be used. `progress` is called with the number of rows so far. Raises
    UsageFault where the target holds another archive or newer versions, ArchiveUnusable, and
    CheckFailed where what was written reads differently.
    """
    old, new = databases.at(source), databases.at(target)
    if old.name == new.name:
        raise UsageFault(target, _("is the archive itself"), _("name another folder or address"))
    with ArticleStore(old) as store, store.reading() as rows:
        new.make()
        with ArticleStore(new, create=True, unfinished=True) as copy:
            return _copied(rows, _Target(copy), progress)


def _copied(rows: sa.Connection, copy: _Target, progress: Progress) -> Copied:
    copy.refuse_another(rows)
    for table in schema.metadata.sorted_tables:
        if table not in (schema.archive, schema.locks, schema.ranges):
            for page in _ranges(rows, table):
                progress(copy.put(table, page))
    return copy.finish(rows)


class _Target:
    """An archive that becomes a copy; it is marked as unfinished meanwhile."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store
        self._rows, self._written, self._digest = 0, 0, hashlib.sha256()

    def refuse_another(self, rows: sa.Connection) -> None:
        """Raise UsageFault unless the newest version here is one of the source; then mark this as unfinished."""
        c = schema.revisions.c
        newest = sa.select(c.sequence, c.id, c.fetched, c.digest).order_by(c.sequence.desc()).limit(1)
        with self._store.writing() as connection:
            row = connection.execute(newest).first()
            if row and rows.execute(newest.where(c.sequence == row.sequence)).first() != row:
                reason = _("holds another archive, or versions that the source lacks")
                raise UsageFault(self._store.database.name, reason, _("name an empty one"))
            connection.execute(schema.archive.update().values(version=migration.UNFINISHED))

    def put(self, table: sa.Table, page: _Range) -> int:
        """Make a range of rows like the source's; the number of rows so far."""
        with self._store.writing() as connection:
            before = _read(connection, table, page)
            if before != page.rows:
                self._written += _replace(connection, table, before, page.rows)
                if _read(connection, table, page) != page.rows:
                    reason = _("rows of {table} read differently than they were written").format(table=table.name)
                    raise CheckFailed(self._store.database.name, reason)
        self._rows += len(page.rows)
        for row in page.rows.values():
            self._digest.update(json.dumps(row, ensure_ascii=False, default=str).encode())
        return self._rows

    def finish(self, rows: sa.Connection) -> Copied:
        with self._store.writing() as connection:
            archive = rows.execute(sa.select(schema.archive)).one()
            connection.execute(schema.archive.update().values(archive._asdict()))
        self._store.made()
        return Copied(self._rows, self._written, self._digest.hexdigest())


@dataclass(frozen=True, slots=True)
class _Range:
    """The rows with keys after `first` up to `last`; None means unbounded."""

    first: tuple[Any, ...] | None
    last: tuple[Any, ...] | None
    rows: _Rows


def _ranges(connection: sa.Connection, table: sa.Table) -> Iterator[_Range]:
    """All rows of a table in ranges, the last of which has no end."""
    first = None
    while True:
        rows = _rows(connection, table, first, None, _RANGE)
        last = next(reversed(rows)) if len(rows) == _RANGE else None
        yield _Range(first, last, rows)
        if last is None:
            return
        first = last


def _read(connection: sa.Connection, table: sa.Table, page: _Range) -> _Rows:
    return _rows(connection, table, page.first, page.last)


def _rows(
    connection: sa.Connection, table: sa.Table, first: Sequence[Any] | None, last: Sequence[Any] | None,
    limit: int | None = None,
) -> _Rows:  # fmt: skip
    key = _key(table)
    position = sa.tuple_(*key)
    rows = sa.select(table).order_by(*key).limit(limit)
    if first is not None:
        rows = rows.where(position > sa.tuple_(*_bound(key, first)))
    if last is not None:
        rows = rows.where(position <= sa.tuple_(*_bound(key, last)))
    places = [list(table.columns).index(column) for column in key]
    return {tuple(row[place] for place in places): tuple(row) for row in connection.execute(rows)}


def _bound(key: Sequence[sa.Column[Any]], values: Sequence[Any]) -> list[sa.ColumnElement[Any]]:
    return [sa.literal(value, column.type) for column, value in zip(key, values, strict=True)]


def _key(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns that identify a row; `runs` has no primary key."""
    return list(table.primary_key) or [table.c.source, table.c.finished, table.c.started]


def _keyed(values: Sequence[Any]) -> dict[str, Any]:
    return {f"key{number}": value for number, value in enumerate(values)}


def _replace(connection: sa.Connection, table: sa.Table, old: _Rows, new: _Rows) -> int:
    """Make the rows `old` of a table to the rows `new`; the number of changes."""
    key = _key(table)
    match = sa.and_(*(column == sa.bindparam(f"key{n}", type_=column.type) for n, column in enumerate(key)))
    names = [column.name for column in table.columns]

    def execute(statement: sa.Executable, parameters: list[dict[str, Any]]) -> int:
        if parameters:
            connection.execute(statement, parameters)
        return len(parameters)

    changed = [_keyed(place) | dict(zip(names, row, strict=True)) for place, row in new.items()
               if place in old and old[place] != row]  # fmt: skip
    gone = execute(table.delete().where(match), [_keyed(place) for place in old.keys() - new.keys()])
    added = [dict(zip(names, row, strict=True)) for place, row in new.items() if place not in old]
    values = {name: sa.bindparam(name, type_=table.c[name].type) for name in names}
    return gone + execute(table.update().where(match).values(values), changed) + execute(table.insert(), added)
