"""A simulated year of `crawl --due`: a site that publishes, corrects, withdraws and fails, under a clock of its own.

    python -m bench.year [--days N] [--runs N] [--seed N]

The site is served by a local proxy for the real addresses. Each run is the whole program in a
process of its own; some are killed, some overlap. At the end the archive is held against what
the site showed.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive import clock
from archive.article import SHANGHAI
from archive.ledger import Ledger
from archive.store import ArticleStore
from crawler.replay import serving

START = datetime(2025, 1, 1, 4, tzinfo=UTC)
HOST = "http://www.tibet.cn"
SECTIONS = {"news/zx": 6.0, "culture": 1.0, "aid_tibet/news": 0.4}  # articles a day
ROWS, PAGES = 10, 12  # of a list
_DOWN = ("503", "timeout", "garbage", "429")


@dataclass(slots=True)
class Written:
    """An article of the site: its texts by the time each was put up, and when it was taken away."""

    url: str
    section: str
    texts: list[tuple[datetime, str]]
    until: datetime

    def text(self, now: datetime) -> str:
        """What stands there now; "" where nothing does."""
        shown = [text for since, text in self.texts if since <= now < self.until]
        return shown[-1] if shown else ""


@dataclass(slots=True)
class Site:
    """What the site shows at a moment, and what it showed to whom."""

    articles: list[Written]
    outages: list[tuple[datetime, datetime, str]]
    now: datetime = START
    shown: set[str] = field(default_factory=set)  # addresses that a list showed to a run
    served: set[tuple[str, str]] = field(default_factory=set)  # address and text
    requests: int = 0

    @classmethod
    def of(cls, days: int, rng: random.Random) -> Site:
        end = START + timedelta(days=days)
        articles: list[Written] = []
        for section, rate in SECTIONS.items():
            at = START - timedelta(days=3)
            while (at := at + timedelta(days=rng.expovariate(rate))) < end:
                articles.append(cls._article(len(articles), section, at, rng))
        outages = []
        for _again in range(1 + days // 15):
            since = START + timedelta(days=rng.uniform(1, days))
            outages.append((since, since + timedelta(hours=rng.choice([1, 6, 50])), rng.choice(_DOWN)))
        return cls(sorted(articles, key=lambda one: one.texts[0][0]), outages)

    @staticmethod
    def _article(number: int, section: str, at: datetime, rng: random.Random) -> Written:
        day = at.astimezone(SHANGHAI)
        url = f"{HOST}/cn/{section}/{day:%Y%m}/t{day:%Y%m%d}_{7000000 + number}.html"
        texts = [(at, f"第{number}篇的正文，写于{day:%Y年%m月%d日}。雪山下的消息说，这里修好了一座新桥。")]
        if rng.random() < 0.1:
            texts.append((at + timedelta(minutes=rng.choice([40, 600, 6000])), texts[0][1] + "本文有更正。"))
        until = at + timedelta(days=rng.choice([2, 20])) if rng.random() < 0.03 else datetime.max.replace(tzinfo=UTC)
        return Written(url, section, texts, until)

    def answer(self, url: str) -> tuple[int, str, bytes]:
        """Status, content type and body for an address, and a note of what was shown."""
        status, text = self._text(url)
        return status, "text/html", text.encode()

    def _text(self, url: str) -> tuple[int, str]:
        self.requests += 1
        if url.endswith("/robots.txt"):
            return 404, ""
        for since, until, how in self.outages:
            if since <= self.now < until:
                return {"503": (503, ""), "429": (429, ""), "garbage": (200, "\x00\x01"), "timeout": (504, "")}[how]
        for section in SECTIONS:
            base = f"{HOST}/cn/{section}/"
            pages = [base, *(f"{base}index_{n}.html" for n in range(1, PAGES))]
            if url in pages:
                return self._list(section, pages.index(url))
        article = next((one for one in self.articles if one.url == url), None)
        text = article.text(self.now) if article else ""
        if not article or not text:
            return 404, ""
        self.served.add((url, text))
        return 200, _page(url, article, text)

    def _list(self, section: str, n: int) -> tuple[int, str]:
        held = [one for one in self.articles if one.section == section and one.text(self.now)][::-1]
        rows = held[n * ROWS : (n + 1) * ROWS]
        if n and not rows:
            return 404, ""
        self.shown |= {one.url for one in rows}
        count = min(PAGES, -(-len(held) // ROWS))
        links = "".join(f'<li><h4><a href="{one.url}">{one.url[-12:]}</a></h4></li>' for one in rows)
        return 200, (
            f"<html><body><div class='listnews'><ul>{links}</ul></div>"
            f'<script>createPageHTML({count}, 0, "index", "html");</script></body></html>'
        )


def _page(url: str, article: Written, text: str) -> str:
    at = article.texts[0][0].astimezone(SHANGHAI)
    return (
        f"<html><head><title>消息{url[-12:-5]}_中国西藏网</title></head><body><div class='title_box'>"
        f"<h2>消息{url[-12:-5]}</h2><div class='info'><span></span><span>发布时间：{at:%Y-%m-%d %H:%M:%S}</span>"
        f"<span>来源：中国西藏网</span></div></div><div class='content'><div class='left'><div id='text'>"
        f"<p>{text}</p><p>记者在现场看到，村民们一早就来到桥边，老人说这是几十年来盼着的事。</p>"
        f"<p>(责编: 某某)</p></div></div></div></body></html>"
    )


def start(now: datetime, data: Path, proxy: str) -> int:
    """One run of the program in a process of its own, its clock set; the process."""
    if child := os.fork():
        return child
    code = 70
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        os.environ |= {"http_proxy": proxy, "no_proxy": "", "WENCANG_DELAY": "0"}
        began = time.monotonic()
        clock.now = lambda: now + timedelta(seconds=time.monotonic() - began)
        import search_cli

        sys.argv = ["wencang", "--data", str(data), "crawl", "tibet_cn", "--due"]
        code = search_cli.main()
    except BaseException:
        traceback.print_exc(file=(data / "traceback").open("a"))
    finally:
        os._exit(code)


def live(site: Site, data: Path, times: list[datetime], rng: random.Random) -> dict[int, int]:
    """Every run of a life; how many ended with which exit code (-9: killed)."""
    codes: dict[int, int] = {}
    with serving(site.answer) as proxy:
        for at in times:
            site.now = at
            runs = [start(at, data, proxy) for _again in range(2 if rng.random() < 0.05 else 1)]
            if rng.random() < 0.1:
                time.sleep(rng.uniform(0, 1))
                os.kill(runs[0], signal.SIGKILL)
            for run in runs:
                code = os.waitstatus_to_exitcode(os.waitpid(run, 0)[1])
                codes[code] = codes.get(code, 0) + 1
    return codes


def moments(days: int, runs: int, rng: random.Random) -> list[datetime]:
    """When runs start: as a timer has it that is late at times, and off for two days once; the last ones close up."""
    off = rng.uniform(0.2, 0.7) * days
    at = sorted(rng.uniform(0, days) for _again in range(runs))
    times = [START + timedelta(days=one) for one in at if not off < one < off + 2]
    end = START + timedelta(days=days)
    return times + [end + timedelta(hours=hours) for hours in (60, 86, 112)]


def faults(site: Site, data: Path) -> list[str]:
    """What the archive lacks, or has too much, of what the site showed to a run."""
    found = []
    with ArticleStore.open(data) as store:
        kept = {revision.article.url: revision for revision in store.changes()}
        texts = {(url, r.article.body.split("\n")[0]) for url in kept for r in store.history(kept[url].article.id)}
        found += [f"not kept: {url}" for url in sorted(site.shown - set(kept)) if _stood(site, url)]
        found += [f"not a text of the site: {url} {text}" for url, text in sorted(texts - site.served)]
        found += [f"served and not kept: {url} {text}" for url, text in sorted(site.served - texts)]
        leads = Ledger(store).due("tibet.cn", datetime.max.replace(tzinfo=UTC), 0)
        found += [f"still waiting: {lead.url}" for lead in leads if _stood(site, lead.url) and not lead.failures]
        found += list(store.verify())
    return found


def _stood(site: Site, url: str) -> bool:
    """Whether it stands there still: what was taken away before a run came could not be kept."""
    return any(one.url == url and one.text(site.now) for one in site.articles)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--runs", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    site = Site.of(asked.days, rng)
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        codes = live(site, Path(folder), moments(asked.days, asked.runs, rng), rng)
        print(f"{sum(codes.values())} runs in {time.monotonic() - began:.0f} s, by exit code {codes}")
        print(f"{site.requests} requests, {len(site.shown)} articles shown, {len(site.served)} texts served")
        wrong = faults(site, Path(folder))
    print("\n".join(wrong) or "the archive holds every one of them exactly once")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
