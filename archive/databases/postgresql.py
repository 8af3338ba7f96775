"""An archive on a PostgreSQL server, 15 or newer, through psycopg 3. `pip install 'wencang[postgresql]'`."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from archive.errors import ArchiveUnusable, Busy, UsageFault
from archive.text.translation import gettext as _

try:
    import psycopg
except ImportError as error:
    raise UsageFault("psycopg", _("is not installed"), _("`pip install 'wencang[postgresql]'` adds it")) from error

_SESSION = """SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '15min';
SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"""
_KEY = "hashtextextended('wencang/' || current_schema() || '/' || :name, 0)"
_TRY = sa.text(f"SELECT pg_try_advisory_lock({_KEY})")
_WAIT = sa.text(f"SELECT pg_advisory_lock({_KEY})")
_IS_LOCKED = sa.text(f"""SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND classid::bigint << 32 | objid::bigint = {_KEY})""")  # noqa: S608  # of constants
_WRITING = sa.text(f"SELECT pg_advisory_xact_lock({_KEY})").bindparams(name="writing")
_HAS_ARCHIVE = sa.text("SELECT to_regclass('archive') IS NOT NULL")
_ENCODING = sa.text("SHOW server_encoding")
_BUSY = ("55P03", "40001", "40P01", "57014")  # a lock not given in time, a conflict, a deadlock, a cancelled statement


class PostgreSQL:
    """The database at postgresql://user:password@host:port/name; the user must own it, or a schema of its own."""

    reading: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def __init__(self, address: str) -> None:
        url = self._url = sa.make_url(address).set(drivername="postgresql+psycopg")
        name = sa.URL.create("postgresql", url.username, host=url.host, port=url.port, database=url.database)
        self.name = name.render_as_string()
        # For locks, which belong to a connection, and for questions before the archive is opened.
        self._single = self._created(poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def _created(self, **options: object) -> sa.Engine:
        identity = {"application_name": f"wencang {socket.gethostname()} {os.getpid()}", "connect_timeout": 10}
        engine = sa.create_engine(self._url, connect_args=identity, use_native_hstore=False, **options)
        sa.event.listen(engine, "connect", lambda connection, _record: _prepare(connection))
        return engine

    def engine(self) -> sa.Engine:
        """Its connections are tested before each use, so that a server that was started anew is no error."""
        engine = self._created(pool_pre_ping=True)
        sa.event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def _asked(self) -> Iterator[sa.Connection]:
        """A connection of its own, without transactions."""
        try:
            with self._single.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise self.fault(error.orig or error) from error

    def has_archive(self) -> bool:
        with self._asked() as connection:
            return bool(connection.scalar(_HAS_ARCHIVE))

    def make(self) -> None:
        """Raise ArchiveUnusable for a database that can't hold Chinese: its operator creates it."""
        with self._asked() as connection:
            if (encoding := connection.scalar(_ENCODING)) != "UTF8":
                mend = _("create it anew: `createdb --encoding UTF8 --template template0 NAME`")
                raise ArchiveUnusable(self.name, _("has the encoding {name}").format(name=encoding), mend)

    def made(self, engine: sa.Engine) -> None:
        """Nothing is left to do."""

    def fault(self, error: BaseException) -> ArchiveUnusable | Busy:
        """The error with a remedy, by its SQLSTATE; an error of the connection often has none."""
        state = getattr(error, "sqlstate", None) or ("08" if isinstance(error, psycopg.OperationalError) else "")
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)[:300]
        if state in _BUSY:
            return Busy(self.name, _("another run is writing to it"), _("try again when it has ended"))
        mends = {
            "08": _("check the server, and its address, user and password in the setting `archive`"),
            "57P": _("try again when the server has started"),
            "42501": _("make the user its owner"),
            "25006": _("name the primary server in the setting `archive`"),
            "53100": _("free some space on the server, then try again"),
            "53300": _("raise max_connections of the server, or try again later"),
        }
        mend = next((mend for beginning, mend in mends.items() if state.startswith(beginning)), "")
        return ArchiveUnusable(self.name, reason, mend or _("the log of the server says more"))

    @contextmanager
    def lock(self, name: str, wait: bool = False) -> Iterator[SessionLock]:
        """Hold an advisory lock by a connection of its own, with which the server releases it."""
        with self._asked() as connection:
            if wait:
                connection.execute(sa.text("SET lock_timeout = 0"))
                connection.execute(_WAIT, {"name": name})
            elif not connection.scalar(_TRY, {"name": name}):
                raise Busy(name, _("another run holds it"), _("try again when that has ended"))
            yield SessionLock(connection)

    def is_locked(self, name: str) -> bool:
        with self._asked() as connection:
            return bool(connection.scalar(_IS_LOCKED, {"name": name}))

    def forget(self, engine: sa.Engine) -> None:
        """Free the space of deleted text for reuse; docs/scale.md says where the server may keep it."""
        with self._asked() as connection:
            connection.execute(sa.text("VACUUM revisions"))

    def keep_before_migration(self, version: int) -> None:
        """No copy: a migration is one transaction, and the operator's backups are those of the server."""

    def refuse_code(self, connection: sa.Connection) -> None:
        """A server's triggers are its owner's."""

    def faults(self, connection: sa.Connection) -> Iterator[str]:
        """None: what it refers to exists by its constraints, and a page with a wrong checksum is an error."""
        yield from ()


class SessionLock:
    """An advisory lock, which a connection holds."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def is_held(self) -> bool:
        try:
            return bool(self._connection.scalar(sa.text("SELECT true")))
        except DBAPIError:
            return False


def _prepare(connection: psycopg.Connection) -> None:
    """Set limits on waiting, and have the server notice within a minute that this machine is gone."""
    autocommit, connection.autocommit = connection.autocommit, True
    connection.execute(_SESSION)
    connection.autocommit = autocommit


def _begin(connection: sa.Connection) -> None:
    # Before anything is read: a writer that reads first and locks later could count up from an old sequence.
    if connection.get_execution_options().get("writes"):
        connection.execute(_WRITING)
