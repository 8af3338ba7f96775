"""A database in memory, for property tests that make hundreds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.databases.sqlite import FileLock, SQLite


class InMemory(SQLite):
    """Its locks are held by nobody else."""

    def __init__(self) -> None:
        super().__init__(Path(":memory:"))

    @contextmanager
    def lock(self, name: str, wait: bool = False) -> Iterator[FileLock]:
        yield FileLock()
