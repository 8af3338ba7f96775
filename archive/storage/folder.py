"""The data folder as a storage: the files of a laptop's archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from archive.disk import atomic_write, make_folder


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a data folder."""

    data: Path
    is_shared = False

    def sizes(self, folder: str) -> dict[str, int]:
        sizes: dict[str, int] = {}
        with suppress(FileNotFoundError):
            for path in sorted((self.data / folder).iterdir()):
                with suppress(FileNotFoundError):  # deleted meanwhile
                    sizes[f"{folder}/{path.name}"] = path.stat().st_size
        return sizes

    def settled(self, folder: str) -> dict[str, int]:
        return self.sizes(folder)

    def size(self, key: str) -> int:
        return (self.data / key).stat().st_size

    def open(self, key: str) -> IO[bytes]:
        return (self.data / key).open("rb")

    def add(self, folder: str, number: int, suffix: str, lines: Iterable[bytes]) -> str:
        key = f"{folder}/{number:06}{suffix}"
        make_folder(self.data / folder)
        with atomic_write(self.data / key) as file:
            file.writelines(lines)
        return key

    def replace(self, key: str, content: bytes) -> None:
        with atomic_write(self.data / key) as file:
            file.write(content)

    @contextmanager
    def editing(self, key: str) -> Iterator[Path]:
        yield self.data / key

    def appendable(self, folder: str) -> list[Path]:
        return [self.data / key for key in self.sizes(folder)]

    def unsettled(self, folder: str) -> list[Path]:
        return []

    def settle(self, path: Path) -> None:
        """Nothing is to be done: every file is settled."""

    def shown(self, key: str) -> str:
        return str(self.data / key)
