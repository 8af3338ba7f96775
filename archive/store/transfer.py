"""Moves an archive from one database to another, by ranges of rows that are compared before and after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from archive import databases
from archive.databases.database import Database
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
    with ArticleStore(old) as store, store.reading() as rows, _Target(new) as copy:
        copy.refuse_another(rows)
        for table in schema.metadata.sorted_tables:
            if table not in (schema.archive, schema.locks):
                for page in _ranges(rows, table):
                    progress(copy.put(table, page))
        return copy.finish(rows)


class _Target:
    """A database that becomes a copy; it is marked as unfinished meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engine = database.engine()
        self._writer = self._engine.execution_options(writes=True)
        self._rows, self._written, self._digest = 0, 0, hashlib.sha256()

    def __enter__(self) -> _Target:
        self._database.make()
        with self._writer.begin() as connection:
            if not sa.inspect(connection).has_table(schema.archive.name):
                schema.metadata.create_all(connection)
                connection.execute(schema.archive.insert().values(version=migration.UNFINISHED, sequence=0))
        return self

    def __exit__(self, *_exc: object) -> None:
        self._engine.dispose()

    def refuse_another(self, rows: sa.Connection) -> None:
        """Raise UsageFault unless the newest version here is one of the source; then mark this as unfinished."""
        c = schema.revisions.c
        newest = sa.select(c.sequence, c.id, c.fetched, c.digest).order_by(c.sequence.desc()).limit(1)
        with self._writer.begin() as connection:
            row = connection.execute(newest).first()
            if row and rows.execute(newest.where(c.sequence == row.sequence)).first() != row:
                reason = _("holds another archive, or versions that the source lacks")
                raise UsageFault(self._database.name, reason, _("name an empty one"))
            connection.execute(schema.archive.update().values(version=migration.UNFINISHED))

    def put(self, table: sa.Table, page: _Range) -> int:
        """Make a range of rows like the source's; the number of rows so far."""
        with self._writer.begin() as connection:
            before = _read(connection, table, page)
            if before != page.rows:
                self._written += _replace(connection, table, before, page.rows)
                if _read(connection, table, page) != page.rows:
                    reason = _("rows of {table} read differently than they were written").format(table=table.name)
                    raise CheckFailed(self._database.name, reason)
        self._rows += len(page.rows)
        for row in page.rows.values():
            self._digest.update(json.dumps(row, ensure_ascii=False, default=str).encode())
        return self._rows

    def finish(self, rows: sa.Connection) -> Copied:
        with self._writer.begin() as connection:
            archive = rows.execute(sa.select(schema.archive)).one()
            connection.execute(schema.archive.update().values(archive._asdict()))
        self._database.made(self._engine)
        return Copied(self._rows, self._written, self._digest.hexdigest())


@dataclass(frozen=True, slots=True)
class _Range:
    """The rows with keys after `first` up to `last`; None is no bound."""

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
    """The columns by which rows are told apart: one run of a source ends at a time."""
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
