"""How a crawl behaves towards a site: the real program against a server on this machine, read from the server's log."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.errors import UsageFault
from archive.settings import load
from archive.store import ArticleStore
from crawler.http.addresses import as_answered, is_private, refuse_nameless, site
from crawler.http.retry import own_wait, retry_after
from crawler.http.robots import RobotsUnread, rules
from tests.support.program import Wencang, beside, ended, run
from tests.support.sample import ARTICLES, ROOT

# A server that keeps a log


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: seconds at its beginning and at the end of its answer."""

    url: str
    began: float
    ended: float
    agent: str


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    stream: Callable[[], Iterator[bytes]] | None = None  # everything after the status line


Page = bytes | int | Answer | Sequence[Answer | bytes | int]  # several: one after the other, the last for good


class Site:
    """Answers for paths or, as a proxy, for whole addresses; 404 for what it does not know."""

    def __init__(self, pages: dict[str, Page]) -> None:
        self.pages = pages
        self.log: list[Asked] = []
        self.address = ""

    def answer(self, url: str) -> Answer:
        page = self.pages.get(url, 404)
        if isinstance(page, list):
            page = page.pop(0) if len(page) > 1 else page[0]
        if isinstance(page, bytes):
            return Answer(page)
        return Answer(status=page) if isinstance(page, int) else page  # type: ignore[return-value]

    def asked(self, part: str = "") -> list[Asked]:
        """The requests for addresses with this part, in their order."""
        return sorted((asked for asked in self.log if part in asked.url), key=lambda asked: asked.began)

    def pauses(self, part: str = "") -> list[float]:
        """Seconds from one request to the next."""
        return [later.began - earlier.began for earlier, later in pairwise(self.asked(part))]


