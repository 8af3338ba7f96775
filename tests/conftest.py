"""Parts that several tests share: the sample, an archive, the program as a user runs it."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from archive.article import from_json
from archive.store import ArticleStore
from archive.tables.ledger import Ledger
from crawler.http.replay import replay
from indexer import update
from indexer.engines.engine import SearchEngine, open_engine
from indexer.text.analyzer import Analyzer, lexicon

# Whoever runs the tests, in whatever language: messages are looked for as they are written.
os.environ |= {"LANGUAGE": "en", "PAGER": "cat"}

# A slow machine is no fault; in CI the same examples each time, at home new ones.
hypothesis.settings.register_profile("home", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=1_000)  # --hypothesis-profile long
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "home")

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "data" / "sample"
EXPECTED: list[dict[str, Any]] = [
    json.loads(line) for line in (SAMPLE / "expected.jsonl").read_text(encoding="utf-8").splitlines()
]
ARTICLES = [from_json(values) for values in EXPECTED]
TEXTS = [f"{article.title}\n{article.body}" for article in ARTICLES]
ANALYZER = Analyzer(lexicon())

Wencang = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ArticleStore]:
    with ArticleStore.create(tmp_path) as store:
        yield store


def run(*arguments: object, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`wencang --data DATA ARGUMENTS`, as a user runs it."""
    settings = {"WENCANG_DELAY": "0.01", "PYTHONWARNINGS": "error::DeprecationWarning:__main__"}
    return subprocess.run(
        [sys.executable, ROOT / "search_cli.py", "--data", data, *map(str, arguments)],
        capture_output=True, text=True, timeout=120, env=os.environ | settings | environment,
    )  # fmt: skip


@contextmanager
def indexed(data: Path, name: str) -> Iterator[tuple[ArticleStore, SearchEngine]]:
    """An archive of the sample's articles, and an engine that holds them."""
    with ArticleStore.create(data) as store:
        for article in ARTICLES:
            store.put(article)
        update.rebuild(store, data, name)
        with open_engine(name, update.index_folder(data, name)) as opened:
            yield store, opened


def ended(data: Path) -> list[str]:
    """How the runs ended, the newest first."""
    with ArticleStore.open(data) as store:
        return [run.ended for run in Ledger(store).last_runs("", 9)]


def on_a_terminal(command: list[str], quiet: float = 30, **environment: str) -> tuple[int, str]:
    """A command on a terminal of 24 lines; its exit code and what stood on the screen.

    A pager is left by `q` when nothing has come for so many seconds.
    """
    child, screen = pty.fork()
    if child == 0:
        os.environ.update({"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"} | environment)
        os.execv(command[0], command)
    drawn = b""
    deadline = time.monotonic() + 120
    with suppress(OSError):  # its end
        while True:
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
            if not select.select([screen], [], [], quiet)[0]:  # it waits for a key
                os.write(screen, b"q")
            drawn += os.read(screen, 65536)
    os.close(screen)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), drawn.decode(errors="replace").replace("\r\n", "\n")


def beside(run: subprocess.Popen[str], task: int | str = "*") -> list[int]:
    """The processes that a run, or one thread of it, has started beside it; none where there is no /proc."""
    found = []
    for children in Path(f"/proc/{run.pid}/task").glob(f"{task}/children"):
        with suppress(OSError):  # it has ended meanwhile
            for child in children.read_text().split():
                if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text():
                    found.append(int(child))
    return found


@pytest.fixture
def wencang(tmp_path: Path) -> Wencang:
    """Run the program on an archive of the test's own."""
    return lambda *arguments, **environment: run(*arguments, data=tmp_path / "data", **environment)


@pytest.fixture(scope="session")
def proxy() -> Iterator[str]:
    """The replay of the sample for the real hosts."""
    with replay(SAMPLE) as address:
        yield address


@pytest.fixture(scope="session")
def _crawled(tmp_path_factory: pytest.TempPathFactory, proxy: str) -> Path:
    data = tmp_path_factory.mktemp("crawled") / "data"
    done = run("crawl", "tibet_cn", data=data, http_proxy=proxy)
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def crawled(_crawled: Path, tmp_path: Path) -> Path:
    """A data folder, free to change, as a crawl of the whole sample left it."""
    return Path(shutil.copytree(_crawled, tmp_path / "data"))
