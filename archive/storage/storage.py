"""What raw pages, manifests, backups and checks need of the place where their files lie."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol


class Storage(Protocol):
    """Files under keys like `pages/20260701T060000Z-alpha-00001.warc.gz`.

    WARC files are written in `data`, the data folder of this host. In a storage that is shared
    they are settled at the end of a run: moved to where every host can read them, and never
    appended to again. A key may name either; what lies here is read here. Any call raises
    FileNotFoundError for a missing file, and StorageUnusable if a shared storage can't be used.
    """

    @property
    def data(self) -> Path: ...

    @property
    def is_shared(self) -> bool: ...

    def sizes(self, folder: str) -> dict[str, int]:
        """The files of a folder that this host can read, with their sizes in bytes, sorted by key."""

    def settled(self, folder: str) -> dict[str, int]:
        """Those of them that every host can read."""

    def size(self, key: str) -> int: ...

    def open(self, key: str) -> IO[bytes]:
        """A file to read from, at any place. One that is missing may be noticed by the first read only."""

    def add(self, folder: str, number: int, suffix: str, lines: Iterable[bytes]) -> str:
        """Add the file of a number to a folder that has at most one of each, whole or not at all; its key.

        Raises Busy if another host was faster. Hosts that share nothing but a data folder hold a lock meanwhile.
        """

    def replace(self, key: str, content: bytes) -> None:
        """Write a small file, in place of the one before."""

    def editing(self, key: str) -> AbstractContextManager[Path]:
        """A path under which a file can be changed in place; at the end the storage has what was changed."""

    def appendable(self, folder: str) -> list[Path]:
        """The files of a folder that a writer may append to, oldest first."""

    def unsettled(self, folder: str) -> list[Path]:
        """The files of a folder that are to be settled, oldest first."""

    def settle(self, path: Path) -> None:
        """Move a file, which nobody writes to meanwhile, to where every host can read it.

        Nothing is replaced. Raises ArchiveUnusable if other bytes are there under its name.
        """

    def shown(self, key: str) -> str:
        """Where a file is, for people."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a storage; in a text it is where the file is."""

    storage: Storage
    key: str

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]

    def __str__(self) -> str:
        return self.storage.shown(self.key)

    def with_suffix(self, suffix: str) -> File:
        """The file that differs in what follows the last dot of the name."""
        return File(self.storage, self.key.rpartition(".")[0] + suffix)

    def size(self) -> int:
        return self.storage.size(self.key)

    def exists(self) -> bool:
        try:
            self.size()
        except FileNotFoundError:
            return False
        return True

    def open(self) -> IO[bytes]:
        return self.storage.open(self.key)

    def read(self) -> bytes:
        with self.open() as file:
            return file.read()

    def sha256(self) -> str:
        """The SHA-256 (hex) of its bytes."""
        with self.open() as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
