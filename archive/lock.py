"""One run at a time, by a lock of the kernel's: it lets go by itself at a crash."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from io import FileIO
from pathlib import Path
from typing import IO, Any

from archive.errors import Busy


@contextmanager
def alone(path: Path, wait: bool = False) -> Iterator[None]:
    """Hold the lock file `path` (made where it is missing); Busy while another run holds it, unless `wait`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        if not taken(file, wait):
            raise Busy(path, _("another run holds it"), _("try again when that has ended"))
        yield


def taken(file: IO[Any] | FileIO, wait: bool = False) -> bool:
    """Hold an open file until it is closed; False while another run holds it, unless `wait`."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True
