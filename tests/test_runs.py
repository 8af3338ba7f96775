"""Runs through the library: values instead of prints, and no archive that a process knows of by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import wencang
from archive.errors import IndexUnusable, UsageFault
from archive.settings import Settings, load
from archive.store import ArticleStore
from tests.support.program import ended
from tests.support.sample import ARTICLES, ROOT, SAMPLE
from wencang.archive import Archive

TEXT = ROOT / "tests" / "pages" / "mirror" / "signing-glossed.txt"


def page_of(n: int) -> Path:
    return SAMPLE / ARTICLES[n].url.removeprefix("http://")


def test_two_archives_are_open_at_once_each_with_its_own_settings(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    environment = dict(os.environ)
    first = wencang.open(tmp_path / "first", {"WENCANG_ENGINE": "tantivy", "WENCANG_CONTACT": "one@example.org"})
    second = wencang.open(tmp_path / "second", {"WENCANG_ENGINE": "whoosh", "WENCANG_DELAY": "7"})
    with first, second:
        progress: list[int] = []
        for archive, page in ((first, page_of(0)), (second, page_of(1)), (first, page_of(2)), (second, TEXT)):
            result = archive.import_([page], source="leaflets", progress=progress.append)
            assert (result.check().report.total("new"), result.report.failed) == (1, False)
        for archive, own, other in ((first, 0, 1), (second, 1, 0)):
            question = f'title:"{ARTICLES[own].title}"'
            assert [hit.article.title for hit in archive.search(question).hits] == [ARTICLES[own].title]
            assert archive.search(f'title:"{ARTICLES[other].title}"').total == 0
    assert progress == [1] * 4
    assert {path.stem for path in (tmp_path / "first" / "index").iterdir()} == {"tantivy"}
    assert {path.stem for path in (tmp_path / "second" / "index").iterdir()} == {"whoosh"}
    assert (first.settings.contact, second.settings.delay) == ("one@example.org", 7.0)
    assert dict(os.environ) == environment
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("module", ["crawler.settings", "crawler.spiders", "crawler.run", "wencang.runs"])
def test_nothing_reads_the_settings_when_it_is_imported(module: str, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    broken = {"WENCANG_DELAY": "soon", "WENCANG_DATA": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", f"import {module}"], cwd=ROOT, env=broken, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


_CRAWLS = """
import asyncio, sys, wencang

data, *urls = sys.argv[1:]


def crawl(url):
    with wencang.open(data, {"WENCANG_DELAY": "0.01", "WENCANG_DATA": "/nowhere"}) as archive:
        counts = []
        result = archive.crawl(url=[url], progress=counts.append)
        assert (result.check().report.total("new"), counts) == (1, [1])
        assert archive.extract(url).article.url == url


async def in_a_notebook(url):
    crawl(url)


crawl(urls[0])
crawl(urls[1])  # once more: Twisted's reactor has run
asyncio.run(in_a_notebook(urls[2]))
"""


def test_crawls_go_into_the_archive_they_are_asked_of_however_many_and_print_nothing(
    tmp_path: Path, proxy: str
) -> None:
    script = tmp_path / "script.py"  # without a guard for `__main__`, as people write them
    script.write_text(_CRAWLS)
    urls = [article.url for article in ARTICLES[:3]]
    environment = {
        "http_proxy": proxy, "PYTHONPATH": str(ROOT),
        "WENCANG_DATA": str(tmp_path / "other"), "WENCANG_DELAY": "soon",
    }  # fmt: skip
    command = [sys.executable, str(script), str(tmp_path / "data"), *urls]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "script.py"]
    with ArticleStore.open(load(tmp_path / "data")) as store:
        assert {revision.article for revision in store.changes()} == set(ARTICLES[:3])
    with wencang.open(tmp_path / "data") as archive:
        assert archive.search(ARTICLES[0].title, limit=1).hits[0].article == ARTICLES[0]


_INTERRUPTED = """
import sys, wencang
from crawler import reactor

reactor.use()
archive = wencang.open(sys.argv[1], {"WENCANG_DELAY": "0.3"})
result = archive.crawl(["tibet_cn"], progress=lambda count: print(count, flush=True))
print(result.report.interrupted, result.report.total("new"))
"""


def test_an_interrupt_ends_a_crawl_in_its_own_process_cleanly(tmp_path: Path, proxy: str) -> None:
    command = [sys.executable, "-c", _INTERRUPTED, str(tmp_path)]
    crawl = subprocess.Popen(command, cwd=ROOT, env={"http_proxy": proxy}, stdout=subprocess.PIPE, text=True)
    assert crawl.stdout
    crawl.stdout.readline()
    crawl.send_signal(signal.SIGINT)
    out, _err = crawl.communicate(timeout=120)
    interrupted, new = out.splitlines()[-1].split()
    assert (interrupted, 0 < int(new) < len(ARTICLES)) == ("True", True)
    assert ended(tmp_path) == ["interrupted"]


def test_what_is_kept_but_not_indexed_is_in_the_result(tmp_path: Path) -> None:
    archive = Archive(Settings(data=tmp_path))
    archive.import_([page_of(0)])
    (index,) = (tmp_path / "index" / "whoosh").iterdir()
    for file in index.iterdir():
        file.write_bytes(b"damaged")
    with archive:
        result = archive.import_([page_of(1)])
    assert result.report.total("new") == 1
    assert isinstance(result.fault, IndexUnusable)
    with pytest.raises(IndexUnusable):
        result.check()


def test_a_page_is_read_without_an_archive(tmp_path: Path) -> None:
    archive = Archive(Settings(data=tmp_path / "none"))
    reading = archive.extract(str(page_of(0)), url=ARTICLES[0].url)
    assert reading.article == ARTICLES[0]
    assert list(reading.to_json(explain=True))[-5:] == ["path", "extractor", "missing", "fetched", "steps"]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"url": ["http://www.example.cn/1.html"], "due": True}, "--url"),
        ({"url": ["ftp://www.example.cn/1.html"]}, "HTTP"),
        ({"sources": ["example_cn"]}, "sources: "),
        ({"since": "soon"}, "soon"),
        ({"url": ["http://www.example.cn/1.html"]}, "WENCANG_CONTACT"),
    ],
)
def test_a_crawl_that_is_not_valid_makes_no_archive(
    arguments: dict[str, list[str]], message: str, tmp_path: Path
) -> None:
    archive = Archive(replace(Settings(), data=tmp_path / "data"))
    with pytest.raises(UsageFault, match=message):
        archive.crawl(**arguments)  # type: ignore[arg-type]
    assert not (tmp_path / "data").exists()