@contextmanager
def serving(pages: dict[str, Page]) -> Iterator[Site]:
    here = Site(pages)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            began = time.monotonic()
            answer = here.answer(self.path)
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            with suppress(OSError):  # a crawl hangs up on an answer that has no end, as it should
                if answer.stream:
                    self.flush_headers()
                    for part in answer.stream():
                        self.wfile.write(part)
                else:
                    self.send_header("Content-Type", "text/html")
                    self.end_headers()
                    self.wfile.write(answer.body)
            here.log.append(Asked(self.path, began, time.monotonic(), self.headers["User-Agent"]))

        def log_message(self, format: str, *arguments: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        here.address = f"http://127.0.0.1:{server.server_port}"
        yield here
        server.shutdown()


# What it serves: tibet.cn behind a proxy, and pages of a site that no source describes

TIBET = "http://www.tibet.cn"
ROBOTS = f"{TIBET}/robots.txt"
LIST = f"{TIBET}/cn/news/yc/"
ARTICLE = (ROOT / "tests/pages/tibet_cn/desktop-without-author-span.html").read_bytes()
SOON = 0.02  # seconds that a request may take from us to the log


def row(n: int) -> str:
    return f"{TIBET}/cn/news/yc/202305/t20230510_74600{n:02}.html"


def listing(*addresses: str) -> bytes:
    return "".join(
        f"<div class='listnews'><ul><li><h4><a href='{a}'>题</a></h4></li></ul></div>" for a in addresses
    ).encode()


def article(n: int, *related: int) -> bytes:
    links = "".join(f"<a href='{row(one)}'>题</a>" for one in related).encode()
    return ARTICLE.replace(b"<h2>", b"<h2>%d" % n).replace(b"</body>", links + b"</body>")


def news(count: int) -> dict[str, Page]:
    return {LIST: listing(*map(row, range(count))), **{row(n): article(n) for n in range(count)}}


def plain(title: str) -> bytes:
    text = "".join(f"<p>第{n}段说的是当雄草原上的第{n}件事，写得不长也不短。</p>" for n in range(5))
    return f"<title>{title}</title><h1>{title}</h1><div>2023-05-10 来源：某报</div><div>{text}</div>".encode()


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(status=status, headers=(("Location", to),))


def busy(wait: str = "", status: int = 429) -> Answer:
    return Answer(status=status, headers=(("Retry-After", wait),) if wait else ())


def titles(data: Path) -> set[str]:
    with ArticleStore.open(load(data)) as store:
        return {revision.article.title for revision in store.changes()}


# The traffic of a whole crawl


def test_the_traffic_of_a_crawl(wencang: Wencang, tmp_path: Path) -> None:
    pages = news(6) | {
        ROBOTS: b"User-agent: *\nDisallow: /cn/tech/\n",
        f"{TIBET}/cn/tech/": listing(row(7)),
        row(2): [busy("1"), article(2)],
        row(3): redirect("http://www.example.com/elsewhere"),
        row(4): redirect(row(5)),
    }
    with serving(pages) as proxy:
        done = wencang("crawl", "tibet_cn", http_proxy=proxy.address, WENCANG_DELAY="0.1")
    log = proxy.asked()
    assert log[0].url == ROBOTS
    assert all(later.began >= earlier.ended for earlier, later in pairwise(log)), "one request at a time"
    assert min(proxy.pauses()) >= 0.1 - SOON
    counts = Counter(asked.url for asked in log)
    assert counts.pop(row(2)) == 2
    assert set(counts.values()) == {1}, "nothing twice, but what was to be asked again"
    first, second = (log.index(asked) for asked in proxy.asked(row(2)))
    assert second == first + 1
    assert log[second].began - log[first].ended >= 1, "nothing at all in the meantime"
    assert not proxy.asked("/cn/tech/")
    assert not proxy.asked("example.com")
    assert f"skipped: {row(3)}: leads off the site, to http://www.example.com/elsewhere" in done.stderr
    assert titles(tmp_path / "data") == {f"{n}那曲牧区通了班车" for n in (0, 1, 2, 5)}


def test_nothing_is_asked_for_twice_whatever_leads_to_it(wencang: Wencang, tmp_path: Path) -> None:
    """Lists of several pages that show the same, links, redirects to each other, tries that end in a redirect."""
    paged = b"<script>createPageHTML(3, 0, 'index', 'html');</script>"
    pages: dict[str, Page] = {
        ROBOTS: [503, redirect("/cn/robots.txt")],
        f"{TIBET}/cn/robots.txt": b"",
        LIST: listing(*map(row, range(5))) + paged,
        f"{LIST}index_1.html": [503, listing(*map(row, range(4, 9))) + paged],
        f"{LIST}index_2.html": redirect(f"{LIST}index_1.html"),
        f"{TIBET}/cn/news/zx/": [busy("0.1"), redirect(LIST)],
        f"{TIBET}/cn/culture/": listing(*map(row, range(3, 12))),
        row(0): article(0, 1, 12, 3),
        row(1): article(1, 0, 12),
        row(2): redirect(row(5), 301),
        row(3): [busy("0.1"), redirect(row(5))],
        row(4): [503, redirect(row(0))],
        row(5): article(5, 2, 3),
        row(6): redirect(row(7)),
        row(7): [503, redirect(row(6))],
        row(8): [503, 503, article(8)],
        row(9): redirect(f"{TIBET}/cn/culture/"),
        row(10): 500,
        row(11): article(11, 8),
        row(12): article(12, *range(12)),
    }
    tried = {ROBOTS: 2, f"{LIST}index_1.html": 2, f"{TIBET}/cn/news/zx/": 2, row(3): 2, row(4): 2, row(7): 2, row(8): 3}
    with serving(pages) as proxy:
        wencang("crawl", "tibet_cn", http_proxy=proxy.address)
        asked = Counter(one.url for one in proxy.log)
        assert {url: count for url, count in asked.items() if count > 1} == tried | {row(10): 3}
        assert set(pages) <= set(asked)
        log = proxy.asked()
        assert all(later.began >= earlier.ended for earlier, later in pairwise(log)), "one request at a time"
        seen = len(log)
        wencang("crawl", "tibet_cn", "--due", http_proxy=proxy.address)
        asked = Counter(one.url for one in proxy.asked()[seen:])
        assert {url: count for url, count in asked.items() if count > 1} == {}
        assert LIST not in asked, "a list that leads back to what was read has been walked"
    assert titles(tmp_path / "data") == {f"{n}那曲牧区通了班车" for n in (0, 1, 5, 8, 11, 12)}


# robots.txt


def test_every_host_is_asked_for_its_robots_txt_before_anything_else(wencang: Wencang) -> None:
    old = "http://media.tibet.cn/culture/news/201207/t20120718_1642208.htm"
    forbidden = "http://media.tibet.cn/travel/news/201207/t20120718_1642209.htm"
    pages = news(1) | {
        LIST: listing(row(0), old, forbidden), old: ARTICLE,
        "http://media.tibet.cn/robots.txt": b"User-agent: a\nDisallow: /\nUser-agent: wencang\nDisallow: /travel/\n",
    }  # fmt: skip
    with serving(pages) as proxy:
        done = wencang("crawl", "tibet_cn", http_proxy=proxy.address)
    assert [asked.url for asked in proxy.asked("media.")] == ["http://media.tibet.cn/robots.txt", old]
    assert f"skipped: {forbidden}: robots.txt forbids it" in done.stderr


def test_the_delay_that_a_site_asks_for_is_kept(wencang: Wencang) -> None:
    robots = b"User-agent: *\nCrawl-delay: 30\n\nUser-agent: Wencang\nCrawl-delay: 0.4\n"
    with serving(news(3) | {ROBOTS: robots}) as proxy:
        wencang("crawl", "tibet_cn", "--max-pages", "5", http_proxy=proxy.address)
    assert len(proxy.log) >= 5
    assert min(proxy.pauses()) >= 0.4 - SOON


def test_a_delay_beyond_reason_is_said_and_does_not_outlast_the_run(wencang: Wencang, tmp_path: Path) -> None:
    with serving(news(3) | {ROBOTS: b"User-agent: *\nCrawl-delay: 90\n"}) as proxy:
        began = time.monotonic()
        done = wencang("crawl", "tibet_cn", "--max-time", "2", http_proxy=proxy.address)
        assert time.monotonic() - began < 50
    assert [asked.url for asked in proxy.log] == [ROBOTS]
    assert f"{ROBOTS}: asks for 90 s between two requests; 60 s are used" in done.stderr
    assert ended(tmp_path / "data") == ["time limit"]


@pytest.mark.parametrize("robots", [503, busy("0.1", 429), redirect("http://www.example.com/robots.txt")])
def test_where_robots_txt_can_not_be_read_nothing_is_fetched(robots: Page, wencang: Wencang) -> None:
    with serving(news(2) | {ROBOTS: robots}) as proxy:
        done = wencang("crawl", "tibet_cn", http_proxy=proxy.address)
    assert {asked.url for asked in proxy.log} == {ROBOTS}
    assert len(proxy.log) <= 3
    assert done.returncode == 5
    assert f"list can't be read: {LIST}: robots.txt can't be read: " in done.stderr


@pytest.mark.parametrize("robots", [404, 403, redirect("/cn/robots.txt", 301), [503, b"User-agent: *\nDisallow: /b"]])
def test_where_there_is_no_robots_txt_all_is_allowed(robots: Page, wencang: Wencang) -> None:
    with serving(news(1) | {ROBOTS: robots, f"{TIBET}/cn/robots.txt": b"User-agent: *\nDisallow: /b"}) as proxy:
        assert wencang("crawl", "tibet_cn", http_proxy=proxy.address).returncode == 0
    assert proxy.asked(row(0))


def test_so_much_of_robots_txt_is_read() -> None:
    long = b"User-agent: *\nDisallow: /a\n" + b"# filler\n" * 58_000 + b"Disallow: /b\n"
    assert len(long) > 500 * 1024
    found = rules(200, long)
    assert not found.can_fetch("http://www.example.cn/a", "wencang")
    assert found.can_fetch("http://www.example.cn/b", "wencang")
    assert not rules(200, long[-40_000:].replace(b"# filler", b"User-agent: *", 1)).can_fetch("/b", "wencang")


@given(st.integers(100, 599), st.binary(max_size=80))
def test_any_answer_is_rules_or_forbids_all(status: int, body: bytes) -> None:
    try:
        found = rules(status, body)
    except RobotsUnread:
        assert status == 429 or not 200 <= status < 300
        assert not 400 <= status < 429
    else:
        assert 200 <= status < 300 or found.can_fetch("/anything", "wencang")


# Waiting


def test_a_wait_is_as_long_as_the_site_asks() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert retry_after("120", now) == 120
    assert retry_after("Sun, 01 Mar 2026 12:02:00 GMT", now) == 120
    assert retry_after("Sun, 01 Mar 2026 11:00:00 GMT", now) == 0
    assert retry_after("", now) == retry_after("soon", now) == retry_after("-5", now) == 0


@given(st.text() | st.from_regex(r"\A\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [-+\w]{1,5}\Z"))
@example("9" * 400)
@example("²")
@example("0\x1f")
def test_no_header_is_a_wait_into_the_past(value: str) -> None:
    assert retry_after(value, datetime(2026, 3, 1, tzinfo=UTC)) >= 0


@given(st.integers(1, 5), st.floats(0, 60), st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
def test_each_wait_of_our_own_is_longer(tries: int, delay: float, one: float, other: float) -> None:
    assert own_wait(tries + 1, delay, one) > own_wait(tries, delay, other) > delay


def test_a_page_that_stays_broken_is_tried_three_times_and_the_rest_is_fetched(
    wencang: Wencang, tmp_path: Path
) -> None:
    with serving(news(8) | {row(3): 503}) as proxy:
        wencang("crawl", "tibet_cn", http_proxy=proxy.address)
    first, second = proxy.pauses(row(3))
    assert second > first >= 0.1
    assert len(titles(tmp_path / "data")) == 7


def test_a_date_is_waited_for_too(wencang: Wencang) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=4)  # a date in a header has none
    with serving(news(1) | {ROBOTS: [busy(f"{until:%a, %d %b %Y %H:%M:%S GMT}", 503), b""]}) as proxy:
        wencang("crawl", "tibet_cn", http_proxy=proxy.address)
    assert len(proxy.asked(ROBOTS)) == 2
    assert datetime.now(UTC) > until
    assert proxy.asked(row(0))


def test_a_site_that_asks_for_hours_is_left_for_the_next_run(wencang: Wencang, tmp_path: Path) -> None:
    with serving(news(8) | {row(4): busy("7200")}) as proxy:
        done = wencang("crawl", "tibet_cn", http_proxy=proxy.address)
    assert done.returncode == 0, done.stderr
    assert "中国西藏网: HTTP 429, asks for a wait of 7200 s: left for the next run" in done.stderr
    assert proxy.asked()[-1].url == row(4)
    assert len(titles(tmp_path / "data")) == 4
    assert ended(tmp_path / "data") == ["postponed"]


def test_a_site_that_falls_silent_is_left_for_the_next_run(wencang: Wencang) -> None:
    with serving(news(20) | {row(n): 503 for n in range(4, 20)}) as proxy:
        done = wencang("crawl", "tibet_cn", http_proxy=proxy.address)
    assert {asked.url for asked in proxy.asked("/t2023")} == set(map(row, range(7)))
    assert "HTTP 503, for every address: left for the next run" in done.stderr


def test_other_sites_do_not_feel_a_wait(wencang: Wencang) -> None:
    with serving(news(1) | {LIST: [busy("3"), listing(row(0))]}) as proxy:
        wencang("crawl", "tibet_cn", "xzxw_com", http_proxy=proxy.address)
    first, second = proxy.asked(LIST)[:2]
    assert second.began - first.ended >= 3
    meanwhile = [asked.url for asked in proxy.log if first.ended < asked.began < second.began]
    assert len(meanwhile) > 10
    assert {urlsplit(url).hostname for url in meanwhile} == {"www.xzxw.com"}


# Who asks


@pytest.mark.parametrize(
    "command",
    [("crawl",), ("crawl", "tibet_cn"), ("crawl", "--url", "http://a.example/1"), ("check", "tibet_cn"),
     ("extract", "https://a.example/1")],
)  # fmt: skip
def test_nobody_crawls_a_public_site_without_a_name(command: tuple[str, ...], wencang: Wencang, tmp_path: Path) -> None:
    done = wencang(*command, WENCANG_CONTACT="")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "WENCANG_CONTACT=you@example.org" in line
    assert not (tmp_path / "data").exists()


def test_the_name_may_stand_in_the_file_and_goes_into_every_request(wencang: Wencang, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "wencang.toml").write_text('contact = "desk@example.org"')
    with serving({"/a.html": plain("当雄五事")}) as here:
        assert wencang("crawl", "--url", f"{here.address}/a.html").returncode == 0
    assert {asked.url for asked in here.log} == {"/robots.txt", "/a.html"}
    assert all("desk@example.org" in asked.agent and asked.agent.startswith("wencang/") for asked in here.log)


def test_scrapy_crawl_asks_nothing_without_a_name(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scrapy", "crawl", "tibet_cn"]
    settings = {"WENCANG_DATA": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60)
    assert "WENCANG_CONTACT=you@example.org" in done.stderr
    assert "downloader/request_count" not in done.stderr


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True), ("a.localhost", True), ("127.0.0.1", True), ("127.1", True), ("2130706433", True),
        ("0x7f000001", True), ("0177.0.0.1", True), ("::1", True), ("::ffff:10.0.0.1", True), ("2002:7f00:1::", True),
        ("169.254.169.254", True), ("10.1.2.3", True), ("100.64.0.1", True), ("0.0.0.0", True), ("224.0.0.1", True),
        ("fe80::1", True), ("www.tibet.cn", False), ("8.8.8.8", False), ("::ffff:8.8.8.8", False),
        ("notlocalhost", False), ("localhost.example.cn", False), ("", False),
    ],
)  # fmt: skip
def test_which_hosts_are_private(host: str, private: bool) -> None:
    assert is_private(host) is private


