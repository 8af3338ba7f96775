"""What a run holds alone, on one host or on several: a source that it crawls, the manifests, the watches, an index."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from archive import clock
from archive.databases.database import Lock
from archive.errors import Busy, WencangError
from archive.store import ArticleStore, schema
from archive.text.translation import gettext as _

_columns = schema.locks.c


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: a process of a host, since a time (UTC)."""

    name: str
    host: str
    process: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A lock that this process holds. `token` is greater than that of each earlier holder.

    One that did not release it, but lost it, knows that after `grace` seconds.
    """

    store: ArticleStore
    name: str
    token: int
    lock: Lock
    grace: float = 0.0

    def fenced(self) -> ArticleStore:
        """The store, each write of which raises Busy once the lock is lost, as with the connection to a server."""
        return self.store.fenced(self._check)

    def _check(self, connection: sa.Connection) -> None:
        # In the transaction that writes: nobody else notes that it holds the lock before that has ended.
        token = connection.scalar(sa.select(_columns.token).where(_columns.name == self.name))
        if token != self.token or not self.lock.is_held():
            raise self.lost()

    def lost(self) -> Busy:
        """The error of a hold that was lost."""
        return Busy(self.name, _("the connection that held it was lost"), _("the next run continues"))


@contextmanager
def exclusive(store: ArticleStore, name: str, wait: bool = False) -> Iterator[Hold]:
    """Hold a lock of the archive; it is released when the process, or its host, dies.

    Raises Busy, which names the holder, if another process has it, unless `wait`.
    """
    with ExitStack() as stack:
        try:
            lock = stack.enter_context(store.database.lock(name, wait))
        except Busy as error:
            if holder := _holder(store, name):
                reason = _("{host}, process {process}, holds it since {since}")
                since = f"{holder.since:%Y-%m-%d %H:%M}Z"
                values = {"host": holder.host, "process": holder.process, "since": since}
                raise Busy(name, reason.format(**values), error.mend) from error
            raise
        token, was_lost = _note(store, name)
        hold = Hold(store, name, token, lock, lock.grace if was_lost else 0)
        stack.callback(_forget, hold)
        yield hold


def holders(store: ArticleStore) -> list[Holder]:
    """All locks that are held, by name, and by whom; the row of a process that crashed is left out."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(schema.locks).where(_columns.host != "").order_by(_columns.name)).all()
    locked = store.database.locked(row.name for row in rows)
    return [_holder_of(row) for row in rows if row.name in locked]


def _holder(store: ArticleStore, name: str) -> Holder | None:
    with store.reading() as connection:
        row = connection.execute(sa.select(schema.locks).where(_columns.name == name, _columns.host != "")).first()
    return _holder_of(row) if row else None


def _holder_of(row: sa.Row[tuple[object, ...]]) -> Holder:
    return Holder(row.name, row.host, row.process, row.since)


def _note(store: ArticleStore, name: str) -> tuple[int, bool]:
    """Note who holds a lock; its token, and whether the holder before did not release it."""
    held = _columns.name == name
    values = {"name": name, "host": socket.gethostname(), "process": os.getpid(), "since": clock.now()}
    with store.writing() as connection:
        before = connection.execute(sa.select(_columns.token, _columns.host).where(held)).first()
        token = before.token + 1 if before else 1
        row = schema.locks.update().where(held) if before else schema.locks.insert()
        connection.execute(row.values(token=token, **values))
    return token, bool(before and before.host)


def _forget(hold: Hold) -> None:
    """Note that nobody holds the lock, if nobody took it over. It may fail: `holders` asks the lock itself."""
    row = schema.locks.update().where(_columns.name == hold.name, _columns.token == hold.token)
    with suppress(WencangError), hold.store.writing() as connection:
        connection.execute(row.values(host=""))
