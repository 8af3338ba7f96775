"""An archive on a PostgreSQL server, 15 or newer, through psycopg 3. `pip install 'wencang[postgresql]'`."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import local
from typing import Any

import sqlalchemy as sa

from archive.errors import ArchiveUnusable, Busy, UsageFault
from archive.text.translation import gettext as _

try:
    import psycopg
except ImportError as error:
    raise UsageFault("psycopg", _("is not installed"), _("`pip install 'wencang[postgresql]'` adds it")) from error

_SESSION = """SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '15min';
SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"""
# So that a call ends within a minute, too, when the server's machine is gone.
_LIMITS = {
    "connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}  # fmt: skip
_KEY = "hashtextextended('wencang/' || current_schema() || '/' || %(name)s, 0)"
_TRY, _WAIT, _RELEASE = (f"SELECT {call}({_KEY})" for call in
                         ("pg_try_advisory_lock", "pg_advisory_lock", "pg_advisory_unlock"))  # fmt: skip
_IS_LOCKED = f"""SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND classid::bigint << 32 | objid::bigint = {_KEY})"""  # noqa: S608  # of constants
_WRITING = f"SELECT pg_advisory_xact_lock({_KEY})"
_BUSY = ("55P03", "40001", "40P01", "57014")  # a lock not given in time, a conflict, a deadlock, a cancelled statement


@dataclass(slots=True)
class _Held:
    """Locks that share a session: hundreds of sources must not need a connection each."""

    session: psycopg.Connection[Any] | None = None
    names: set[str] = field(default_factory=set)

    def close_unused(self) -> None:
        if self.session and not self.names:
            self.session.close()
            self.session = None


class _Threads(local):
    """What each thread holds: a session does one thing at a time, and a lock may be waited for."""

    def __init__(self) -> None:
        self.held = _Held()


class PostgreSQL:
    """The database at postgresql://user:password@host:port/name; the user must own it, or a schema of its own."""

    marker = "%s"
    reading: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ"}

    def __init__(self, address: str) -> None:
        url = self._url = sa.make_url(address).set(drivername="postgresql+psycopg")
        name = sa.URL.create("postgresql", url.username, host=url.host, port=url.port, database=url.database)
        self.name = name.render_as_string()
        self._identity = {"application_name": f"wencang {socket.gethostname()} {os.getpid()}"}
        self._threads = _Threads()

    def engine(self) -> sa.Engine:
        """Its connections are tested before each use, so that a restart of the server causes no error."""
        engine = sa.create_engine(
            self._url, connect_args=_LIMITS | self._identity, use_native_hstore=False, pool_pre_ping=True
        )
        sa.event.listen(engine, "connect", lambda connection, _record: _prepare(connection))
        sa.event.listen(engine, "begin", _begin)
        return engine

    def _session(self) -> psycopg.Connection[Any]:
        """A connection of its own, without transactions, for locks and for questions before the archive is opened."""
        arguments, options = self._url.get_dialect()().create_connect_args(self._url)
        options.update(_LIMITS | self._identity)
        session: psycopg.Connection[Any] = psycopg.connect(*arguments, **options, autocommit=True)
        _prepare(session)
        return session

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise self.fault(error) from error

    def _answer(self, question: str, **values: str) -> Any:
        with self._guard(), closing(self._session()) as session:
            return _value(session, question, **values)

    def has_archive(self) -> bool:
        return bool(self._answer("SELECT to_regclass('archive') IS NOT NULL"))

    def make(self) -> None:
        """Raise ArchiveUnusable for a database that can't hold Chinese: its operator creates it."""
        if (encoding := self._answer("SHOW server_encoding")) != "UTF8":
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
            "08": _("see that the server runs, has this database and lets this user in, then try again"),
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
        """Hold an advisory lock, which the server releases with the session that holds it."""
        held = self._threads.held
        with self._guard(), self._locking(held) as session:
            if name in held.names or not (wait or _value(session, _TRY, name=name)):
                raise Busy(name, _("another run holds it"), _("try again when that has ended"))
            if wait:
                session.execute(_WAIT, {"name": name})
        held.names.add(name)
        try:
            yield SessionLock(session)
        finally:
            held.names.remove(name)
            with suppress(psycopg.Error):  # of a connection that is lost, and the lock with it
                session.execute(_RELEASE, {"name": name})
            held.close_unused()

    @contextmanager
    def _locking(self, held: _Held) -> Iterator[psycopg.Connection[Any]]:
        """The session of a thread's locks; it is opened for the first."""
        if held.session is None:
            session = self._session()
            session.execute("SET lock_timeout = 0")
            held.session = session
        try:
            yield held.session
        except BaseException:
            held.close_unused()
            raise

    def locked(self, names: Iterable[str]) -> set[str]:
        with self._guard(), closing(self._session()) as session:
            return {name for name in names if _value(session, _IS_LOCKED, name=name)}

    def forget(self, engine: sa.Engine) -> None:
        """Free the space of deleted text for reuse; docs/operations.md says where the server may keep it."""
        with self._guard(), closing(self._session()) as session:
            session.execute("VACUUM revisions")

    def dump(self, tables: Iterable[str], to: Path) -> None:
        """Write these tables to a file, by pg_dump in its custom format, as of one moment."""
        schema = self._answer("SELECT current_schema()")
        chosen = [f"--table={schema}.{table}" for table in tables]
        self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", *chosen, f"--file={to}")

    def restore(self, dump: Path) -> None:
        """Bring a dump in, all of it or nothing."""
        self._run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", str(dump))

    def _run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL on this database; the password is not among its arguments."""
        url = self._url
        query = {name: value for name, value in url.query.items() if name != "password"}
        address = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
        secret = url.password or url.query.get("password")
        password = {"PGPASSWORD": str(secret)} if secret else {}
        command = [program, f"--dbname={address.render_as_string()}", *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, env=os.environ | password)  # noqa: S603
        except FileNotFoundError as error:
            mend = _("install the client programs of PostgreSQL")
            raise UsageFault(program, _("is not installed"), mend) from error
        if done.returncode:
            reason = next(iter(done.stderr.strip().splitlines()), program)[:300]
            raise ArchiveUnusable(self.name, reason, _("the client programs must be as new as the server"))

    def keep_before_migration(self, version: int) -> None:
        """No copy: a migration is one transaction, and the operator's backups are those of the server."""

    def refuse_code(self, connection: sa.Connection) -> None:
        """A server's triggers are its owner's."""

    def faults(self, connection: sa.Connection) -> Iterator[str]:
        """None: what it refers to exists by its constraints, and a page with a wrong checksum is an error."""
        yield from ()


class SessionLock:
    """An advisory lock, which a session holds."""

    grace = 10.0

    def __init__(self, session: psycopg.Connection[Any]) -> None:
        self._session = session

    def is_held(self) -> bool:
        try:
            return bool(_value(self._session, "SELECT true"))
        except psycopg.Error:
            return False


def _value(session: psycopg.Connection[Any], question: str, **values: str) -> Any:
    """The one value that answers a question."""
    row = session.execute(question, values).fetchone()
    return row and row[0]


def _prepare(connection: psycopg.Connection[Any]) -> None:
    """Set limits on waiting, and have the server notice within a minute that this machine is gone."""
    autocommit, connection.autocommit = connection.autocommit, True
    connection.execute(_SESSION)
    connection.autocommit = autocommit


def _begin(connection: sa.Connection) -> None:
    # Before anything is read: a writer that reads first and locks later could count up from an old sequence.
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(_WRITING, {"name": "writing"})
