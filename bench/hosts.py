"""Several hosts crawl twenty sites by one archive on PostgreSQL, and are killed again and again.

    python -m bench.hosts FOLDER [--hosts N] [--sources N] [--articles N] [--kills N] [--pause LEAST MOST]
        [--seed N] [--pages ADDRESS]

Each host is the program with a data folder of its own, in which the sites are sources, started anew by a loop as a
timer would; it is killed (SIGKILL) with all its processes at random moments. What the sites were
asked for must show that no two requests were made to one site at once, and that nothing was fetched
again that was archived already; the archive must hold each article once. How soon another host goes on with a
dead host's site shows only where no kill comes in between: `--kills 10 --pause 30 40`.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from threading import Lock, Thread
from urllib.parse import urlsplit

from archive.proof import database
from archive.settings import Settings
from archive.store import ArticleStore
from bench.year import layouts
from crawler.http.replay import Reply, serving
from crawler.sources import FOLDER, SHIPPED, Source, to_toml
from tests.servers import postgresql

_ROOT = Path(__file__).parents[1]
_TICK = 3.0  # seconds between two runs of a host
_TAKES = 0.1  # seconds that a site takes to answer
_LATELY = 3.0  # seconds
_TAKEN = 10 + _TICK + 12  # seconds after which a dead host's source is asked again: the grace, a tick, a start
_DAY = datetime(2023, 5, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Request:
    at: float
    host: int
    url: str

    @property
    def site(self) -> str:
        return urlsplit(self.url).netloc


@dataclass(slots=True)
class Sites:
    """The sites with their articles, and the requests that the hosts made to them."""

    sources: int
    articles: int
    requests: list[Request] = field(default_factory=list)
    overlaps: list[str] = field(default_factory=list)
    archived: dict[str, float] = field(default_factory=dict)  # when an article was seen in the archive
    _active: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _lock: Lock = field(default_factory=Lock)

    def urls(self, site: str) -> list[str]:
        return [f"http://{site}/news/202305/t20230510_{7_400_000 + n}.html" for n in range(self.articles)]

    def answer(self, host: int, url: str) -> Reply:
        request = Request(time.monotonic(), host, url)
        with self._lock:
            self.requests.append(request)
            self._active[request.site] += 1
            if self._active[request.site] > 1:
                self.overlaps.append(url)
        time.sleep(_TAKES)
        with self._lock:
            self._active[request.site] -= 1
        urls = self.urls(request.site)
        if url in urls:
            text = f"{request.site} 的第{urls.index(url)}篇正文。"
            return 200, {}, layouts.page("desktop", urls.index(url), _DAY, text, (), 0).encode()
        if url == f"http://{request.site}/news/":
            return 200, {}, layouts.listing(urls, 1, changed=False).encode()
        return 404, {}, b""


@dataclass(slots=True)
class Host:
    """A loop that starts a run at each tick."""

    number: int
    sources: list[str]
    environment: dict[str, str]
    said: Path
    kills: list[float] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    _run: subprocess.Popen[bytes] | None = None
    _ended: bool = False

    def loop(self, most: int) -> None:
        command = [sys.executable, "search_cli.py", "crawl", *self.sources, "--due", "--max-sources", str(most)]
        with self.said.open("ab") as said:
            while not self._ended:
                run = self._run = subprocess.Popen(
                    command, cwd=_ROOT, env=self.environment, stdout=said, stderr=said, start_new_session=True
                )
                self.codes.append(run.wait())
                time.sleep(_TICK)

    def kill(self) -> bool:
        """Whether there was a run to kill."""
        run = self._run
        if not run or run.poll() is not None:
            return False
        self.kills.append(time.monotonic())
        os.killpg(run.pid, signal.SIGKILL)
        return True

    def end(self) -> None:
        """After the run under way."""
        self._ended = True


def made(name: str) -> Source:
    """The source of a made site."""
    article = re.compile(rf"http://www\.{name}\.example/(?P<section>news)/\d+/t(?P<date>\d{{8}})_(?P<key>\d+)\.html")
    return replace(
        SHIPPED.load("tibet_cn"), name=name, site=f"{name}.example", title=name, skip=None, article=(article,),
        hosts=frozenset({f"www.{name}.example"}), lists=(f"http://www.{name}.example/news/",),
        sections={"news": "新闻"}, key_prefixes={},
    )  # fmt: skip


def write_sources(data: Path, names: list[str]) -> None:
    """The made sites as sources of a data folder."""
    folder = data / FOLDER
    folder.mkdir(parents=True)
    for name in names:
        (folder / f"{name}.toml").write_text(to_toml(made(name)), encoding="utf-8")


def faults(sites: Sites, hosts: list[Host], store: ArticleStore) -> Iterator[str]:
    """A line each."""
    yield from (f"two requests at once: {url}" for url in sites.overlaps)
    wanted = {url for n in range(sites.sources) for url in sites.urls(f"www.s{n:02}.example")}
    kept = [revision.article.url for revision in store.between(1, store.sequence())]
    yield from (f"not archived: {url}" for url in sorted(wanted.difference(kept)))
    if len(kept) != len(wanted):
        yield f"{len(kept)} versions of {len(wanted)} articles"
    yield from database.verify(store)
    late = (request for request in sites.requests if request.at > sites.archived.get(request.url, request.at))
    yield from (f"fetched by host {request.host}, although it was archived: {request.url}" for request in late)
    for host in hosts:
        yield from (f"host {host.number}: exit code {code}" for code in host.codes if code not in (0, -9))
        if "Traceback" in (said := host.said.read_text()):
            yield said[said.index("Traceback") :][:2000]


def takeovers(sites: Sites, hosts: list[Host]) -> list[float]:
    """The seconds from a kill until a site that the host was asking was asked again, unless another kill came first."""
    kills = sorted((at, host.number) for host in hosts for at in host.kills)
    gaps = []
    for at, number in kills:
        for site in {each.site for each in sites.requests if each.host == number and 0 < at - each.at < _LATELY}:
            later = [each for each in sites.requests if each.site == site and each.at > at]
            if later and not any(at < kill <= later[0].at for kill, _number in kills):
                gaps.append(later[0].at - at)
    return gaps


def disturb(hosts: list[Host], asked: argparse.Namespace, rng: random.Random, is_done: Callable[[], bool]) -> int:
    """Kill hosts at random; how many were."""
    count = 0
    while count < asked.kills and not is_done():
        until = time.monotonic() + rng.uniform(*asked.pause)
        while time.monotonic() < until and not is_done():
            time.sleep(0.1)
        count += rng.choice(hosts).kill()
    return count


def run(folder: Path, asked: argparse.Namespace) -> list[str]:
    sites, rng = Sites(asked.sources, asked.articles), random.Random(asked.seed)
    names = [f"s{n:02}" for n in range(asked.sources)]
    with ExitStack() as stack:
        address = stack.enter_context(postgresql.running()).database()
        hosts = []
        for n in range(asked.hosts):
            write_sources(data := folder / f"host{n}", names)
            environment = os.environ | {
                "http_proxy": stack.enter_context(serving(partial(sites.answer, n))), "no_proxy": "",
                "WENCANG_DATA": str(data), "WENCANG_ARCHIVE": address, "WENCANG_PAGES": asked.pages,
                "WENCANG_CONTACT": "bench@example.org", "WENCANG_DELAY": str(asked.delay), "LANGUAGE": "en",
            }  # fmt: skip
            hosts.append(Host(n, names, environment, folder / f"said{n}"))
        store = stack.enter_context(ArticleStore.create(Settings(folder / "host0", archive=address)))
        loops = [Thread(target=host.loop, args=(-(-asked.sources // asked.hosts),)) for host in hosts]
        start = time.monotonic()
        for loop in loops:
            loop.start()

        def is_done() -> bool:
            for revision in store.changes(len(sites.archived)):
                sites.archived[revision.article.url] = time.monotonic()
            return len(sites.archived) >= sites.sources * sites.articles

        count = disturb(hosts, asked, rng, is_done)
        deadline = time.monotonic() + asked.patience
        while not is_done() and time.monotonic() < deadline:
            time.sleep(0.1)
        for host in hosts:
            host.end()
        for loop in loops:
            loop.join()
        gaps = takeovers(sites, hosts)
        print(f"{store.sequence()} articles of {asked.sources} sites by {asked.hosts} hosts, {count} kills, "
              f"{len(sites.requests)} requests, {time.monotonic() - start:.0f} s")  # fmt: skip
        if gaps:
            print(f"a dead host's site was asked again after {median(gaps):.1f} s, at most {max(gaps):.1f} s")
        late = [f"a dead host's site was asked again after {gap:.1f} s" for gap in gaps if gap > _TAKEN]
        return [*faults(sites, hosts, store), *late]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hosts", type=int, default=3)
    parser.add_argument("--sources", type=int, default=20)
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--pause", type=float, nargs=2, default=(2, 10), help="seconds between two kills, at random")
    parser.add_argument("--delay", type=float, default=1.0)
    parser.add_argument("--patience", type=float, default=300, help="seconds to wait for the rest after the last kill")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pages", default="", help="the setting `pages` of each host")
    asked = parser.parse_args()
    asked.folder.mkdir()
    found = run(asked.folder, asked)
    print(*found, sep="\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
