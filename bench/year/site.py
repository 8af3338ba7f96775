"""A news site that publishes, corrects, withdraws, changes its layout and fails, and notes what it answered to whom."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from archive.article import SHANGHAI
from bench.year import layouts
from crawler.http.replay import Reply

START = datetime(2025, 1, 1, 4, tzinfo=UTC)
HOST = "http://www.tibet.cn"
NEWS, CULTURE, AID = (f"{HOST}/cn/{section}/" for section in ("news/zx", "culture", "aid_tibet/news"))
RATES = {NEWS: 12.0, CULTURE: 1.0, AID: 0.4}  # articles a day
GONE = ""
_ROWS, _PAGES = 10, 12  # of a list
_LIST_PAGE = re.compile(r"(.*/)(?:index_(\d+)\.html)?")
_HTML = {"Content-Type": "text/html"}
GARBAGE = {
    "garbage": b"\0\1" * 99, "empty": b"", "json": b'{"code":502,"msg":"bad gateway"}',
    "captcha": "<html><title>访问验证</title><body><p>请完成下方验证后继续访问。</p></body></html>".encode(),
    "maintenance": "<html><title>公告</title><body><h1>公告</h1><p>本站正在进行系统升级维护，预计今晚恢复访问，"
    "给各位网友带来不便，敬请谅解，感谢大家长期以来的支持。</p></body></html>".encode(),
}  # fmt: skip
_FAULTS = ("503", "429", "504", "404", "timeout", "hung up", *GARBAGE, "flaky", "forbidden")
_HOURS = (0.5, 6, 30, 55, 100)
# When it changes, as shares of its life.
_SILENT = {CULTURE: (0.3, 0.37), NEWS: (0.75, 0.758)}  # in which a list shows nothing new
_LAYOUTS = ((CULTURE, 0.2, "mobile"), (NEWS, 0.45, "old"), (NEWS, 0.65, "unknown"), (NEWS, 0.85, "desktop"))
_LIST_CHANGED = 0.55  # from then on no rule finds the rows of the list AID


@dataclass(slots=True)
class Written:
    """An article: its addresses, the lists that show it (none: another article links to it), and its states.

    A state is the text that stands there since a time; GONE where nothing does.
    """

    number: int
    urls: tuple[str, ...]
    lists: tuple[str, ...]
    states: list[tuple[datetime, str]]
    related: list[Written] = field(default_factory=list, repr=False)

    def text(self, now: datetime) -> str:
        return next((text for since, text in reversed(self.states) if since <= now), GONE)


@dataclass(frozen=True, slots=True)
class Outage:
    """`robots`: robots.txt is hit, too."""

    since: datetime
    until: datetime
    fault: str
    robots: bool


@dataclass(slots=True)
class Visit:
    """A moment at which the program was started, once or twice: what it was answered, how it ended, what it told."""

    at: datetime
    outage: Outage | None = None
    lists: dict[str, list[str]] = field(default_factory=dict)  # address: rows; none where no rule finds them
    links: set[str] = field(default_factory=set)
    pages: dict[str, str | None] = field(default_factory=dict)  # address: text or GONE; None where it failed
    unknown: set[str] = field(default_factory=set)  # pages in a layout that no form fits
    ahead: timedelta = timedelta(0)  # of the program's clock
    codes: list[int] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def killed(self) -> bool:
        return -9 in self.codes


@dataclass(slots=True)
class Site:
    articles: list[Written]  # the oldest first
    outages: list[Outage]
    days: int
    visits: list[Visit] = field(default_factory=list)
    requests: int = 0

    @classmethod
    def of(cls, days: int, rng: random.Random) -> Site:
        articles = sorted(_written(days, rng), key=lambda one: one.states[0][0])
        listed = None
        for one in articles:
            if one.lists:
                listed = one
            elif listed:
                listed.related.append(one)
        return cls(articles, [_outage(days, rng) for _again in range(1 + days // 12)], days)

    def visited(self, at: datetime) -> Visit:
        """The program is about to be started."""
        self.visits.append(Visit(at, next((one for one in self.outages if one.since <= at < one.until), None)))
        return self.visits[-1]

    def answer(self, url: str) -> Reply:
        self.requests += 1
        visit, page = self.visits[-1], _LIST_PAGE.fullmatch(url)
        robots = url.endswith("/robots.txt")
        if visit.outage and (visit.outage.robots or not robots) and (told := self._failing(visit.outage.fault, url)):
            if page and page[1] in RATES and told[0] in (200, 404):
                visit.lists.setdefault(page[1], [])  # for all that can be told from outside
            elif not page and not robots:
                visit.pages.setdefault(url, None)
            return told
        if page and page[1] in RATES:
            return self._list(visit, page[1], int(page[2] or 0))
        return self._page(visit, url)

    def _failing(self, fault: str, url: str) -> Reply | None:
        """The answer of a site that is not itself; None where it is, for once."""
        if fault in GARBAGE:
            return 200, _HTML, GARBAGE[fault]
        if fault == "forbidden":
            return (403, {}, b"") if url[-6:-5] in "147" else None
        if fault == "flaky":
            return (503, {}, b"") if self.requests % 3 == 0 else None
        if fault == "timeout":
            time.sleep(2)
        if fault.isdecimal():
            return int(fault), {"Retry-After": "7200"} if fault == "429" else {}, b""
        return 0, {}, b""

    def _list(self, visit: Visit, base: str, n: int) -> Reply:
        held = [one for one in self.articles if base in one.lists and one.text(visit.at)][::-1]
        rows = [_address(one, base) for one in held[n * _ROWS : (n + 1) * _ROWS]]
        changed = base == AID and self._age(visit.at) > _LIST_CHANGED
        visit.lists.setdefault(base, []).extend([] if changed else rows)
        if not rows:
            return 404, {}, b""
        return 200, _HTML, layouts.listing(rows, min(_PAGES, -(-len(held) // _ROWS)), changed).encode()

    def _page(self, visit: Visit, url: str) -> Reply:
        article = next((one for one in self.articles if url in one.urls), None)
        if not article or article.states[0][0] > visit.at:
            return 404, {}, b""
        text = visit.pages[url] = article.text(visit.at)
        if not text:
            status = (404, 410, 302)[article.number % 3]
            return status, {"Location": f"{HOST}/"} if status == 302 else {}, b""
        layout = self._layout(url, visit.at)
        if layout == "unknown":
            visit.unknown.add(url)
        related = [one.urls[0] for one in article.related if one.text(visit.at)]
        if layout in layouts.LINKING:
            visit.links.update(related)
        page = layouts.page(layout, article.number, article.states[0][0], text, related, self.requests)
        return 200, _HTML, page.encode()

    def _layout(self, url: str, now: datetime) -> str:
        of_section = [how for base, since, how in _LAYOUTS if url.startswith(base) and self._age(now) >= since]
        return ["desktop", *of_section][-1]

    def _age(self, now: datetime) -> float:
        return (now - START) / timedelta(days=self.days)


def _address(one: Written, base: str) -> str:
    return next((url for url in one.urls if url.startswith(base)), one.urls[0])


def _written(days: int, rng: random.Random) -> Iterator[Written]:
    number, life = 1000, timedelta(days=days)
    for base, rate in RATES.items():
        at = START - timedelta(days=3)
        while (at := at + timedelta(days=rng.expovariate(rate))) < START + life:
            since, until = _SILENT.get(base, (1, 1))
            if not since < (at - START) / life < until:
                number += 1
                yield _article(number, base, at, rng)


def _article(number: int, base: str, at: datetime, rng: random.Random) -> Written:
    day = f"{at.astimezone(SHANGHAI):%Y%m%d}"
    text = f"第{number}篇的正文，写于{day}。雪山下的消息说，这里修好了一座新桥。"
    kind = rng.choices(("plain", "corrected", "reverted", "withdrawn", "back", "shared", "linked"),
                       (75, 9, 2, 3, 1, 4, 6))[0]  # fmt: skip
    first, second = (at + timedelta(minutes=minutes) for minutes in sorted(rng.sample((40, 600, 6000, 30000), 2)))
    later = {
        "corrected": [(first, text + "本文有更正。")],
        "reverted": [(first, text + "本文有更正。"), (second, text)],
        "withdrawn": [(first, GONE)],
        "back": [(first, GONE), (second, text)],
    }.get(kind, [])
    lists = {"linked": (), "shared": (base, NEWS)}.get(kind, (base,))
    url = f"{base}{day[:6]}/t{day}_{7_000_000 + number}.html"
    return Written(number, (url,), lists, [(at, text), *later])


def _outage(days: int, rng: random.Random) -> Outage:
    since = START + timedelta(days=rng.uniform(1, days))
    until = min(since + timedelta(hours=rng.choice(_HOURS)), START + timedelta(days=days))
    return Outage(since, until, rng.choice(_FAULTS), rng.random() < 0.5)
