"""Long answers through a pager: what fits on the screen goes to it, the rest of what is longer to $PAGER."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOBase
from subprocess import PIPE, Popen
from typing import Any, TextIO

_LESS = "FRX"  # less: end where it fits the screen, draw colours, leave the text standing


class _Screen:
    """Holds what is printed until it is longer than the screen, then starts the pager with it."""

    def __init__(self, command: list[str], terminal: TextIO) -> None:
        self._command = command
        self._terminal = terminal
        self._size = shutil.get_terminal_size()
        self._held: list[str] = []
        self._lines = 0
        self._pager: Popen[str] | None = None

    def print(self, text: str) -> None:
        if self._pager and self._pager.stdin:
            self._pager.stdin.write(text)
            return
        self._held.append(text)
        # A byte is about a cell: rather too many lines than too few, less ends by itself where they fit.
        self._lines += text.count("\n") + len(text.encode(errors="replace")) // self._size.columns
        if self._lines >= self._size.lines:
            environment = {"LESS": _LESS, "LESSCHARSET": "utf-8"} | os.environ
            self._pager = Popen(  # noqa: S603  # the user's own
                self._command, stdin=PIPE, text=True, encoding="utf-8", errors="replace", env=environment
            )
            held, self._held = "".join(self._held), []
            self.print(held)

    def note(self, text: str, terminal: TextIO) -> None:
        """What goes to stderr: among the rest, in its order."""
        if self._pager:
            self.print(text)
        else:
            self.release()
            terminal.write(text)
            terminal.flush()

    def release(self) -> None:
        self._terminal.write("".join(self._held))
        self._terminal.flush()
        self._held = []

    def end(self) -> None:
        """Wait for the reader."""
        self.release()
        if self._pager:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the pager's
            self._pager.communicate()


class _Stream(TextIOBase):
    """Takes the place of stdout or stderr on a terminal."""

    def __init__(self, write: Any, terminal: TextIO) -> None:
        self._write = write
        self._terminal = terminal

    def write(self, text: str) -> int:
        self._write(text)
        return len(text)

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._terminal.fileno()

    @property
    def buffer(self) -> Any:
        return self._terminal.buffer

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._terminal.encoding


@contextmanager
def paging() -> Iterator[None]:
    """While it lasts, long answers on the terminal go through $PAGER, or less; PAGER=cat turns it off."""
    command = shlex.split(os.environ.get("PAGER") or "less")
    if command == ["cat"] or not shutil.which(command[0]) or os.environ.get("TERM") == "dumb":
        yield
        return
    out, err = sys.stdout, sys.stderr
    screen = _Screen(command, out)
    sys.stdout = _Stream(screen.print, out)
    if err.isatty():
        sys.stderr = _Stream(lambda text: screen.note(text, err), err)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, err
        screen.end()
