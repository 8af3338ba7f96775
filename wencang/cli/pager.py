"""Shows answers on a terminal through $PAGER, or `less -FRX`, which exits by itself where they fit the screen."""

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
from typing import TextIO

import typer


class _Answer(TextIOBase):
    """Takes the place of stdout; the pager starts with the first text, so a prompt or a progress bar comes before."""

    def __init__(self, command: list[str], terminal: TextIO) -> None:
        self.pager: Popen[str] | None = None
        self._command = command
        self._terminal = terminal

    def write(self, text: str) -> int:
        if not self.pager:
            environment = {"LESS": "FRX", "LESSCHARSET": "utf-8"} | os.environ  # for PAGER=less, as git does
            self.pager = Popen(  # noqa: S603  # the user's own command
                self._command, stdin=PIPE, text=True, encoding="utf-8", errors="replace", env=environment
            )
        assert self.pager.stdin
        try:
            return self.pager.stdin.write(text)
        except BrokenPipeError:  # the reader has quit
            raise typer.Exit from None

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:  # with it, `input` asks on the terminal
        return self._terminal.fileno()


class _Notes(TextIOBase):
    """Takes the place of stderr: the terminal until the pager has started, then the pager, in order with the answer."""

    def __init__(self, answer: _Answer, terminal: TextIO) -> None:
        self._answer = answer
        self._terminal = terminal

    def write(self, text: str) -> int:
        return (self._answer if self._answer.pager else self._terminal).write(text)

    def isatty(self) -> bool:
        return not self._answer.pager


@contextmanager
def paging() -> Iterator[None]:
    """Page what is printed on the terminal within; PAGER=cat, or a missing pager, prints it directly."""
    command = shlex.split(os.environ.get("PAGER") or "less -FRX")
    if command == ["cat"] or not shutil.which(command[0]) or os.environ.get("TERM") == "dumb":
        yield
        return
    out, err = sys.stdout, sys.stderr
    answer = _Answer(command, out)
    sys.stdout = answer
    if err.isatty():
        sys.stderr = _Notes(answer, err)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a reader who quits early ends the command, not with a signal
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, err
        if answer.pager:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the pager's
            answer.pager.communicate()
