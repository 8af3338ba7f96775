"""A command on a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from contextlib import suppress


def on_a_terminal(command: list[str], quiet: float = 30, **environment: str) -> tuple[int, str]:
    """Run a command on a terminal of 24 lines; its exit code and what it drew.

    A pager is left by `q` when nothing has come for `quiet` seconds.
    """
    child, screen = pty.fork()
    if child == 0:
        os.environ.update({"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"} | environment)
        os.execv(command[0], command)
    drawn = b""
    deadline = time.monotonic() + 120
    with suppress(OSError):  # the command has ended
        while True:
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
            if not select.select([screen], [], [], quiet)[0]:  # it waits for a key
                os.write(screen, b"q")
            drawn += os.read(screen, 65536)
    os.close(screen)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), drawn.decode(errors="replace").replace("\r\n", "\n")
