"""The SQLite file that holds an archive: how it is set up at an opening, copied, and what helps against its faults."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from gettext import gettext as _
from pathlib import Path
from urllib.parse import quote

from archive.errors import ArchiveUnusable

FILE = "archive.db"
REPLACE = "put a backup in its place, or move it away"


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


def copy(file: Path, to: Path) -> None:
    """Copy the database as it is at this moment, also while others write to it. Raises ArchiveUnusable."""
    try:
        here_as = address(file) + ("?mode=ro&immutable=1" if is_fixed(file) else "")
        with closing(sqlite3.connect(here_as, uri=True)) as here, closing(sqlite3.connect(to)) as there:
            there.execute("PRAGMA journal_mode=OFF")  # a copy that is not whole is made anew
            here.backup(there)
    except sqlite3.Error as error:
        raise ArchiveUnusable(file, str(error), mend(str(error))) from error


def mend(fault: str) -> str:
    """What helps against a fault that the database reports."""
    if "readonly" in fault or "unable to open" in fault:
        return _("mend the rights of its folder")
    if "full" in fault:
        return _("make room, then try again")
    if "I/O" in fault:  # which SQLite says of its log, too, when the disk is full
        return _("make room or mend the disk, then try again")
    return _(REPLACE)
