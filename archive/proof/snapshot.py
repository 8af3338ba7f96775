"""The database in a backup: a copy of the SQLite file or, of an archive on PostgreSQL, a dump by pg_dump."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from archive.databases import sqlite
from archive.disk import atomic_write
from archive.errors import UsageFault
from archive.proof import database, rot
from archive.settings import Settings
from archive.store import ArticleStore, schema
from archive.store.transfer import copy_archive
from archive.text.translation import gettext as _

if TYPE_CHECKING:
    from archive.databases.postgresql import PostgreSQL

DUMP = "archive.dump"
_HEAD = "archive.head"  # the newest version in the dump, which can't be read without a server
NAMES = (sqlite.FILE, DUMP, _HEAD)  # of files in a backup


class Snapshot(Protocol):
    """How the database of an archive gets into a backup."""

    name: str  # of its file there
    source: str  # what errors name

    def write(self, copy: Path) -> None:
        """Write a consistent state to a file. Raises ArchiveUnusable."""

    def continues(self, copy: Path, before: Path) -> bool:
        """Whether the state in `copy` contains the newest version of that in `before`."""

    def faults(self, copy: Path, before: Path) -> tuple[list[str], bool]:
        """What is rotten in the state in `copy`, a line each, and whether any of it is right in `before`."""

    def note(self, to: Path) -> None:
        """Called when the copy is in its place in the backup `to`."""


def of(settings: Settings) -> Snapshot:
    """The snapshot of the archive of these settings."""
    if not settings.archive:
        return _File(settings.data / sqlite.FILE)
    from archive.databases.postgresql import PostgreSQL

    return _Dump(settings, PostgreSQL(settings.archive))


class _File:
    name = sqlite.FILE

    def __init__(self, file: Path) -> None:
        self._file = file
        self.source = str(file)

    def write(self, copy: Path) -> None:
        sqlite.copy(self._file, copy)

    def continues(self, copy: Path, before: Path) -> bool:
        return sqlite.continues(copy, before)

    def faults(self, copy: Path, before: Path) -> tuple[list[str], bool]:
        try:
            faults, is_worse = rot.of_database(copy, before)
        except sqlite3.Error as error:
            raise sqlite.unusable(self._file, error) from error
        return [fault for _number, fault in sorted(faults.items())], is_worse

    def note(self, to: Path) -> None:
        for suffix in ("-wal", "-shm"):  # of the replaced database: SQLite would apply them to the new one
            (to / f"{self.name}{suffix}").unlink(missing_ok=True)


class _Dump:
    name = DUMP

    def __init__(self, settings: Settings, server: PostgreSQL) -> None:
        self._settings = settings
        self._server = server
        self.source = server.name
        self._head: tuple[int, str] = (0, "")

    def write(self, copy: Path) -> None:
        with ArticleStore.open(self._settings) as store:
            sequence = store.sequence()
            self._head = sequence, store.digest_at(sequence) or ""
        self._server.dump(schema.metadata.tables, copy)

    def continues(self, copy: Path, before: Path) -> bool:
        """By the archive itself, as a dump can't be asked."""
        with suppress(FileNotFoundError), ArticleStore.open(self._settings) as store:
            sequence, digest = json.loads(before.with_name(_HEAD).read_text(encoding="utf-8"))
            return store.digest_at(sequence) == (digest or None)
        return True  # interrupted before that was written

    def faults(self, copy: Path, before: Path) -> tuple[list[str], bool]:
        with ArticleStore.open(self._settings) as store:
            faults = list(database.verify(store))
        return faults, bool(faults) and before.exists()

    def note(self, to: Path) -> None:
        with atomic_write(to / _HEAD) as file:
            file.write(json.dumps(self._head).encode())


def restore(backup: Path, settings: Settings) -> None:
    """Bring the database of a backup to the server of these settings. Raises UsageFault if that holds an archive."""
    from archive.databases.postgresql import PostgreSQL

    server = PostgreSQL(settings.archive)
    if server.has_archive():
        raise UsageFault(server.name, _("holds an archive"), _("name an empty database"))
    if (backup / DUMP).exists():
        server.restore(backup / DUMP)
    else:
        copy_archive(str(backup), settings.archive)
