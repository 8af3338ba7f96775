"""The SQLite file of an archive: connection settings, copies, and remedies for its errors."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from archive import disk
from archive.errors import ArchiveUnusable
from archive.text.messages import TEMPLATES, Message, of_error, worded
from archive.text.translation import gettext as _

if TYPE_CHECKING:
    import sqlalchemy as sa

FILE = "archive.db"
RESTORE = "move the folder away, then `wencang --data FOLDER restore BACKUP`: docs/operations.md"
_BESIDE = ("pages", "manifests")  # FOLDER of warc/pages.py and proof/manifest.py, which a search need not load
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


def make(data: Path) -> None:
    """Create a data folder and its database, empty, where they are missing, with the rights that disk.py gives."""
    disk.make_data(data)
    if not (data / FILE).exists() and os.access(data, os.W_OK):
        open(data / FILE, "ab", opener=disk.following).close()


def refuse_unfit(data: Path) -> None:
    """Raise ArchiveUnusable where there are links, or raw pages or manifests without a database."""
    try:
        disk.refuse_links(data)
        _refuse_lost(data)
    except OSError as error:
        raise ArchiveUnusable(
            error.filename or data, of_error(error), _("fix the permissions of its folder")
        ) from error


def _refuse_lost(data: Path) -> None:
    file = data / FILE
    if _has_content(file):  # the usual case, without listing the manifests
        return
    beside = [name for name in _BESIDE if any((data / name).glob("*"))]
    if beside and not _has_content(file):  # checked again: another process may just have created the archive
        raise ArchiveUnusable(file, _("is missing, but its {folder} are there").format(folder=beside[0]), _(RESTORE))


def _has_content(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


def refuse_code(connection: sa.Connection, name: str) -> None:
    """Raise ArchiveUnusable for a trigger, a view or a virtual table: none is ours, and each runs what it holds."""
    if connection.dialect.name == "sqlite" and (row := connection.exec_driver_sql(_CODE).first()):
        reason = _("holds a {kind} that wencang did not make: {name}").format(kind=row[0], name=row[1])
        raise ArchiveUnusable(name, reason, _(RESTORE))


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
