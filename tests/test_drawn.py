"""Pages that only a browser can draw: what it is given, what it may request, what is kept of it."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.errors import NotFetched, NotRead, UsageFault
from archive.settings import Settings, load
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.warc.pages import FetchedPage, Head, Pages
from crawler import beside
from crawler.http import browser
from crawler.reextract import reread
from crawler.report import Report
from crawler.session import Scope
from crawler.sources import SHIPPED
from tests.support.browser import needs_chromium
from tests.support.site import LIST, ROW, Reply, answering, rows
from wencang.archive import open as open_archive

SOURCE = replace(SHIPPED.load("tibet_cn"), lists=(LIST,), browser=True)
TEXT = "".join(f"<p>{n}月，合作社的技术员逐户登记，给牲畜打疫苗，记下每一头的耳号。</p>" for n in range(1, 12))
PAGE = (
    "<!DOCTYPE html><html><head><meta charset='gb2312'><title>牧民转场_中国西藏网</title>"
    "<script defer src='/app.js'></script><script src='http://ads.example.net/ad.js'></script>"
    "<link rel='stylesheet' href='/style.css'></head><body><div class='title_box'><h2>牧民转场</h2>"
    "<div class='info'>发布时间：2023-05-10 08:00:00 来源：中国西藏网</div></div>"
    "<img src='/photo.jpg'><div id='text'></div></body></html>"
).encode("gb2312")
SCRIPT = b"""
document.cookie = 'seen=1';
fetch('/private/key.json').catch(() => {});
fetch('/cn/text.json').then(answer => answer.json()).then(text => {
    document.getElementById('text').innerHTML = text.html + (document.cookie.match(/old/) || '');
    document.cookie = 'old=1';
});
"""


class Web:
    def __init__(self) -> None:
        self.log: list[str] = []
        self.cookies: list[str] = []
        self.pages = {
            LIST: b"<script defer src='/list.js'></script><div class='listnews'></div>",
            "http://www.tibet.cn/list.js": b"document.querySelector('.listnews').innerHTML = "
            + json.dumps(rows(ROW.format(n=1)).decode().partition("<script>")[0]).encode(),
            "http://www.tibet.cn/robots.txt": b"User-agent: *\nDisallow: /private/\n",
            "http://www.tibet.cn/app.js": SCRIPT,
            "http://www.tibet.cn/cn/text.json": json.dumps({"html": TEXT}).encode(),
            ROW.format(n=1): PAGE,
        }

    def answer(self, url: str, headers: Mapping[str, str]) -> Reply:
        self.log.append(url)
        self.cookies += [value for name, value in headers.items() if name.lower() == "cookie"]
        body = self.pages.get(url)
        return (200, {}, body) if body is not None else (404, {}, b"")


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    web = Web()
    with answering(web.answer) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        yield web


def crawl(settings: Settings) -> Report:
    report = Report()
    beside.crawl(settings, [(SOURCE, Scope())], report, lambda _count: None, False)
    return report


@needs_chromium
def test_a_page_whose_text_a_script_fetches(web: Web, tmp_path: Path) -> None:
    settings = load(tmp_path / "data", {"WENCANG_DELAY": "0.01"})
    report = crawl(settings)
    assert (report.total("new"), report.failed) == (1, False), (report.notes, report.remarks, web.log)
    assert set(web.log) == set(web.pages), "nothing forbidden, off the site or only for show"
    assert web.cookies == []
    with ArticleStore.open(settings) as store:
        (revision,) = store.changes()
    assert revision.article.body.count("\n") == 10
    assert revision.article.title == "牧民转场"
    pages = Pages(storage_of(settings))
    fetched, drawn = (pages.read(raw) for raw in revision.pages)
    assert (fetched.body, fetched.is_drawn, fetched.url) == (PAGE, False, revision.article.url)
    assert (drawn.is_drawn, drawn.url, drawn.response) == (True, fetched.url, None)
    assert "耳号" in drawn.body.decode()
    assert reread(settings, revision) is None, "it is read again as drawn"
    record = gzip.decompress((settings.data / revision.pages[1].file).read_bytes()[revision.pages[1].offset :])
    assert b"WARC-Type: conversion\r\n" in record
    assert f"WARC-Refers-To: {revision.pages[0].record_id}\r\n".encode() in record


def test_an_import_of_our_own_file_reads_what_a_browser_drew(tmp_path: Path) -> None:
    now, head = datetime(2023, 5, 11, tzinfo=UTC), Head("HTTP/1.1 200 OK", (("Content-Type", "text/html"),))
    dom = PAGE.replace(b"<div id='text'></div>", f"<div id='text'>{TEXT}</div>".encode("gb2312"))
    dom = dom.decode("gb2312").replace("gb2312", "utf-8").encode()
    fetched = FetchedPage(ROW.format(n=1), PAGE, now, response=head)
    drawn = FetchedPage(fetched.url, dom, now + timedelta(seconds=2), "text/html", is_drawn=True)
    settings = load(tmp_path / "first")
    with Pages(storage_of(settings)) as pages:
        raws = pages.append_all([fetched, drawn])
    with open_archive(tmp_path / "data") as archive:
        archive.import_([settings.data / raws[0].file])
        (revision,) = archive.versions(fetched.url)
        kept = [Pages(storage_of(load(tmp_path / "data"))).read(raw) for raw in revision.pages]
    assert revision.article.body.count("\n") == 10
    assert [(page.body, page.is_drawn) for page in kept] == [(PAGE, False), (dom, True)]
    assert reread(load(tmp_path / "data"), revision) is None


async def nothing(url: str) -> FetchedPage:
    raise NotFetched(url, "not here")


async def drawn(*scripts: str) -> list[str]:
    """The DOMs of pages with these scripts, or why there is none, one after the other in one browser."""
    chromium, texts = browser.Browser(nothing, "wencang"), list[str]()
    for script in scripts:
        page = FetchedPage(LIST, f"<p>文</p><script>{script}</script>".encode(), datetime.now(UTC))
        try:
            texts.append((await chromium.draw(page)).body.decode())
        except NotRead as error:
            texts.append(error.reason.english)
    await chromium.close()
    return texts


@needs_chromium
def test_hostile_pages_are_bounded_and_leave_nothing_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "SECONDS", 15.0)
    monkeypatch.setattr(browser, "_SETTLES", 3.0)
    shown = "document.body.append(document.cookie + localStorage.a)"
    texts = asyncio.run(
        drawn(
            "document.cookie = 'a=kept'; localStorage.a = 'kept'; setInterval(() => fetch('/x'), 1)",
            shown,
            "location = 'http://elsewhere.example.net/'",
            "while (true) {}",
            shown,
        )
    )
    assert texts[1].count("undefined") == 1, "neither cookies nor storage of the page before"
    assert "文" in texts[2]
    assert texts[3] == "reading it takes longer than 15 s"
    assert "undefined" in texts[4], "another browser was started"


def test_without_chromium_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageFault, match="chromium: is not installed; `apt-get install chromium` adds it"):
        browser.program()
    monkeypatch.setattr(browser, "find_spec", lambda _name: None)
    with pytest.raises(UsageFault, match=r"playwright: is not installed; `pip install 'wencang\[browser\]'` adds it"):
        browser.program()
    assert shutil.which("ls") is None
