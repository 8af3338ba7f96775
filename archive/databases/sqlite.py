"""An archive in a SQLite file: connections, locks, copies, and remedies for its errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from archive import disk
from archive.disk import atomic_write
from archive.errors import ArchiveUnusable, Busy
from archive.lock import exclusive, is_taken
from archive.text.messages import TEMPLATES, Message, worded
from archive.text.translation import gettext as _

if TYPE_CHECKING:
    import sqlalchemy as sa

FILE = "archive.db"
LOCKS = "locks"
RESTORE = "move the folder away, then `wencang --data FOLDER restore BACKUP`: docs/operations.md"
_IMMUTABLE = "?mode=ro&immutable=1"
_UNTRUSTED = ("trusted_schema=OFF", "cell_size_check=ON")  # https://sqlite.org/security.html: a file from elsewhere
_CODE = """SELECT type, name FROM sqlite_master
WHERE type NOT IN ('table', 'index') OR type = 'table' AND sql NOT LIKE 'CREATE TABLE%' LIMIT 1"""
_WRITING = (
    "SQLITE_FULL",
    "SQLITE_IOERR_WRITE",
    "SQLITE_IOERR_FSYNC",
)  # of a copy's target: its source is only read
_REVISION = "SELECT sequence, id, fetched, digest, pages FROM revisions"


class SQLite:
    """The database in a file, which is created if it is missing."""

    marker = "?"
    reading: Mapping[str, Any] = {}  # a transaction sees one state without being asked

    def __init__(self, file: Path) -> None:
        self.file = file
        self.name = str(file)

    def has_archive(self) -> bool:
        """Whether there is one: a process that was killed at once leaves an empty file."""
        return self.file.exists() and self.file.stat().st_size > 0

    def make(self) -> None:
        """Create the file, empty, with the rights that disk.py gives."""
        if not self.file.exists() and os.access(self.file.parent, os.W_OK):
            open(self.file, "ab", opener=disk.following).close()

    def made(self, engine: sa.Engine) -> None:
        """Let readers go on while another process writes."""
        # Persistent, and impossible within a transaction. While another writer is busy it is left to the next call.
        with closing(engine.raw_connection()) as raw, suppress(sqlite3.OperationalError):
            raw.cursor().execute("PRAGMA journal_mode=WAL")

    def engine(self) -> sa.Engine:
        import sqlalchemy as sa  # imported here: a search does without

        engine = sa.create_engine(self._url())
        sa.event.listen(engine, "connect", lambda connection, _record: prepare(connection))
        sa.event.listen(engine, "begin", _begin)
        return engine

    def _url(self) -> sa.URL:
        import sqlalchemy as sa

        if is_read_only(self.file):
            query = {"mode": "ro", "immutable": "1", "uri": "true"}
            return sa.URL.create("sqlite", database=address(self.file), query=query)
        return sa.URL.create("sqlite", database=self.name)  # not as a URI: the path may contain "?"

    def connect(self) -> sqlite3.Connection:
        """A connection without SQLAlchemy, which any thread may use, one at a time."""
        read_only = is_read_only(self.file)
        place = address(self.file) + _IMMUTABLE if read_only else self.name
        connection = sqlite3.connect(place, uri=read_only, check_same_thread=False)
        prepare(connection)
        return connection

    def fault(self, error: BaseException) -> ArchiveUnusable | Busy:
        """The error with a remedy."""
        if "database is locked" in str(error):
            return Busy(self.name, _("another run is writing to it"), _("try again when it has ended"))
        return unusable(self.name, error)

    @contextmanager
    def lock(self, name: str, wait: bool = False) -> Iterator[FileLock]:
        """Hold a lock file, in the folder `locks` beside the database."""
        file = self._lock_file(name)
        with suppress(OSError):  # which opening the file meets again
            disk.make_folder(file.parent)
        with exclusive(file, wait):
            yield FileLock()

    def locked(self, names: Iterable[str]) -> set[str]:
        return {name for name in names if is_taken(self._lock_file(name))}

    def _lock_file(self, name: str) -> Path:
        return self.file.parent / LOCKS / f"{quote(name, safe='')}.lock"

    def forget(self, engine: sa.Engine) -> None:
        """Empty the log, which may still contain deleted text; in the file that is overwritten."""
        with closing(engine.raw_connection()) as raw:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def keep_before_migration(self, version: int) -> None:
        """A copy of the file beside it."""
        if self.file.exists():
            with atomic_write(Path(f"{self.name}.v{version}.bak")) as file:
                copy(self.file, Path(file.name))

    def code(self, execute: Callable[[str], Any]) -> Any:
        """The kind and the name of what holds code in the file; None, as it should be, if nothing does."""
        return execute(_CODE).fetchone()

    def refuse_code(self, connection: sa.Connection) -> None:
        """Raise ArchiveUnusable for a trigger, a view or a virtual table: none is ours, and each runs what it holds."""
        if row := self.code(connection.exec_driver_sql):
            reason = _("holds a {kind} that wencang did not make: {name}").format(kind=row[0], name=row[1])
            raise ArchiveUnusable(self.name, reason, _(RESTORE))

    def faults(self, connection: sa.Connection) -> Iterator[str]:
        """The damage of the file."""
        results = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        yield from (line for line in results if line != "ok")
        fault = _("row {row} of {table} refers to a missing row of {parent}")
        for table, row, parent, _key in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield fault.format(table=table, row=row, parent=parent)


class FileLock:
    """A lock of the kernel, which only the end of the process takes away."""

    grace = 0.0

    def is_held(self) -> bool:
        return True


def _begin(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later would fail at once if another writer was faster.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def prepare(connection: sqlite3.Connection) -> None:
    """Set up a connection: durable commits, deleted text overwritten."""
    connection.isolation_level = None  # the store begins transactions, instead of sqlite3 implicitly
    for pragma in (*_UNTRUSTED, "busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def is_read_only(file: Path) -> bool:
    """Whether the folder is read-only: SQLite creates files in it even for reading, unless opened as immutable."""
    return file.exists() and not os.access(file.parent, os.W_OK)


def address(file: Path) -> str:
    """The SQLite URI of the file, percent-encoded."""
    return f"file:{quote(str(file.absolute()))}"


def copy(file: Path, to: Path) -> None:
    """Copy a consistent snapshot of the database, even while it is written to.

    Raises ArchiveUnusable, also for a damaged database.
    """
    try:
        uri = address(file) + (_IMMUTABLE if is_read_only(file) else "")
        with closing(sqlite3.connect(uri, uri=True)) as source, closing(sqlite3.connect(to)) as target:
            target.execute("PRAGMA journal_mode=OFF")  # an incomplete copy is discarded
            source.backup(target)
        with immutable(to) as target:
            fault = str(target.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        subject = to if error.sqlite_errorname in _WRITING else file
        raise unusable(subject, error) from error
    if fault != "ok":
        raise ArchiveUnusable(file, fault, _(RESTORE))


def continues(file: Path, before: Path) -> bool:
    """Whether a database that nobody writes to continues `before`: it contains the newest revision of that.

    Raises ArchiveUnusable if `before` can't be read.
    """
    try:
        with closing(sqlite3.connect(before)) as old, immutable(file) as new:
            newest = old.execute(f"{_REVISION} ORDER BY sequence DESC LIMIT 1").fetchone()
            return not newest or newest == new.execute(f"{_REVISION} WHERE sequence = ?", newest[:1]).fetchone()
    except sqlite3.Error as error:
        raise ArchiveUnusable(before, reason_of(error), _("name an empty folder")) from error


def immutable(file: Path) -> closing[sqlite3.Connection]:
    """A database that nobody writes to, opened so that SQLite creates no files beside it."""
    return closing(sqlite3.connect(address(file) + _IMMUTABLE, uri=True))


def unusable(subject: object, error: BaseException) -> ArchiveUnusable:
    """An error of the database as one of ours, with a remedy."""
    reason = reason_of(error)
    unwritable = _("fix the permissions of its folder")
    mends = {
        "SQLITE_READONLY": unwritable,
        "SQLITE_CANTOPEN": unwritable,
        "SQLITE_FULL": _("free some space, then try again"),
        "SQLITE_IOERR": _("free some space or repair the disk, then try again"),  # also of a log on a full disk
    }
    return ArchiveUnusable(subject, reason, mends.get(reason.code) or _(RESTORE))


def reason_of(error: BaseException) -> Message:
    """The message of a database's error: a code if it is a result of SQLite with its standard text, else the text."""
    name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])  # SQLITE_IOERR of SQLITE_IOERR_WRITE
    return Message(name) if TEMPLATES.get(name) == str(error) else worded(str(error))
