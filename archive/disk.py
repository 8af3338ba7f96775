"""Atomic and durable writing of files and folders, private to the user unless their folder is not.

A new file or folder has the rights of the folder that it is in, without its right to search; a
new data folder is open to its user alone. No file is created or written through a symbolic link:
a folder that somebody handed over may hold one that leads anywhere.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from archive.errors import ArchiveUnusable, DiskFull, UsageFault, WencangError
from archive.text.messages import of_error
from archive.text.translation import gettext as _

_WRITTEN = (
    "archive.db",
    "pages",
    "manifests",
    "index",
    "feeds",
    "locks",
    "sources",
)  # of a data folder, besides small files
_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_full(error: OSError) -> bool:
    """Whether the disk, or the user's quota, has no room left."""
    return error.errno in _FULL


def unwritable(path: Path, error: OSError, mend: str) -> WencangError:
    """The error of a place that a user named, and that can't be written to."""
    return (DiskFull if is_full(error) else UsageFault)(path, of_error(error), mend)


def refuse_links(data: Path) -> None:
    """Raise ArchiveUnusable for a symbolic link in a data folder where the program reads, writes or deletes."""
    if link := next(_links(data), None):
        mend = _("put what it leads to in its place, if you know it; only the data folder itself may be a link")
        raise ArchiveUnusable(link, _("is a symbolic link"), mend)


def _links(data: Path) -> Iterator[Path]:
    for path in (data / name for name in _WRITTEN):
        if path.is_symlink():
            yield path
        elif path.is_dir():
            yield from _links_within(path)


def _links_within(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink():
                yield Path(entry.path)
            elif entry.is_dir():
                yield from _links_within(Path(entry.path))


def following(path: str, flags: int) -> int:
    """An `opener` of files: a new one may be read and written by whom its folder may, and a link is not followed."""
    return os.open(path, flags | os.O_NOFOLLOW, os.stat(os.path.dirname(path) or ".").st_mode & 0o666)


def make_data(folder: Path) -> None:
    """Create a data folder, or a backup, open to its user alone, if it is missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_folder(folder: Path) -> None:
    """Create a folder within a data folder, and those above it, if they are missing."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(mode=folder.parent.stat().st_mode & 0o777, exist_ok=True)


@contextmanager
def atomic_write(path: Path, public: bool = False) -> Iterator[IO[bytes]]:
    """A file to write to, which replaces `path` at the end, synced to disk; at an error nothing changes.

    It keeps the rights of the file that it replaces. A new one has those of its folder or, if it
    is `public`, those that the user gives to new files (umask).
    """
    new = path.with_name(path.name + ".part")
    new.unlink(missing_ok=True)  # left by a run that was killed, or a link that somebody put there
    try:
        with open(new, "xb", opener=None if public else following) as file:
            if path.is_file():
                os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
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
