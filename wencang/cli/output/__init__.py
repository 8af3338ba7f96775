"""How answers look: on a terminal, on a pipe, as JSON. Here what every command needs.

Answers go to stdout, everything else to stderr. Rich is loaded where somebody watches, or
waits for a whole run anyway.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import RawIOBase
from shutil import get_terminal_size
from typing import IO, Any, cast

from archive.escaping import printable
from archive.messages import Message


def say(line: str) -> None:
    print(printable(line), file=sys.stderr)


def say_notices(notices: Iterable[Message]) -> None:
    """What a reader should know beside an answer, a line each."""
    for notice in notices:
        say(str(notice))


class _Shown(RawIOBase):
    """A terminal that takes bytes, and shows what would steer it."""

    def writable(self) -> bool:
        return True

    def write(self, text: Any) -> int:
        sys.stdout.write(printable(bytes(text).decode().replace("\r\n", "\n")))
        return len(text)


def answers() -> IO[bytes]:
    """stdout for bytes of UTF-8: as they are, unless a person watches."""
    return cast(IO[bytes], _Shown()) if sys.stdout.isatty() else sys.stdout.buffer


def print_json(values: Mapping[str, Any]) -> None:
    print(json.dumps(values, ensure_ascii=False))


def is_watched() -> bool:
    """Whether a person reads the answers."""
    return sys.stdout.isatty()


def has_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return get_terminal_size((80, 24)).columns


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """A running count on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda count: status.update(f"{count} {what}")
