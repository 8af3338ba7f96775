"""What an archive on a PostgreSQL server bears: writers and followers beside SQLite's, and a server that is killed.

    python -m bench.database [ADDRESS] [--seconds N] [--writers N] [--followers N] [--kills N] [--pages N] [--seed N]

First processes write into an archive, one article a transaction and then twenty, while others follow
its changes. Then a server is killed (SIGKILL) in the middle of a crawl again and again: after its
restart all that was visible must be there, and after another crawl the archive must equal that of a
crawl which nobody disturbed. ADDRESS is an empty database for the first part; by default a server is
started, with `fsync` as it should be.
"""

from __future__ import annotations

import argparse
import multiprocessing
import multiprocessing.process
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.synchronize import Event
from pathlib import Path

from archive.article import Article
from archive.errors import WencangError
from archive.proof import database
from archive.settings import Settings
from archive.store import ArticleStore
from bench.crawlkills import Site, crawl, crawled, ended, kept
from tests.servers import postgresql

_SPAWN = multiprocessing.get_context("spawn")
_BODY = "援藏工作队在雪山下修好了一座新桥，村民们说这是几十年来盼着的事。\n" * 20


def _article(name: str) -> Article:
    return Article(f"http://b.example/{name}.html", f"消息{name}", f"{_BODY}{name}", source="b", id=f"b-{name}")


def write(settings: Settings, writer: int, batch: int, end: Event) -> None:
    """Put articles until the end."""
    with ArticleStore.open(settings) as store:
        number = 0
        while not end.is_set():
            with store.batch():
                for _turn in range(batch):
                    number += 1
                    store.put(_article(f"{batch}-{writer}-{number}"))


def follow(settings: Settings, end: Event) -> None:
    """Follow the changes until the end; each sequence must come once, in order."""
    with ArticleStore.open(settings) as store:
        position = 0
        while True:
            is_last = end.is_set()
            for revision in store.changes(position):
                assert revision.sequence == position + 1, f"{revision.sequence} after {position}"
                position = revision.sequence
            if is_last:
                return
            time.sleep(0.05)


def throughput(settings: Settings, seconds: float, writers: int, followers: int, batch: int) -> float:
    """The articles per second of all writers together."""
    ArticleStore.create(settings).close()
    end, read = _SPAWN.Event(), _SPAWN.Event()
    writing = [_SPAWN.Process(target=write, args=(settings, n, batch, end)) for n in range(writers)]
    following = [_SPAWN.Process(target=follow, args=(settings, read)) for _n in range(followers)]
    for process in (*writing, *following):
        process.start()
    with ArticleStore.open(settings) as store:
        before = store.sequence()
        while store.sequence() == before:
            time.sleep(0.01)
        first, start = store.sequence(), time.monotonic()
        time.sleep(seconds)
        rate = (store.sequence() - first) / (time.monotonic() - start)
        end.set()
        codes = [ended(process) for process in writing]
        read.set()
        codes += [ended(process) for process in following]
        assert set(codes) == {0}, codes
        assert [revision.sequence for revision in store.changes()] == list(range(1, store.sequence() + 1))
        assert list(database.verify(store)) == []
    return rate


@contextmanager
def _server(address: str) -> Iterator[str]:
    if address:
        yield address
        return
    with postgresql.running("fsync=on", "max_connections=100") as server:
        yield server.database()


def _seen(settings: Settings) -> list[tuple[int, str]]:
    """What a reader sees: acknowledged is what was committed."""
    with suppress(WencangError), ArticleStore.open(settings) as store:
        return [(revision.sequence, revision.digest) for revision in store.between(1, store.sequence())]
    return []


def kills(folder: Path, pages: int, times: int, rng: random.Random) -> Iterator[tuple[int, int, str]]:
    """Kill the server during each of `times` crawls; yield requests made, articles archived, the crawl's output."""
    with crawled(folder, pages) as (site, proxy, expected), postgresql.running() as server:
        requests = site.asked.total()
        for turn in range(times):
            settings = Settings(folder / f"data{turn}", archive=server.database())
            said = folder / f"said{turn}"
            run = crawl(settings.data, proxy, said, WENCANG_ARCHIVE=settings.archive)
            asked = _asked(site, rng.randint(1, requests - 2), run)
            time.sleep(rng.uniform(0, 0.5))
            seen = _seen(settings)
            server.kill()
            code = ended(run)
            line = said.read_text().strip().splitlines()[-1]
            assert code in (0, 3, 5), (code, said.read_text())
            assert "Traceback" not in said.read_text(), said.read_text()
            server.start()
            assert _seen(settings)[: len(seen)] == seen
            said = folder / f"again{turn}"
            assert ended(crawl(settings.data, proxy, said, WENCANG_ARCHIVE=settings.archive)) == 0, said.read_text()
            assert kept(settings) == expected
            yield asked, len(seen), line


def _asked(site: Site, last: int, run: multiprocessing.process.BaseProcess) -> int:
    """Wait until a run has made this many requests; returns how many it made."""
    site.asked.clear()
    while run.is_alive() and site.asked.total() < last:
        time.sleep(0.002)
    return site.asked.total()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", nargs="?", default="")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--followers", type=int, default=3)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _server(asked.address) as address:
        folder = Path(name)
        for batch in (1, 20) if asked.seconds else ():
            for kind, archive in (("PostgreSQL", address), ("SQLite", "")):
                settings = Settings(folder / kind, archive=archive)
                rate = throughput(settings, asked.seconds, asked.writers, asked.followers, batch)
                print(f"{kind}: {rate:.0f} articles/s, {batch} a transaction, by {asked.writers} writers beside "
                      f"{asked.followers} followers; nothing missed", flush=True)  # fmt: skip
        for requests, articles, line in kills(folder, asked.pages, asked.kills, random.Random(asked.seed)):
            print(
                f"killed after {requests} requests: {articles} articles were seen, and all is there; {line}", flush=True
            )


if __name__ == "__main__":
    main()
