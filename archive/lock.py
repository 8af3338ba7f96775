"""Exclusive file locks (flock), which the kernel releases when a process ends or crashes."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from time import sleep
from typing import IO, Any

from archive.disk import following, make_data
from archive.errors import ArchiveUnusable, Busy
from archive.text.messages import Message, of_error
from archive.text.translation import gettext as _

_LOOK = 0.01  # seconds


@contextmanager
def exclusive(path: Path, wait: bool = False) -> Iterator[None]:
    """Hold the lock file `path`, created if missing. Raises Busy if another run holds it, unless `wait`.

    Raises ArchiveUnusable if the file can't be created.
    """
    with _opened(path) as file:
        if not taken(file, wait):
            raise Busy(path, _("another run holds it"), _("try again when that has ended"))
        yield


def _opened(path: Path) -> IO[str]:
    try:
        make_data(path.parent)
        return open(path, "a", opener=following)  # not emptied: it may be a name of another file
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ArchiveUnusable(path, _("is a symbolic link"), _("remove it")) from error
        raise _unwritable(path.parent, of_error(error)) from error


def taken(file: IO[Any] | FileIO, wait: bool = False) -> bool:
    """Lock an open file until it is closed; False if another run holds it, unless `wait`."""
    for attempt in range(2):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return True
        except BlockingIOError:
            if not attempt:
                sleep(_LOOK)  # `is_taken` may just be looking
    return False


def is_taken(path: Path) -> bool:
    """Whether a process holds this lock file."""
    try:
        with open(path, opener=following) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def refuse_read_only(folder: Path) -> None:
    """Raise ArchiveUnusable, before any work is done, for a folder that is read-only."""
    if folder.exists() and not os.access(folder, os.W_OK):
        raise _unwritable(folder, _("nothing can be written there"))


def _unwritable(folder: Path, reason: Message | str) -> ArchiveUnusable:
    return ArchiveUnusable(folder, reason, _("free some space, fix its permissions, or name another folder"))
