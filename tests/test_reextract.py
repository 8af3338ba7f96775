"""Re-extraction by ranges of versions: shared by hosts, resumed after a kill, and on a cluster."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from archive.article import RawPage
from archive.settings import load
from archive.store import ArticleStore
from archive.tables import ranges
from archive.tables.locks import exclusive
from crawler.reextract import reextract
from crawler.report import Report
from tests.support.program import Wencang


@pytest.fixture
def mislaid(crawled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive whose articles were read by rules that took their titles for something else; ranges of ten."""
    monkeypatch.setattr(ranges, "SIZE", 10)
    with ArticleStore.open(load(crawled)) as store:
        for revision in list(store.kept()):
            wrong, pages = replace(revision.article, title=f"误 {revision.article.title}"), revision.pages
            store.put(wrong, revision.fetched, exactly=True, keep=partial(_same, pages))
    return crawled


def _same(pages: tuple[RawPage, ...], _earlier: tuple[RawPage, ...]) -> tuple[RawPage, ...]:
    return pages


def titles(data: Path) -> dict[str, str]:
    with ArticleStore.open(load(data)) as store:
        return {revision.article.id: revision.article.title for revision in store.kept()}


def digests(data: Path) -> dict[str, str]:
    with ArticleStore.open(load(data)) as store:
        return {revision.article.id: revision.article.digest for revision in store.kept()}


def test_two_hosts_share_the_ranges(mislaid: Path) -> None:
    def host(_number: int) -> Report:
        report = Report()
        with ArticleStore.open(load(mislaid)) as store:
            reextract(store, load(mislaid), report, workers=1)
        return report

    with ThreadPoolExecutor() as hosts:
        reports = list(hosts.map(host, range(2)))
    assert not [title for title in titles(mislaid).values() if title.startswith("误")]
    counts = [report.total("changed") for report in reports]
    assert sum(counts) == len(titles(mislaid))
    assert all(counts)


def test_a_range_that_another_run_holds_is_left_and_said(mislaid: Path) -> None:
    report = Report()
    with ArticleStore.open(load(mislaid)) as store:
        last = store.sequence()
        held = (last - 1) // 10 * 10 + 1
        with ArticleStore.open(load(mislaid)) as other, exclusive(other, f"reextract {held}"):
            reextract(store, load(mislaid), report, workers=1)
        assert ("reextract", "1 range is left to another run") in report.remarks
        assert [revision.article.title[0] for revision in store.newest_between(held, last)] == ["误"] * (
            last - held + 1
        )
        reextract(store, load(mislaid), rest := Report(), workers=1)
    assert rest.total("changed") == last - held + 1
    assert rest.total("unchanged") == 0
    assert not [title for title in titles(mislaid).values() if title.startswith("误")]


_KILLED = """
import os, sys
from pathlib import Path
from archive.settings import load
from archive.store import ArticleStore
from archive.tables import ranges
from crawler.reextract import reextract
from crawler.report import Report
ranges.SIZE = 10
class Killed(Report):
    def count(self, *values, **named):
        super().count(*values, **named)
        if self.total("changed") == 15:
            os.kill(os.getpid(), 9)
if __name__ == "__main__":
    with ArticleStore.open(load(Path(sys.argv[1]))) as store:
        reextract(store, load(Path(sys.argv[1])), Killed(), workers=1)
"""


def test_a_run_that_was_killed_is_resumed(mislaid: Path, wencang: Wencang, tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(_KILLED)
    assert subprocess.run([sys.executable, script, mislaid], cwd=Path.cwd()).returncode == -9
    with ArticleStore.open(load(mislaid)) as store:
        before = store.sequence()
        reextract(store, load(mislaid), report := Report(), workers=1)
        assert "continues where" in report.remarks[0][1]
        assert report.total("changed") == len(titles(mislaid)) - 15
        assert store.sequence() == before + report.total("changed")
    assert not [title for title in titles(mislaid).values() if title.startswith("误")]
    done = wencang("reextract", "--restart")
    assert done.returncode == 0, done.stderr
    assert "continues" not in done.stderr


def test_a_cluster_reads_what_one_machine_reads(mislaid: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed (491 MB: not among the packages for development)")
    from wencang import spark

    local = shutil.copytree(mislaid, tmp_path / "local")
    with ArticleStore.open(load(local)) as store:
        reextract(store, load(local), Report())
    result = spark.reextract(load(mislaid), [], "local[2]")
    result.check()
    assert digests(mislaid) == digests(local)
    assert result.report.total("changed") == len(titles(local))
