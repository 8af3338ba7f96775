"""Pictures: fetched after the articles, kept in the WARC files, withdrawn with their article."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Protocol

import pytest

from archive import clock
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.pictures import Picture, Pictures
from crawler.http.replay import Reply, answer, serving
from tests.support.program import run
from tests.support.sample import SAMPLE

ARTICLE = "http://www.tibet.cn/cn/aid_tibet/news/202206/t20220601_7210688.html"
PICTURE = ARTICLE.replace("t20220601_7210688.html", "W020220601381.jpg")
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9


class Crawl(Protocol):
    def __call__(self, *options: str, **environment: str) -> CompletedProcess[str]: ...


class Site:
    """The sample, with the two pictures of its article as they are told to be, and what was asked for."""

    def __init__(self) -> None:
        self.picture: Reply = (200, {"Content-Type": "image/jpeg"}, JPEG)
        self.asked: list[str] = []

    def answer(self, url: str) -> Reply:
        self.asked.append(url)
        return self.picture if url.endswith(".jpg") else answer(SAMPLE, url)

    def pictures(self) -> int:
        return self.asked.count(PICTURE)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def proxy(site: Site) -> Iterator[str]:
    with serving(site.answer) as address:
        yield address


@pytest.fixture
def crawl(tmp_path: Path, proxy: str) -> Crawl:
    return lambda *options, **environment: run(
        "crawl", "--url", ARTICLE, *options, data=tmp_path, http_proxy=proxy, **environment
    )


def raw(data: Path, url: str) -> bytes:
    """What `show --raw` writes, which is no text."""
    import subprocess
    import sys

    from tests.support.sample import ROOT

    command = [sys.executable, "search_cli.py", "--data", str(data), "show", url, "--raw"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).stdout


def test_no_picture_is_fetched_unless_wanted(crawl: Crawl, site: Site) -> None:
    crawl()
    assert site.pictures() == 0


def test_a_picture_is_kept_once_byte_for_byte(crawl: Crawl, site: Site, tmp_path: Path) -> None:
    done = crawl("--images")
    assert "pictures: 2 kept, 0 failed" in done.stderr
    assert site.asked.index(PICTURE) > site.asked.index(ARTICLE)
    assert raw(tmp_path, PICTURE) == JPEG
    shown = run("show", PICTURE, data=tmp_path)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "is a picture of tibet.cn-7210688; " in shown.stderr
    crawl(WENCANG_IMAGES="yes")
    assert site.pictures() == 1
    checked = run("verify", data=tmp_path)
    assert (checked.returncode, checked.stdout) == (0, "")
    assert "no version points at" not in checked.stderr, "it is pointed at"


def test_a_damaged_picture_is_named(crawl: Crawl, tmp_path: Path) -> None:
    crawl("--images")
    with sqlite3.connect(tmp_path / "archive.db") as raw_:
        raw_.execute("UPDATE pictures SET page = json_set(page, '$[3]', ?)", ("0" * 64,))
    checked = run("verify", data=tmp_path)
    assert checked.returncode == 6
    assert PICTURE in checked.stdout


@pytest.mark.parametrize(
    ("missing", "waits"),
    [((404, {}, b""), False), ((200, {"Content-Type": "text/html"}, b"none"), False), ((500, {}, b""), True)],
)
def test_what_is_no_picture_is_not_kept(crawl: Crawl, site: Site, tmp_path: Path, missing: Reply, waits: bool) -> None:
    site.picture = missing
    done = crawl("--images", WENCANG_DELAY="0.01")
    assert done.returncode == 0
    assert "pictures: 0 kept, 2 failed" in done.stderr
    assert f"failed: {PICTURE}: {'it is not a picture' if missing[0] == 200 else f'HTTP {missing[0]}'}\n" in done.stderr
    with ArticleStore.open(load(tmp_path)) as store:
        picture = Pictures(store).get(PICTURE)
    assert picture
    assert picture.page is None
    assert (picture.due is not None) is waits


def test_a_picture_that_an_earlier_run_left_is_fetched_by_the_next(tmp_path: Path, site: Site, proxy: str) -> None:
    run("crawl", "--url", ARTICLE, data=tmp_path, http_proxy=proxy)
    with ArticleStore.open(load(tmp_path)) as store:
        left = Picture(PICTURE, ARTICLE, "tibet.cn", clock.now())
        assert Pictures(store).note_new([left, left]) == [left]
        assert Pictures(store).note_new([left]) == []
    run("crawl", "tibet_cn", "--images", data=tmp_path, http_proxy=proxy)
    assert site.pictures() == 1
    assert raw(tmp_path, PICTURE) == JPEG


def test_a_takedown_takes_the_picture(crawl: Crawl, site: Site, tmp_path: Path) -> None:
    crawl("--images")
    done = run("remove", "tibet.cn-7210688", "--yes", "--reason", "裁定", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert JPEG[100:300] not in raw(tmp_path, PICTURE)
    for options in ([], ["--raw"]):
        said = run("show", PICTURE, *options, data=tmp_path)
        assert (said.returncode, said.stdout) == (1, "")
        assert said.stderr.startswith("wencang: tibet.cn-7210688: withdrawn 20")
    checked = run("verify", data=tmp_path)
    assert (checked.returncode, checked.stdout) == (0, "")
    crawl("--images")
    assert site.pictures() == 1, "it is not asked for again"


def test_a_picture_that_a_takedown_left_is_named(crawl: Crawl, tmp_path: Path) -> None:
    crawl("--images")
    with ArticleStore.open(load(tmp_path)) as store:
        store.withdraw("tibet.cn-7210688", "killed before it came to the pages")
    checked = run("verify", data=tmp_path)
    assert f"picture {PICTURE}: " in checked.stdout
    assert "`wencang remove tibet.cn-7210688`" in checked.stdout
