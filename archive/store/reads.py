"""What a search reads of an archive, as SQL of every database, and from a SQLite file without SQLAlchemy.

A command that searches once would load that library for longer than it searches.
"""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from archive import databases, disk
from archive.article import Revision, StoredText
from archive.batches import batches
from archive.databases.sqlite import RESTORE, SQLite
from archive.errors import ArchiveUnusable, WencangError
from archive.settings import Settings
from archive.store.stored import instant, of_our_kind, revision_of
from archive.text.messages import of_error
from archive.text.translation import gettext as _

if TYPE_CHECKING:
    from archive.databases.database import Database

VERSION = 7  # of the tables that these statements read: that of archive/store/migration.py
_BESIDE = ("pages", "manifests")  # FOLDER of warc/pages.py and proof/manifest.py, which a search need not load
_PAGE = 500  # rows per read transaction, so that none stays open while the caller works


class _Row(NamedTuple):
    """The columns of a revision that make it."""

    sequence: Any
    id: Any
    fetched: Any
    extractor: Any
    gone: Any
    pages: Any
    digest: Any
    url: Any
    source: Any
    section: Any
    title: Any
    original_title: Any
    body: Any
    published: Any
    day_only: Any
    authors: Any
    editor: Any
    credit: Any
    rights: Any
    images: Any
    restored: Any
    origin: Any
    taken: Any
    withdrawn: Any

    @of_our_kind
    def revision(self) -> Revision:
        """Raises ValueError for a value that can't be ours."""
        times = {name: instant(getattr(self, name)) for name in _TIMES}
        values = {name: text and json.loads(text) for name in _JSON if (text := getattr(self, name)) is not None}
        flags = {name: bool(getattr(self, name)) for name in _FLAGS}
        return revision_of(self._replace(**times, **values, **flags))


_TIMES, _JSON, _FLAGS = (
    ("fetched", "published", "taken"),
    ("pages", "authors", "images"),
    ("gone", "day_only", "restored"),
)
_COLUMNS = ", ".join(f"CAST(r.{name} AS TEXT)" if name in _JSON else f"r.{name}" for name in _Row._fields)
_TEXT_COLUMNS = ", ".join(f"r.{name}" for name in StoredText._fields)
_NEWEST = "FROM revisions r JOIN articles a ON a.sequence = r.sequence WHERE r.withdrawn IS NULL AND r.id IN"


class Reads(ABC):
    """Any call may raise ArchiveUnusable or Busy."""

    @abstractmethod
    def _rows(self, statement: str, values: Sequence[object]) -> Iterable[Sequence[Any]]:
        """The rows of a statement, in a read transaction of its own; each "?" in it is a value."""

    @abstractmethod
    def _guard(self) -> AbstractContextManager[None]:
        """Raises the database's errors, and ValueError for a value that can't be ours, as errors of the archive."""

    def get_many(self, ids: Iterable[str]) -> dict[str, Revision]:
        """The newest versions by id; unknown and withdrawn ones are left out."""
        with self._guard():
            rows = (row for page in batches(ids, _PAGE) for row in self._of_ids(_COLUMNS, page))
            revisions = (_Row._make(row).revision() for row in rows)
            return {revision.article.id: revision for revision in revisions}

    def texts(self, ids: Iterable[str]) -> Iterator[StoredText]:
        """The texts of the newest versions; unknown and withdrawn ones are left out.

        A fifth of the time of whole revisions.
        """
        for page in batches(ids, _PAGE):
            with self._guard():
                texts = [_text_of(row) for row in self._of_ids(_TEXT_COLUMNS, page)]
            yield from texts

    def _of_ids(self, columns: str, ids: Sequence[str]) -> Iterable[Sequence[Any]]:
        return self._rows(f"SELECT {columns} {_NEWEST} ({', '.join('?' * len(ids))})", ids)

    def sources(self) -> list[str]:
        """The names of all sources with articles, sorted."""
        with self._guard():
            return sorted(source for (source,) in self._rows("SELECT DISTINCT source FROM articles", ()))

    def digest_at(self, sequence: int) -> str | None:
        """The digest of a revision's text, or None."""
        with self._guard():
            rows = self._rows("SELECT digest FROM revisions WHERE sequence = ?", (sequence,))
            return next((digest for (digest,) in rows), None)

    def changed_since(self, after: int) -> int:
        """The number of articles that `changes(after)` would return."""
        with self._guard():
            ((count,),) = self._rows("SELECT count(*) FROM articles WHERE sequence > ?", (after,))
            return int(count)


def _text_of(row: Sequence[Any]) -> StoredText:
    if set(map(type, row)) != {str}:
        raise ValueError(_("a value has not the form in which it was stored"))
    return StoredText._make(row)


class FileReads(Reads):
    """Reads of a SQLite file, by one connection that threads take turns with."""

    def __init__(self, database: SQLite) -> None:
        self._database = database
        self._lock = Lock()
        self._connection = database.connect()

    def close(self) -> None:
        self._connection.close()

    def is_of_these_tables(self) -> bool:
        """Whether the statements here fit the file, and nothing in it runs code."""
        with self._guard():
            ((version,),) = self._rows("SELECT version FROM archive", ())
            return bool(version == VERSION and not self._database.code(self._connection.execute))

    def _rows(self, statement: str, values: Sequence[object]) -> Iterable[Sequence[Any]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        with guarded(self._database, sqlite3.Error):
            yield


def open_file(settings: Settings) -> FileReads | None:
    """What a search reads of the archive of these settings; None where only ArticleStore can open it."""
    if settings.archive:
        return None
    database = fit(settings)
    try:
        if isinstance(database, SQLite) and database.has_archive():
            reads = FileReads(database)
            if reads.is_of_these_tables():
                return reads
            reads.close()
    except (sqlite3.Error, WencangError):
        pass  # the store raises it again, with what helps
    return None


@contextmanager
def guarded(database: Database, fault: type[Exception]) -> Iterator[None]:
    """Raise `fault`, the driver's error, as one of ours, and ArchiveUnusable for a value that can't be ours."""
    try:
        yield
    except fault as error:
        raise database.fault(getattr(error, "orig", None) or error) from error
    except (ValueError, RecursionError) as error:
        mend = _("`wencang verify` shows what is damaged")
        raise ArchiveUnusable(database.name, str(error), mend) from error


def fit(settings: Settings) -> Database:
    """The database of these settings.

    Raises ArchiveUnusable where its folder holds links, or raw pages or manifests without an archive.
    """
    database, data = databases.of(settings), settings.data
    try:
        disk.refuse_links(data)
        if not database.has_archive():  # the usual case is that it has, and needs no list of the folder
            _refuse_lost(database, data)
    except OSError as error:
        raise ArchiveUnusable(
            error.filename or data, of_error(error), _("fix the permissions of its folder")
        ) from error
    return database


def _refuse_lost(database: Database, data: Path) -> None:
    beside = [name for name in _BESIDE if any((data / name).glob("*"))]
    if beside and not database.has_archive():  # checked again: another process may just have created the archive
        reason = _("is missing, but its {folder} are there").format(folder=beside[0])
        raise ArchiveUnusable(database.name, reason, _(RESTORE))
