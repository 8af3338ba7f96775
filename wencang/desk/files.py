"""Files that a user names with -o: written whole or not at all, in the format that their ending names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from archive.disk import atomic_write, unwritable
from archive.errors import UsageFault
from archive.text.translation import gettext as _

_ENDING = re.compile(r"\.([0-9a-z]*[a-z][0-9a-z]*)", re.IGNORECASE)  # not the ".06" of 2022.06


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, atomically; a device or a link is written through.

    Raises UsageFault for a place that can't be written to, and DiskFull.
    """
    is_special = path.exists() and (path.is_symlink() or not path.is_file())
    try:
        with path.open("wb") if is_special else atomic_write(path, public=True) as file:
            yield file
    except OSError as error:
        raise unwritable(path, error, _("name another place with -o")) from error


def format_of(path: Path, chosen: str, endings: Mapping[str, Collection[str]]) -> str:
    """The format to write a file in: the chosen one, or that which its ending names, "" if neither does.

    `endings` has the endings of each format. Raises UsageFault for an ending that is not the format's.
    """
    if not (match := _ENDING.fullmatch(path.suffix)):
        return chosen
    ending, allowed = match[1].lower(), [chosen] if chosen else list(endings)
    if name := next((name for name in allowed if ending in endings[name]), ""):
        return name
    reason = _("does not end like {format}").format(format=chosen) if chosen else _("does not end like any format")
    formats = ", ".join(name if name in endings[name] else f"{name} (.{min(endings[name])})" for name in endings)
    raise UsageFault(path, reason, _("formats: {names}").format(names=formats))
