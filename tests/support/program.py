"""The program as a user runs it, and what its runs leave behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory
from threading import Lock, Timer
from typing import Any

from archive.settings import load
from archive.store import ArticleStore
from archive.tables.ledger import Ledger
from tests.support.sample import ROOT

Wencang = Callable[..., subprocess.CompletedProcess[str]]
_TIMEOUT = 120  # seconds
_WARNINGS = "error::DeprecationWarning:__main__"


def run(*arguments: object, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`wencang --data DATA ARGUMENTS`, as a user runs it."""
    words = ["--data", str(data), *map(str, arguments)]
    variables = os.environ | {"WENCANG_DELAY": "0.01", "PYTHONWARNINGS": _WARNINGS} | environment
    if _launcher.fits(variables) and _launcher.lock.acquire(blocking=False):
        try:
            return _launcher.run(words, variables)
        finally:
            _launcher.lock.release()
    command = [sys.executable, str(ROOT / "search_cli.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, env=variables)


class _Launcher:
    """The process that forks for each run (tests/support/launcher.py), started by the first; one run at a time."""

    def __init__(self) -> None:
        self.lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._variables: dict[str, str] = {}  # it was started with

    def fits(self, variables: Mapping[str, str]) -> bool:
        """Whether it was started with the same of what an interpreter reads at its start."""
        return not self._process or _of_interpreter(variables) == _of_interpreter(self._variables)

    def run(self, words: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
        process = self._process if self._process and self._process.poll() is None else self._started(variables)
        assert process.stdin
        with TemporaryDirectory() as folder:
            out, err = (Path(folder) / name for name in ("out", "err"))
            out.touch()
            err.touch()
            streams = [os.devnull, str(out), str(err)]
            order = {"arguments": words, "environment": variables, "folder": os.getcwd(), "streams": streams}
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            code = self._code(process, words)
            return subprocess.CompletedProcess(words, code, *(path.read_text(encoding="utf-8") for path in (out, err)))

    def _started(self, variables: dict[str, str]) -> subprocess.Popen[str]:
        command = [sys.executable, str(ROOT / "tests" / "support" / "launcher.py")]
        self._variables = variables
        self._process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True, env=variables)
        return self._process

    def _code(self, process: subprocess.Popen[str], words: list[str]) -> int:
        """The exit code of the run that was ordered. Raises TimeoutExpired for one that takes too long."""
        assert process.stdout
        child = int(process.stdout.readline())
        timer = Timer(_TIMEOUT, os.kill, (child, signal.SIGKILL))
        timer.start()
        code = int(process.stdout.readline())
        has_expired = timer.finished.is_set()
        timer.cancel()
        if has_expired:
            raise subprocess.TimeoutExpired(words, _TIMEOUT)
        return code


def _of_interpreter(variables: Mapping[str, str]) -> dict[str, str]:
    starts = ("PYTHON", "LC_", "LD_")
    return {name: value for name, value in variables.items() if name == "LANG" or name.startswith(starts)}


_launcher = _Launcher()


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The objects that a successful run printed as JSON Lines."""
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def ended(data: Path) -> list[str]:
    """How the runs ended, the newest first."""
    with ArticleStore.open(load(data)) as store:
        return [run.ended for run in Ledger(store).last_runs("", 9)]


def beside(run: subprocess.Popen[str], task: int | str = "*") -> list[int]:
    """The worker processes that a run, or one thread of it, has started; none where there is no /proc."""
    workers = []
    for children in Path(f"/proc/{run.pid}/task").glob(f"{task}/children"):
        with suppress(OSError):  # it has ended meanwhile
            for child in children.read_text().split():
                if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text():
                    workers.append(int(child))
    return workers