def test_a_proxy_on_this_machine_needs_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:3128")
    refuse_nameless("", ["http://www.tibet.cn/", "http://10.1.2.3/"])
    for url in ("https://www.tibet.cn/", "http://www.xzxw.com/"):
        monkeypatch.setenv("no_proxy", "xzxw.com")
        with pytest.raises(UsageFault, match="operators"):
            refuse_nameless("", [url])
        refuse_nameless("me@example.org", [url])


# The site's border


def test_what_is_one_site() -> None:
    same = ["http://www.example.cn/", "https://example.cn/a", "http://m.example.cn:80/b", "https://www.example.cn:443/"]
    assert len(set(map(site, same))) == 1
    others = [
        "http://example.cn:8080/",
        "http://a.example.cn/",
        "http://example.cn.evil.net/",
        "http://evil.net/@example.cn",
    ]
    assert len(set(map(site, [*same, *others]))) == 5


def test_a_further_page_is_asked_for_as_the_first_was_answered() -> None:
    page = "http://www.example.cn/a_2.html?x=1"
    assert as_answered(page, "https://example.cn/a.html") == "https://example.cn/a_2.html?x=1"
    assert as_answered(page, "https://m.example.cn/") == "https://m.example.cn/a_2.html?x=1"
    assert as_answered(page, "https://other.example.cn/a.html") == page


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "a@127.0.0.1"]
)
def test_a_redirect_does_not_leave_the_site(host: str, wencang: Wencang) -> None:
    with serving({"/b.html": plain("别处")}) as other:
        port = other.address.rpartition(":")[2]
        with serving({"/a.html": redirect(f"http://{host}:{port}/b.html")}) as here:
            done = wencang("crawl", "--url", f"{here.address}/a.html")
        assert other.log == []
    assert [asked.url for asked in here.log] == ["/robots.txt", "/a.html"]
    assert f"{here.address}/a.html: leads off the site, to " in done.stderr


