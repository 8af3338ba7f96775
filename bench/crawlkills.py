"""Kill a crawl, again and again: after the next run the archive must equal that of a crawl which nobody disturbed.

    python -m bench.crawlkills [--pages N] [--kills N] [--seed N]

Each time a crawl of N pages is killed (SIGKILL) up to half a second after a random one of its
requests, and another one follows.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

from archive.proof import database, manifest, records
from archive.settings import Settings, load
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.tables.ledger import Ledger
from archive.warc.pages import Pages
from bench.runs import start
from bench.year import layouts
from crawler.http.replay import Reply, serving
from indexer import update

_LIST = "http://www.tibet.cn/cn/news/yc/"
_ROWS = 20  # of a page of the list
_DAY = datetime(2023, 5, 10, tzinfo=UTC)
_FIRST = 7_400_000  # number of an article


class Site:
    """One list of so many articles, of some KB each; it counts what it is asked for."""

    def __init__(self, count: int) -> None:
        self._urls = [f"{_LIST}202305/t20230510_{_FIRST + n}.html" for n in range(count)]
        self.asked: Counter[str] = Counter()

    def answer(self, url: str) -> Reply:
        self.asked[url] += 1
        if url in self._urls:
            n = self._urls.index(url)
            page = layouts.page("desktop", n, _DAY, f"第{n}篇的正文。", (), 0)
            return 200, {}, f"{page}<!--{random.Random(n).randbytes(3_000).hex()}-->".encode()
        if not url.startswith(_LIST):
            return 404, {}, b""
        at = int(url[len(_LIST) + 6 : -5] or 0) * _ROWS
        pages = -(-len(self._urls) // _ROWS)
        return 200, {}, layouts.listing(self._urls[at : at + _ROWS], pages, changed=False).encode()


@contextmanager
def crawled(folder: Path, count: int) -> Iterator[tuple[Site, str, object]]:
    """A site, its proxy, and what an undisturbed crawl of it leaves in the archive."""
    site = Site(count)
    with serving(site.answer) as proxy:
        said = folder / "said"
        assert ended(crawl(folder / "undisturbed", proxy, said)) == 0, said.read_text()
        yield site, proxy, kept(load(folder / "undisturbed"))


def crawl(
    data: Path, proxy: str, said: Path, prepare: Callable[[], None] | None = None, **environment: str
) -> BaseProcess:
    """Start a run; what it says is added to the file `said`."""
    return start(
        data, "crawl", "tibet_cn", "--due", said=said, prepare=prepare,
        http_proxy=proxy, no_proxy="", WENCANG_DELAY="0", **environment,
    )  # fmt: skip


def ended(run: BaseProcess) -> int:
    """The exit code of a run, once it has one."""
    run.join()
    assert run.exitcode is not None
    return run.exitcode


def kept(settings: Settings) -> tuple[object, ...]:
    """What must be the same however often the crawl was disturbed: versions, raw pages, addresses, lists."""
    storage = storage_of(settings)
    with ArticleStore.open(settings) as store:
        checked = records.verify(storage)
        faults = [
            *checked.faults,
            *database.verify(store, checked.faults_of(Pages(storage))),
            *manifest.verify(store, storage),
        ]
        with update.open_index(settings, "whoosh") as index:
            faults += update.verify(store, index)
            assert index.position() == store.sequence()
        assert faults == []
        ledger = Ledger(store)
        candidates = ledger.due("tibet.cn", datetime.max.replace(tzinfo=UTC), looks=1_000_000)
        return (
            {
                (one.article, one.gone, *(page.sha256 for page in one.pages))
                for one in store.between(1, store.sequence())
            },
            store.sequence(),
            {
                (candidate.url, candidate.list, candidate.fetched is None, candidate.failures)
                for candidate in candidates
            },
            {(section.list, section.checked is None) for section in ledger.sections()},
        )


def kills(folder: Path, count: int, times: int, rng: random.Random) -> Iterator[tuple[int, int]]:
    """Kill so many crawls; after how many requests each was, and how many articles were asked for once more."""
    with crawled(folder, count) as (site, proxy, expected):
        requests, data, said = site.asked.total(), folder / "data", folder / "said"
        for _turn in range(times):
            site.asked.clear()
            run, last = crawl(data, proxy, said), rng.randint(0, requests)
            while run.is_alive() and site.asked.total() < last:
                time.sleep(0.002)
            time.sleep(rng.uniform(0, 0.5))
            run.kill()
            ended(run)
            asked = site.asked.total()
            assert ended(crawl(data, proxy, said)) == 0, said.read_text()
            assert kept(load(data)) == expected
            assert max(site.asked.values()) <= 2
            shutil.rmtree(data)
            yield asked, sum(times > 1 for url, times in site.asked.items() if "/t2023" in url)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for requests, again in kills(Path(folder), asked.pages, asked.kills, random.Random(asked.seed)):
            print(f"killed after {requests} requests; all there, {again} articles fetched once more", flush=True)


if __name__ == "__main__":
    main()
