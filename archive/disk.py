"""Files that appear whole or not at all, and last when the power goes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
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


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """A folder to fill; it takes the place of `path`, which is missing or empty, at the end."""
    new = path.with_name(path.name + ".part")
    new.mkdir()  # never one that is there: it may be anybody's
    try:
        yield new
        new.replace(path)
        sync(path.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def sync(folder: Path) -> None:
    """Make the names in a folder last, too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
