"""Prints answers to stdout and everything else to stderr: for a terminal, for a pipe, as JSON.

Rich is imported only where its time does not matter: on a terminal, or beside a whole run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from io import RawIOBase
from pathlib import Path
from shutil import get_terminal_size
from typing import IO, Any, cast

from archive.text.escaping import json_text, printable
from archive.text.messages import Message


def say(line: str) -> None:
    """Print a line to stderr."""
    print(printable(line), file=sys.stderr)


def say_notices(notices: Iterable[Message]) -> None:
    """Print to stderr what a reader should know beside an answer."""
    for notice in notices:
        say(str(notice))


class _Printable(RawIOBase):
    """A terminal that takes bytes; control characters are shown instead of obeyed."""

    def writable(self) -> bool:
        return True

    def write(self, text: Any) -> int:
        sys.stdout.write(printable(bytes(text).decode().replace("\r\n", "\n")))
        return len(text)


def answers() -> IO[bytes]:
    """stdout for UTF-8 bytes: unchanged on a pipe, printable on a terminal."""
    return cast(IO[bytes], _Printable()) if sys.stdout.isatty() else sys.stdout.buffer


@contextmanager
def written_to(path: Path | None) -> Iterator[IO[bytes]]:
    """The file of -o, written atomically; stdout for None and "-". Raises what `writing` raises."""
    from wencang.desk.files import writing

    with nullcontext(answers()) if path is None or str(path) == "-" else writing(path) as out:
        yield out


def print_json(values: Mapping[str, Any]) -> None:
    """Print one object of JSON Lines."""
    print(json_text(values))


def is_watched() -> bool:
    """Whether answers go to a terminal."""
    return sys.stdout.isatty()


def has_colour() -> bool:
    """Whether answers may be coloured; NO_COLOR turns it off."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """The terminal's width in cells; 80 where there is no terminal."""
    return get_terminal_size((80, 24)).columns


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Show a running count on a terminal while the caller reports its progress."""
    if not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda count: status.update(f"{count} {what}")
