"""The SQLite file that holds an archive: how it is set up at an opening, copied, and what helps against its faults."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from gettext import gettext as _
from pathlib import Path
from urllib.parse import quote

from archive.errors import ArchiveUnusable
from archive.messages import TEMPLATES, Message, worded

FILE = "archive.db"
RESTORE = "move the folder away, then `wencang --data FOLDER restore BACKUP`: docs/operations.md"
_BESIDE = ("pages", "manifests")  # as archive/warc/pages.py and manifest.py have them, which a search need not load
_UNTOUCHED = "?mode=ro&immutable=1"
_WRITING = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC")  # told of a copy: the source is only read
_REVISION = "SELECT sequence, id, fetched, digest, pages FROM revisions"


def prepare(connection: sqlite3.Connection) -> None:
    """Set up a connection: commits that last, deleted text that is overwritten."""
    connection.isolation_level = None  # transactions begin where the store says, not where sqlite3 guesses
    for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def is_fixed(file: Path) -> bool:
    """SQLite writes beside the file even to read it, unless it is told that nobody can."""
    return file.exists() and not os.access(file.parent, os.W_OK)


def address(file: Path) -> str:
    """The file as SQLite takes it in a URI, whatever characters are in its path."""
    return f"file:{quote(str(file.absolute()))}"


def refuse_lost(data: Path) -> None:
    """Raises ArchiveUnusable where the database is gone from beside its raw pages or manifests."""
    file = data / FILE
    if _holds_something(file):  # as nearly always: ten years of manifests need not be listed
        return
    beside = [name for name in _BESIDE if any((data / name).glob("*"))]
    if beside and not _holds_something(file):  # again: a new archive has it before it has them
        raise ArchiveUnusable(file, _("is missing, but its {folder} are there").format(folder=beside[0]), _(RESTORE))


def _holds_something(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


def copy(file: Path, to: Path) -> None:
    """Copy the database as it is at this moment, also while others write to it.

    Raises ArchiveUnusable, also for a database that is damaged.
    """
    try:
        here_as = address(file) + (_UNTOUCHED if is_fixed(file) else "")
        with closing(sqlite3.connect(here_as, uri=True)) as here, closing(sqlite3.connect(to)) as there:
            there.execute("PRAGMA journal_mode=OFF")  # a copy that is not whole is made anew
            here.backup(there)
        with _still(to) as there:
            fault = str(there.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        subject = to if error.sqlite_errorname in _WRITING else file
        raise unusable(subject, error) from error
    if fault != "ok":
        raise ArchiveUnusable(file, fault, _(RESTORE))


def goes_on(file: Path, before: Path) -> bool:
    """Whether a database that nobody writes to is what became of another: it holds the newest revision of that.

    Raises ArchiveUnusable for one `before` that can't be read.
    """
    try:
        with closing(sqlite3.connect(before)) as old, _still(file) as new:
            newest = old.execute(f"{_REVISION} ORDER BY sequence DESC LIMIT 1").fetchone()
            return not newest or newest == new.execute(f"{_REVISION} WHERE sequence = ?", newest[:1]).fetchone()
    except sqlite3.Error as error:
        raise ArchiveUnusable(before, reason_of(error), _("name an empty folder")) from error


def _still(file: Path) -> closing[sqlite3.Connection]:
    """A database that nobody writes to: SQLite leaves nothing beside it."""
    return closing(sqlite3.connect(address(file) + _UNTOUCHED, uri=True))


def unusable(subject: object, error: BaseException) -> ArchiveUnusable:
    """A database's own error as one of ours, with what helps against it."""
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
    """The message of a database's own error: one with a code where it is one of SQLite's results in its usual words."""
    name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])  # SQLITE_IOERR_WRITE and others are kinds
    return Message(name) if TEMPLATES.get(name) == str(error) else worded(str(error))
