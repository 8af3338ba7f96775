"""Files that appear whole or not at all, and last when the power goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def appearing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to; it takes the place of `path` at the end."""
    new = path.with_name(path.name + ".part")
    try:
        with new.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        sync(path.parent)
    finally:
        new.unlink(missing_ok=True)


def sync(folder: Path) -> None:
    """Make the names in a folder last, too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
