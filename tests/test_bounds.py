"""What holds for every run, whatever a site sends: bounded time and memory, an end, a count for each address."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from archive import clock
from archive.errors import NotRead
from archive.settings import load
from archive.store import ArticleStore
from archive.tables.ledger import Candidate, Ledger
from archive.text.messages import Reason
from crawler.frontier import Frontier
from crawler.http.robots import rules
from crawler.reader import BoundedReader, reader
from crawler.sources import SHIPPED
from tests.support.program import Wencang, ended
from tests.support.sample import ROOT
from tests.support.site import ARTICLE, LIST, ROW, Reply, answering
from tests.support.warc import page

TIBET = SHIPPED.load("tibet_cn")
ENDLESS = range(10**13)  # to sum it takes hours
Site = Callable[[str, Mapping[str, str]], Reply]


@contextmanager
def serving(answer: Site) -> Iterator[tuple[str, list[str]]]:
    """A server, or a proxy, that answers by a function of address and headers; its address and its log."""
    log: list[str] = []

    def logged(url: str, headers: Mapping[str, str]) -> Reply:
        log.append(url)
        return answer(url, headers)

    with answering(logged) as address:
        yield address, log


def table(pages: dict[str, Reply]) -> Site:
    return lambda url, _headers: pages.get(url, (404, {}, b""))


def listing(*urls: str, pages: int = 1) -> bytes:
    rows = "".join(f"<li><h4><a href='{url}'>题</a></h4></li>" for url in urls)
    return f"<div class='listnews'><ul>{rows}</ul></div><script>createPageHTML({pages}, 0, 'index');</script>".encode()


def article(n: int, *links: str) -> bytes:
    related = "".join(f"<a href='{url}'>题</a>" for url in links).encode()
    return ARTICLE.replace(b"<h2>", b"<h2>%d" % n).replace(b"</body>", related + b"</body>")


def row(n: int) -> str:
    return ROW.format(n=n)


def titles(data: Path) -> set[str]:
    with ArticleStore.open(load(data)) as store:
        return {revision.article.title for revision in store.changes()}


# A page


def test_a_page_over_its_time_or_whose_process_dies_is_one_failure() -> None:
    with BoundedReader() as bounded:
        assert bounded.ask("a", len, "abc") == 3
        with pytest.raises(NotRead) as error:
            bounded.ask("b", sum, ENDLESS)
        assert error.value.reason.code == "overtime"
        with pytest.raises(NotRead) as error:
            bounded.ask("c", os.abort)
        assert error.value.reason.code == "reader-killed"
        assert bounded.ask("d", len, "abcd") == 4


def test_the_others_of_a_batch_are_read() -> None:
    async def ask_all() -> list[object]:
        tasks = [partial(len, "x"), partial(sum, ENDLESS), partial(len, "xyz"), partial(int, "no"), partial(len, "")]
        asked = [reader().ask("a", task) for task in tasks]
        return list(await asyncio.gather(*asked, return_exceptions=True))

    first, second, third, fourth, fifth = asyncio.run(ask_all())
    assert (first, third, fifth) == (1, 3, 0)
    assert isinstance(second, NotRead)
    assert "invalid literal" in str(fourth)


SLOW = """
import crawler.extract.extractor as extractor
read = extractor.read
def slow(page, *arguments, **options):
    while b"slow page" in page:
        pass
    return read(page, *arguments, **options)