def test_a_redirect_within_the_site_is_followed(wencang: Wencang, tmp_path: Path) -> None:
    pages: dict[str, Page] = {
        "http://example.net/a.html": redirect("http://www.example.net/b.html", 301),
        "http://www.example.net/b.html": redirect("http://127.0.0.1/c.html"),
        "http://example.net/d.html": redirect("http://www.example.net/e.html"),
        "http://www.example.net/e.html": plain("搬了家"),
    }
    with serving(pages) as proxy:
        urls = ("http://example.net/a.html", "http://example.net/d.html")
        wencang("crawl", "--url", urls[0], "--url", urls[1], http_proxy=proxy.address, no_proxy="")
    assert not proxy.asked("127.0.0.1")
    assert titles(tmp_path / "data") == {"搬了家"}


def test_a_redirect_to_https_does_not_leave_the_replay(wencang: Wencang) -> None:
    with serving({"http://example.net/a.html": redirect("https://example.net/a.html")}) as proxy:
        done = wencang("crawl", "--url", "http://example.net/a.html", http_proxy=proxy.address, WENCANG_CONTACT="")
    assert "operators" in done.stderr, "where it would ask the public site"


def test_a_name_that_stands_for_a_private_address_is_not_asked(wencang: Wencang, tmp_path: Path) -> None:
    """A name server that answers with our own address, or with that of a machine of our network."""
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "asked = socket.gethostbyname\n"
        "socket.gethostbyname = lambda name: '127.0.0.1' if name.endswith('.example') else asked(name)\n"
    )
    with serving({"/a.html": plain("当雄五事")}) as here:
        url = f"http://rebound.example:{urlsplit(here.address).port}/a.html"
        done = wencang("extract", url, PYTHONPATH=f"{tmp_path}:{ROOT}", WENCANG_CONTACT="me@example.org")
    assert here.log == []
    assert "leads to a private address, 127.0.0.1" in done.stderr


