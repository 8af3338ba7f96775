"""The past of a source: captures of web archives become versions at the time of their capture."""

from __future__ import annotations

import gzip
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from os import environ
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wencang
from archive.article import Article, Origin, RawPage
from archive.settings import load
from archive.storage.folder import Folder
from archive.store import ArticleStore
from archive.tables.captures import Capture, Captures
from archive.warc.pages import FetchedPage, Pages
from crawler.past import cdx, memento
from crawler.past.archives import web_archive
from crawler.past.records import Line, lines
from tests.servers import pywb
from tests.support import past
from tests.support.program import run
from tests.support.sample import ROOT
from tests.support.site import Reply, answering

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SOURCE = "tibet_cn"


def versions(data: Path, n: int) -> list[tuple[datetime, str]]:
    with ArticleStore.open(load(data)) as store:
        return [(revision.fetched, revision.article.body) for revision in store.history(past.key(n))]


# A real web archive


@contextmanager
def player(folder: Path, captured: list[past.Captured]) -> Iterator[str]:
    file = folder / "captures.warc.gz"
    file.write_bytes(b"".join(past.warc(captured)))
    with pywb.serving([file]) as address:
        yield address


def settled(data: Path) -> int:
    try:
        with ArticleStore.open(load(data)) as store, store.reading() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM captures WHERE state != 'waiting'").scalar() or 0)
    except Exception:  # the archive is only being made
        return 0


def killed_at(data: Path, count: int, *arguments: str) -> int:
    """Run until so many captures are settled, then kill the run; its exit code if it ended before."""
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(data), *arguments]
    process = subprocess.Popen(
        command, env=environ | {"WENCANG_DELAY": "0"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and settled(data) < count:
        time.sleep(0.05)
    process.kill()
    return process.wait()


def test_five_hundred_captures_through_pywb_killed_ten_times(tmp_path: Path) -> None:
    captured = past.captures(200)
    assert len(captured) == 500
    data = tmp_path / "data"
    with ArticleStore.create(load(data)) as store:
        store.put(past.captured_article(3, "B"), NOW)  # what a crawl of today found
    with player(tmp_path, captured) as address:
        command = "backfill", SOURCE, "--from", f"{address}/cdx"
        for kill in range(10):
            assert killed_at(data, 40 * (kill + 1), *command) == -signal.SIGKILL
        done = run(*command, data=data, WENCANG_DELAY="0")
        assert done.returncode == 0, done.stderr
        again = run(*command, data=data, WENCANG_DELAY="0")
    assert f"captures known {len(captured)}" in done.stderr
    for n in range(200):
        expected = past.expected(captured, n)
        assert versions(data, n) == [*expected, *([(NOW, past.text(3, "B"))] if n == 3 else [])], n
    assert "new" not in again.stdout, "nothing is taken twice"
    assert run("verify", data=data).returncode == 0
    with wencang.open(data) as archive:
        history = archive.history(past.key(3))
        assert archive.revision(past.key(3)).fetched == NOW, "an old capture is never the current version"
        difference = archive.diff(past.key(3), 1)
    assert difference.old.origin and difference.old.origin.archive == urlsplit(address).netloc
    assert (difference.new.origin, list(difference.changes)[0]) == (None, "body")
    assert [bool(step.revision.origin) for step in history.steps] == [True, True, True, False]