extractor.read = slow
"""


def test_a_slow_page_holds_up_neither_crawl_nor_import_nor_limit_nor_signal(tmp_path: Path, wencang: Wencang) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW)
    path = f"{tmp_path}:{ROOT}"
    slow = [row(n) for n in range(3)]
    pages: dict[str, Reply] = {LIST: (200, {}, listing(*slow, row(3), row(4)))}
    pages |= {url: (200, {}, article(n) + b"<!-- slow page -->") for n, url in enumerate(slow)}
    pages |= {row(n): (200, {}, article(n)) for n in (3, 4)}
    with serving(table(pages)) as (proxy, log):
        done = wencang("crawl", "tibet_cn", http_proxy=proxy, PYTHONPATH=path)
        assert done.returncode == 5
        assert done.stderr.count(": reading it takes longer than 2 s") == 3
        assert titles(tmp_path / "data") == {"3那曲牧区通了班车", "4那曲牧区通了班车"}
        with ArticleStore.open(load(tmp_path / "data")) as store:
            known = Ledger(store).candidates(slow)
        assert all(candidate.failures == 1 for candidate in known.values())
        del log[:]
        wencang("crawl", "tibet_cn", http_proxy=proxy, PYTHONPATH=path)
        assert log.index(slow[0]) > max(log.index(row(4)), log.index(LIST)), "what failed comes last"
        command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(tmp_path / "data"), "crawl", "tibet_cn"]
        del log[:]
        settings = {"http_proxy": proxy, "PYTHONPATH": path, "WENCANG_DELAY": "0.01"}
        crawl = subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while slow[0] not in log and crawl.poll() is None:
            time.sleep(0.05)
        crawl.send_signal(signal.SIGTERM)
        assert crawl.wait(30) == 130
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.html").write_bytes(page(1) + b"<!-- slow page -->")
    (tmp_path / "in" / "2.html").write_bytes(page(2))
    done = wencang("import", tmp_path / "in", PYTHONPATH=path)
    assert done.returncode == 5
    assert "1.html: reading it takes longer than 2 s" in done.stderr
    assert "雪山小学换上第2台锅炉" in titles(tmp_path / "data")
    done = wencang("reextract", PYTHONPATH=path)
    assert done.returncode == 0, done.stderr


# Lists and links without an end


def test_a_list_without_an_end_is_left_and_a_calendar_ends_with_the_run(wencang: Wencang, tmp_path: Path) -> None:
    def answer(url: str, _headers: Mapping[str, str]) -> Reply:
        if match := re.fullmatch(re.escape(LIST) + r"(?:index_(\d+)\.html)?", url):
            n = int(match[1] or 0)
            return 200, {}, listing(f"http://www.tibet.cn/cn/news/yc/202305/t20230510_8{n:05}.html", pages=10**6)
        if match := re.search(r"_(\d+)\.html$", url):  # each links to the next
            link = f"http://www.tibet.cn/cn/news/yc/202305/t20230510_{int(match[1]) + 1_000_000}.html"
            return 200, {}, article(int(match[1]), link)
        return 404, {}, b""

    with serving(answer) as (proxy, log):
        done = wencang("crawl", "tibet_cn", "--due", "--max-pages", "600", http_proxy=proxy, WENCANG_DELAY="0")
        assert f"{LIST}: the list goes on after 100 pages: the rest is left" in done.stderr
        assert len([url for url in log if "/index_" in url]) == 99
        assert len(log) < 620
        assert ended(tmp_path / "data") == ["page limit"]
        del log[:]
        wencang("crawl", "tibet_cn", "--due", "--max-pages", "20", http_proxy=proxy, WENCANG_DELAY="0")
        assert not [url for url in log if "/index_" in url], "as far as it was read, it is known"


# The order of requests


def test_what_failed_comes_last_and_an_attempt_is_noted_before_it_is_made(
    store: ArticleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    ledger = Ledger(store)
    urls = [row(n) for n in range(4)]
    ledger.note_candidates([Candidate(url, "tibet.cn", LIST, now, now) for url in urls])
    first = Frontier(store, TIBET, due=True, looks=9)
    first.attempt(urls[0])  # and the run is killed
    second = Frontier(store, TIBET, due=True, looks=9)
    assert [candidate.url for candidate in second.waiting()] == [*urls[1:], urls[0]]
    assert second.is_failing(urls[0])
    assert ledger.candidates(urls)[urls[0]].reason == Reason.ATTEMPTED
    second.attempt(urls[1])
    second.attempt(urls[1])  # a retry
    second.failed(urls[1], Reason.HTTP.format(status=500))
    second.attempt(urls[2])
    second.read(urls[2])
    second.attempt(urls[3])  # and the run ends meanwhile, cleanly
    second.close()
    known = ledger.candidates(urls)
    assert [known[url].failures for url in urls] == [1, 1, 0, 0]
    assert known[urls[3]].due == now


def test_dead_articles_do_not_end_a_source_for_ever(wencang: Wencang, tmp_path: Path) -> None:
    pages: dict[str, Reply] = {LIST: (200, {}, listing(*(row(n) for n in range(9))))}
    pages |= {row(n): (200, {}, article(n)) if n > 3 else (503, {}, b"") for n in range(9)}
    pages["http://www.tibet.cn/cn/tech/"] = 200, {}, listing(row(20))
    pages[row(20)] = 200, {}, article(20)
    with serving(table(pages)) as (proxy, _log):
        for _run in range(3):
            wencang("crawl", "tibet_cn", http_proxy=proxy)
    assert titles(tmp_path / "data") == {f"{n}那曲牧区通了班车" for n in (4, 5, 6, 7, 8, 20)}


def test_dead_lists_do_not_end_a_source_for_ever(wencang: Wencang, tmp_path: Path) -> None:
    pages: dict[str, Reply] = {url: (503, {}, b"") for url in TIBET.lists[:3]}
    pages[TIBET.lists[-1]] = 200, {}, listing(row(1))
    pages[row(1)] = 200, {}, article(1)
    with serving(table(pages)) as (proxy, _log):
        for _run in range(3):
            wencang("crawl", "tibet_cn", "--due", http_proxy=proxy)
    assert titles(tmp_path / "data") == {"1那曲牧区通了班车"}


# Redirects, and each address in a count


def moved(to: str, **headers: str) -> Reply:
    return 302, {"Location": to} | {name.replace("_", "-"): value for name, value in headers.items()}, b""


def with_cookie(answer: Site, passed: Site) -> Site:
    return lambda url, headers: passed(url, headers) if "seen=1" in headers.get("Cookie", "") else answer(url, headers)


ALL = table({"/a.html": (200, {}, page(1)), "/b.html": (200, {}, page(1))})
CIRCLES: dict[str, tuple[Site, bool]] = {
    "to itself, until the cookie": (
        with_cookie(table({"/a.html": moved("/a.html", Set_Cookie="seen=1; Path=/; HttpOnly")}), ALL), True),
    "by way of another, until the cookie": (
        with_cookie(table({"/a.html": moved("/b.html"), "/b.html": moved("/a.html", Set_Cookie="seen=1")}), ALL), True),
    "to itself": (table({"/a.html": moved("/a.html")}), False),
    "to itself with a mark": (table({"/a.html": moved("/a.html#top", Set_Cookie="other=2")}), False),
    "there and back": (table({"/a.html": moved("/b.html"), "/b.html": moved("/a.html")}), False),
    "of three": (table({"/a.html": moved("/b"), "/b": moved("/c"), "/c": moved("/a.html")}), False),
    "without an end": (lambda url, _headers: moved(f"{url}x") if url != "/robots.txt" else (404, {}, b""), False),
    "to a long address": (table({"/a.html": moved("/" + "a" * 5000)}), False),
}  # fmt: skip


@pytest.mark.parametrize("name", CIRCLES)
def test_a_circle_is_passed_by_its_cookie_or_is_one_failure(name: str, wencang: Wencang, tmp_path: Path) -> None:
    answer, reached = CIRCLES[name]
    with serving(answer) as (here, log):
        done = wencang("crawl", "--url", f"{here}/a.html")
    assert len(log) < 12
    if reached:
        assert done.returncode == 0, done.stderr
        assert titles(tmp_path / "data") == {"雪山小学换上第1台锅炉"}
    else:
        assert done.returncode == 5
        assert len(re.findall("^failed: .*a.html: (?:redirect|its address has more than)", done.stderr, re.M)) == 1


def test_each_address_of_a_source_is_counted_once(wencang: Wencang, tmp_path: Path) -> None:
    long = row(9).replace("_74600", "_" + "7" * 3000)
    pages: dict[str, Reply] = {
        LIST: (200, {}, listing(*(row(n) for n in range(6)), long)),
        "http://www.tibet.cn/cn/tech/": (200, {}, listing(row(0), row(1))),
        row(0): moved(row(1)), row(1): (200, {}, article(1)),
        row(2): moved(row(3)), row(3): moved(row(2)), row(4): moved(row(4)), row(5): (200, {}, b"\0\1\2" * 99),
    }  # fmt: skip
    with serving(table(pages)) as (proxy, _log):
        done = wencang("crawl", "tibet_cn", http_proxy=proxy)
    assert done.returncode == 5
    for n, line in (
        (0, f"skipped: {row(0)}: redirected to {row(1)}, which this run requests anyway"),
        (2, f"failed: {row(2)}: redirects in a circle: "), (3, f"failed: {row(3)}: redirects in a circle: "),
        (4, f"failed: {row(4)}: redirects in a circle: {row(4)}"), (5, f"skipped: {row(5)}: it is not text"),
    ):  # fmt: skip
        assert done.stderr.count(f": {row(n)}: ") == done.stderr.count(line) == 1, done.stderr
    assert done.stderr.count("its address has more than 2083 characters") == 1
    head, counts = (line.split() for line in done.stdout.splitlines())
    assert dict(zip(head, counts, strict=True)) | {"source": ""} == {
        "source": "", "new": "1", "changed": "0", "unchanged": "0", "gone": "0", "skipped": "2", "doubted": "0",
        "failed": "4",
    }  # fmt: skip


# robots.txt


@pytest.mark.parametrize(
    "robots",
    [
        b"".join(b"User-agent: a%d\n" % n for n in range(3000)) + b"".join(b"Disallow: /%d\n" % n for n in range(3500)),
        b"".join(b"User-agent: *\nUser-agent: %d\nDisallow: /q%d\n" % (n, n) for n in range(9000)),
        b"User-agent: *\nDisallow: /" + b"*a" * 200_000 + b"$\n",
        b"User-agent: *\n" + b"".join(b"Disallow: /*a*b*c%d$\n" % n for n in range(20_000)),
        b"User-agent: *\nDisallow: /" + b"*" * 400_000 + b"x\n",
        b"User-agent" + b" " * 400_000 + b"x\n",
    ],
    ids=["agents", "agents in turn", "wildcards", "rules", "stars", "blanks"],
)
def test_robots_txt_costs_little(robots: bytes) -> None:
    code = (
        "import sys, resource; from crawler.http.robots import rules\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "read = rules(200, sys.stdin.buffer.read())\n"
        "[read.can_fetch(f'http://www.example.cn/{\"ab\" * 500}{n}', 'wencang') for n in range(20)]\n"
    )
    assert subprocess.run([sys.executable, "-c", code], input=robots, cwd=ROOT, timeout=120).returncode == 0


def test_rules_for_others_are_not_ours_and_rules_for_us_stay() -> None:
    text = (
        b"User-agent: a\nUser-Agent : Wencang # us\nDisallow: /us\nuseragent: b\nDisallow: /b\n\n"
        b"user agent *\nDisallow: /all\nUser-agent:c\nDisallow: /c\n"
    )
    read = rules(200, text)
    assert not read.can_fetch("http://a.example/us", "wencang")
    for path in ("b", "c", "all"):
        assert read.can_fetch(f"http://a.example/{path}", "wencang")
    assert not rules(200, text.replace(b"Wencang", b"other")).can_fetch("http://a.example/all", "wencang")