def test_a_host_that_is_not_there(wencang: Wencang) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        done = wencang("extract", f"http://127.0.0.1:{taken.getsockname()[1]}/a.html")
    assert done.returncode == 5
    assert "robots.txt can't be read" in done.stderr


# Limits


def endless_head() -> Iterator[bytes]:
    while True:
        yield b"X-More: and more\r\n" * 1000


def endless_body() -> Iterator[bytes]:
    yield b"\r\n"
    while True:
        yield b"<p>" * 10_000


def drops() -> Iterator[bytes]:
    yield b"\r\n"
    while True:
        yield b"<"
        time.sleep(0.2)


def bomb() -> bytes:
    """Many GB of zeros in less than the most that is fetched: a gzip stream may be of several members."""
    return gzip.compress(b"\0" * 10_000_000) * 1000


_FETCH = """
import sys
from crawler import settings
settings.DOWNLOAD_TIMEOUT, settings.RETRY_TIMES = 2, 0
from archive.errors import NotFetched, NotAnArticle
from archive.settings import load
from crawler.run import fetch
try:
    fetch(sys.argv[1], load())
except (NotFetched, NotAnArticle) as error:
    print(error.reason, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (Answer(stream=endless_head), "Aborted"),
        (Answer(stream=endless_body), "Cancelled"),
        (Answer(stream=drops), "the host did not respond in time"),
        (Answer(status=200, headers=(("Content-Length", "99999999999"),)), "larger than download max size"),
        (Answer(bomb(), headers=(("Content-Encoding", "gzip"),)), "exceeded DOWNLOAD_MAXSIZE"),
    ],
    ids=["endless-head", "endless-body", "a-drop-at-a-time", "told-length", "bomb"],
)
def test_no_answer_takes_all_the_time_or_memory(page: Answer, why: str, tmp_path: Path) -> None:
    settings = {"WENCANG_DATA": str(tmp_path), "WENCANG_DELAY": "0.01", "PATH": "/usr/bin:/bin"}
    with serving({"/a.html": page}) as here:
        command = [sys.executable, "-m", "bench.process", sys.executable, "-c", _FETCH, f"{here.address}/a.html"]
        done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=60)
    assert why in done.stderr
    seconds, megabytes = json.loads(done.stdout)
    assert seconds < 50
    assert megabytes < 200


# Processes beside a crawl: one indexes, another reads pages where there is no delay


def slow(body: bytes) -> Answer:
    def stream() -> Iterator[bytes]:
        time.sleep(0.1)
        yield b"\r\n" + body

    return Answer(stream=stream)


def slow_news(count: int) -> dict[str, Page]:
    return {LIST: listing(*map(row, range(count))), **{row(n): slow(article(n)) for n in range(count)}}


def crawling(data: Path, proxy: Site, **environment: str) -> subprocess.Popen[str]:
    """A crawl, without a delay unless one is set, that has kept something and is not at its end."""
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(data), "crawl", "tibet_cn"]
    settings = {"http_proxy": proxy.address, "WENCANG_DELAY": "0"} | environment
    crawl = subprocess.Popen(
        command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while len(proxy.asked("/t2023")) < 15 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert crawl.poll() is None
    return crawl


def test_without_a_delay_the_same_is_kept(tmp_path: Path, proxy: str) -> None:
    done = run("crawl", "tibet_cn", data=tmp_path, http_proxy=proxy, WENCANG_DELAY="0")
    assert done.returncode == 0, done.stderr
    with ArticleStore.open(load(tmp_path)) as store:
        assert {revision.article for revision in store.changes()} == set(ARTICLES)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_reader_outlives_its_crawl(how: signal.Signals, tmp_path: Path) -> None:
    with serving(slow_news(60)) as proxy:
        crawl = crawling(tmp_path, proxy)
        crawl.send_signal(how)
        _out, err = crawl.communicate(timeout=60)  # ends when the last process that holds stderr has
    assert "Traceback" not in err
    assert run("verify", data=tmp_path).returncode == 0


# Python's pool forgets a page that it is given while it breaks: time for that.
_SLOWLY_GIVEN = """
import time
from concurrent.futures import Future
init = Future.__init__
Future.__init__ = lambda self: (time.sleep(0.05), init(self))[1]
"""


@pytest.mark.parametrize("start", ["", _SLOWLY_GIVEN], ids=["at once", "slowly given"])
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are found in /proc")
def test_a_crawl_whose_reader_is_killed_goes_on(start: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(start)
    with serving(slow_news(60)) as proxy:
        crawl = crawling(tmp_path / "data", proxy, PYTHONPATH=str(tmp_path))
        for reader in beside(crawl, crawl.pid):
            os.kill(reader, signal.SIGKILL)
        _out, err = crawl.communicate(timeout=60)
    assert (crawl.returncode, "Traceback" in err) == (0, False), err
    failed = re.findall("^failed: .*: the process that read it was killed$", err, re.MULTILINE)
    assert len(failed) <= 1, "one page at most was being read"
    assert len(titles(tmp_path / "data")) == 60 - len(failed)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_processes_is_the_crawls_to_hear(how: signal.Signals, tmp_path: Path) -> None:
    with serving(slow_news(60)) as proxy:
        crawl = crawling(tmp_path, proxy)
        for process in beside(crawl):
            os.kill(process, how)
        time.sleep(0.5)
        assert crawl.poll() is None
        os.killpg(crawl.pid, how)
        _out, err = crawl.communicate(timeout=60)
    assert crawl.returncode == 130, err
    assert ended(tmp_path) == ["interrupted"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are found in /proc")
def test_a_crawl_whose_indexing_is_killed_goes_on_indexing(tmp_path: Path) -> None:
    with serving(slow_news(40)) as proxy:
        crawl = crawling(tmp_path, proxy, WENCANG_DELAY="0.01")
        while not (indexing := beside(crawl)) and crawl.poll() is None:
            time.sleep(0.01)
        os.kill(indexing[0], signal.SIGKILL)
        while set(beside(crawl)) <= set(indexing) and crawl.poll() is None:
            time.sleep(0.01)
        assert crawl.poll() is None, "another takes its place"
        _out, err = crawl.communicate(timeout=60)
    assert (crawl.returncode, err.count("Traceback")) == (0, 0), err
    assert run("verify", data=tmp_path).returncode == 0, "the index holds what the archive does"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are found in /proc")
def test_processes_one_of_which_is_killed_end(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from concurrent.futures.process import BrokenProcessPool
from archive.processes import Processes

if __name__ == "__main__":
    with Processes(2) as pool:
        pool.ask(os.getpid)
        busy = [pool.submit(bytes, 200_000_000) for _ in range(2)]
        os.kill(next(iter(pool._processes)), signal.SIGKILL)
        try:
            [one.result() for one in busy]
        except BrokenProcessPool:
            print("ended")
"""
    (tmp_path / "program.py").write_text(program)
    command = [sys.executable, str(tmp_path / "program.py")]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("ended\n", 0), done.stderr


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="open ports are found in /proc")
def test_a_crawl_opens_no_port(tmp_path: Path) -> None:
    with serving(slow_news(60)) as proxy:
        crawl = crawling(tmp_path, proxy)
        own = {Path(os.path.realpath(one)).name for one in Path(f"/proc/{crawl.pid}/fd").iterdir()}
        ports = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()]
        crawl.kill()
        crawl.communicate()
    assert not [port for port in ports if port[3] == "0A" and f"socket:[{port[9]}]" in own]
