"""The program as a user runs it, and what its runs leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from archive.settings import load
from archive.store import ArticleStore
from archive.tables.ledger import Ledger
from tests.support.sample import ROOT

Wencang = Callable[..., subprocess.CompletedProcess[str]]


def run(*arguments: object, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`wencang --data DATA ARGUMENTS`, as a user runs it."""
    settings = {"WENCANG_DELAY": "0.01", "PYTHONWARNINGS": "error::DeprecationWarning:__main__"}
    return subprocess.run(
        [sys.executable, ROOT / "search_cli.py", "--data", data, *map(str, arguments)],
        capture_output=True, text=True, timeout=120, env=os.environ | settings | environment,
    )  # fmt: skip


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
