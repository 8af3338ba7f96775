"""Atomic and durable writing of files and folders."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which replaces `path` at the end, synced to disk; at an error nothing changes."""
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
    """A folder to fill, which replaces `path`, missing or empty before, at the end."""
    new = path.with_name(path.name + ".part")
    new.mkdir()  # fails if it exists, as it may belong to somebody else
    try:
        yield new
        new.replace(path)
        sync(path.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def sync(folder: Path) -> None:
    """Sync the entries of a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
