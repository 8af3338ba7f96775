"""What an archive asks of its database beyond SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from archive.errors import ArchiveUnusable, Busy

if TYPE_CHECKING:
    import sqlalchemy as sa


class Lock(Protocol):
    """A lock that this process holds. `grace` is the time in seconds after which a holder that lost it knows that."""

    grace: float

    def is_held(self) -> bool:
        """Whether it is still held; a server releases the lock of a connection that broke."""


class Database(Protocol):
    """Where the tables of an archive are. Methods raise ArchiveUnusable."""

    name: str  # what errors name: a file, or the address of a server without its password
    marker: str  # of a value in a statement of the driver's
    reading: Mapping[str, Any]  # the execution options with which a read transaction sees one state

    def has_archive(self) -> bool:
        """Whether an archive was created there."""

    def make(self) -> None:
        """Create what the tables need, if it is missing."""

    def made(self, engine: sa.Engine) -> None:
        """What is to be done once the tables are there."""

    def engine(self) -> sa.Engine:
        """Connections to it. A transaction with the execution option `writes` excludes other writers from its start."""

    def fault(self, error: BaseException) -> ArchiveUnusable | Busy:
        """An error of the driver as one of ours, with a remedy."""

    def lock(self, name: str, wait: bool = False) -> AbstractContextManager[Lock]:
        """Hold the lock `name` of this archive, which is released when the process ends or crashes.

        Raises Busy if another process holds it, unless `wait`.
        """

    def locked(self, names: Iterable[str]) -> set[str]:
        """Those of these locks that any process holds."""

    def forget(self, engine: sa.Engine) -> None:
        """Remove deleted text from the log of transactions, as far as the database can."""

    def keep_before_migration(self, version: int) -> None:
        """Keep a copy of an archive of an older version beside it, if it is a file."""

    def refuse_code(self, connection: sa.Connection) -> None:
        """Raise ArchiveUnusable for a trigger or a view, in a file that may come from elsewhere."""

    def faults(self, connection: sa.Connection) -> Iterator[str]:
        """The damage that the database itself finds, a line each."""
