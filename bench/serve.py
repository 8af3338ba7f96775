"""How fast `wencang serve` answers, beside Datasette over the same texts in SQLite FTS5.

    python -m bench.serve CORPUS --datasette PATH [--articles N ...] [--seconds N] [--requests N]
        [--folder DIR]

CORPUS is repeated (bench/corpus.py). PATH is Datasette's command, in an environment of its own. Its
table is indexed by trigrams and asked for ten rows without their text, with the same five facets that
our page counts; questions are four characters in quotes, which both look for literally. Datasette's
limits of time are lifted, so that it counts as completely as we do. Both have one worker process, and
the connections belong to this process. Ours has Tantivy, and sends a page with snippets, facets and
a timeline.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import wencang
from archive.article import SHANGHAI, Article
from archive.settings import Settings
from archive.store import ArticleStore
from bench.corpus import Questions, copies, fill, originals
from bench.search import Latency
from wencang.archive import Archive

CONNECTIONS, MANY = 8, 200
_ROUNDS = 3
_FACETS = ("source", "section", "credit", "year", "month")
_LISTENING = re.compile(rb"http://127\.0\.0\.1:(\d+)")
_ENGINE = {"WENCANG_ENGINE": "tantivy"}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its name, its port, its process, and the address of a question."""

    name: str
    port: int
    pid: int
    path: Callable[[str], str]

    @property
    def memory(self) -> float:
        """MB that it holds now."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000


@dataclass(frozen=True, slots=True)
class Load:
    """What a number of connections got in a time."""

    statuses: Counter[str]
    latency: Latency
    rate: float  # answers a second


def load(server: Server, questions: Sequence[str], connections: int, stop: Callable[[int, float], bool]) -> Load:
    """Send the questions in turn over this many connections, until `stop(requests, seconds)` is true."""
    statuses: Counter[str] = Counter()
    times: list[float] = []
    start = time.perf_counter()
    ahead = cycle(random.Random(connections).sample(questions, len(questions)))

    def ask() -> None:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=120)
        while not stop(len(times), time.perf_counter() - start):
            began = time.perf_counter()
            status = _get(connection, server.path(next(ahead)))
            statuses[status] += 1
            times.append(time.perf_counter() - began)
        connection.close()

    threads = [Thread(target=ask) for _connection in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(statuses, Latency.of(times), statuses["200"] / (time.perf_counter() - start))


def _get(connection: HTTPConnection, path: str) -> str:
    """The status of an answer, "503 without Retry-After" where it says nothing, or the error's name."""
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
    except (HTTPException, OSError) as error:
        connection.close()
        return type(error).__name__
    refused = response.status in (429, 503)
    return f"{response.status}{' without Retry-After' if refused and not response.headers['Retry-After'] else ''}"


def until(most: int) -> Callable[[int, float], bool]:
    return lambda requests, _taken: requests >= most


def seconds(most: float) -> Callable[[int, float], bool]:
    return lambda _requests, taken: taken >= most


@contextmanager
def running(name: str, command: Sequence[str | Path], path: Callable[[str], str]) -> Iterator[Server]:
    """A server until the block ends."""
    environment = os.environ | _ENGINE | {"LANG": "C.UTF-8"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    try:
        assert process.stderr
        match = next(filter(None, map(_LISTENING.search, process.stderr)))
        Thread(target=process.stderr.read, daemon=True).start()  # so that it never waits for us to read
        yield Server(name, int(match[1]), process.pid, path)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def datasette_file(path: Path, articles: Iterator[Article]) -> None:
    """The articles as a table with a trigram index of title and body."""
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE articles (id TEXT PRIMARY KEY, title, published, source, section, credit, year, "
                     "month, body)")  # fmt: skip
        base.executemany("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, articles))
        base.execute("CREATE VIRTUAL TABLE articles_fts USING fts5(title, body, content='articles', "
                     "tokenize='trigram')")  # fmt: skip
        base.execute("INSERT INTO articles_fts(articles_fts) VALUES ('rebuild')")
        for facet in _FACETS:
            base.execute(f"CREATE INDEX by_{facet} ON articles({facet})")
        base.execute("ANALYZE")
        base.commit()


def _row(article: Article) -> tuple[str | None, ...]:
    day = article.published.astimezone(SHANGHAI).isoformat() if article.published else ""
    return (article.id, article.title, day, article.source, article.section, article.credit, day[:4], day[:7],
            article.body)  # fmt: skip


def datasette_path(question: str) -> str:
    pairs = [("_search", question), ("_size", "10"), ("_nocol", "body"), *(("_facet", facet) for facet in _FACETS)]
    return f"/articles?{urlencode(pairs)}"


def wencang_path(question: str) -> str:
    return f"/search?{urlencode({'q': question})}"


def costs(archive: Archive, questions: Sequence[str]) -> tuple[float, float]:
    """Milliseconds of processor time of `Archive.search` and of a search page, a question."""
    from starlette.requests import Request

    from wencang.web import search
    from wencang.web.render import Site

    site = Site(archive)

    def page(question: str) -> None:
        query = urlencode({"q": question}).encode()
        scope = {
            "type": "http", "method": "GET", "scheme": "http", "server": ("127.0.0.1", 80), "root_path": "",
            "path": "/search", "query_string": query, "headers": [(b"host", b"127.0.0.1")], "language": "zh",
        }  # fmt: skip
        search.search(site, Request(scope))

    ways: tuple[Callable[[str], object], ...] = (lambda question: archive.search(question, limit=11)), page
    taken = [0.0, 0.0]
    for question in questions:
        page(question)  # so that neither way reads from the disk
        for way, ask in enumerate(ways):
            start = time.process_time()
            ask(question)
            taken[way] += time.process_time() - start
    return taken[0] / len(questions) * 1000, taken[1] / len(questions) * 1000


def measure(corpus: Path, folder: Path, count: int, datasette: Path, length: float, requests: int) -> None:
    """Print the figures for this many articles; their archive and table are created in `folder` unless they exist."""
    articles = originals(corpus)
    questions = Questions.of(articles).quotes
    data, base = folder / f"data-{count}", folder / f"articles-{count}.db"
    if not base.exists():
        with ArticleStore.create(Settings(data)) as store, store.batch():
            fill(store, islice(copies(articles), count))
        datasette_file(base, islice(copies(articles), count))
    with wencang.open(data, _ENGINE) as archive:
        archive.index()
        call, page = costs(archive, questions)
    print(f"{count} articles: processor time of a search page {page:.2f} ms, of Archive.search {call:.2f} ms, "
          f"{page / call:.2f} times")  # fmt: skip
    _measure_load(data, base, datasette, questions, length, requests)


def _measure_load(
    data: Path, base: Path, datasette: Path, questions: Sequence[str], length: float, requests: int
) -> None:
    ours: list[str | Path] = [sys.executable, "-m", "wencang", "--data", data, "serve", "--port", "0"]
    theirs: list[str | Path] = [datasette, base, "--port", str(_free_port())]
    for setting, value in (("facet_time_limit_ms", 60_000), ("sql_time_limit_ms", 60_000), ("suggest_facets", 0)):
        theirs += ["--setting", setting, str(value)]
    path = base.stem
    with (
        running("datasette", theirs, lambda question: f"/{path}{datasette_path(question)}") as peer,
        running("wencang", ours, wencang_path) as server,
    ):
        rates: dict[str, list[float]] = {peer.name: [], server.name: []}
        for _round in range(_ROUNDS):
            for each in (peer, server):
                loaded = load(each, questions, CONNECTIONS, seconds(length))
                rates[each.name].append(loaded.rate)
                _print(each, CONNECTIONS, loaded)
        ratio = statistics.median(rates[server.name]) / statistics.median(rates[peer.name])
        print(f"  {ratio:.2f} times Datasette's pages a second at {CONNECTIONS} connections")
        for each in (peer, server):
            _print(each, 1, load(each, questions, 1, seconds(length)))
        _print(server, MANY, load(server, questions, MANY, seconds(length)))
        _measure_memory(server, questions, requests)


def _print(server: Server, connections: int, loaded: Load) -> None:
    statuses = ", ".join(f"{count} x {status}" for status, count in sorted(loaded.statuses.items()))
    latency = f"p50 {loaded.latency.half:.0f}, p95 {loaded.latency.most:.0f} ms"
    print(
        f"  {server.name:<10}{connections:>4} connections: {loaded.rate:6.1f} pages/s, {latency}; {statuses}",
        flush=True,
    )


def _measure_memory(server: Server, questions: Sequence[str], requests: int) -> None:
    """Memory after a twentieth of the requests, and after all."""
    held = []
    for most in (requests // 20, requests):
        load(server, questions, CONNECTIONS, until(most))
        held.append(server.memory)
    print(f"  {server.name:<10} memory after {requests // 20} and {requests + requests // 20} requests: "
          f"{held[0]:.0f}, {held[1]:.0f} MB")  # fmt: skip


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--datasette", type=Path, required=True)
    parser.add_argument("--articles", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--seconds", type=float, default=10, help="of each load")
    parser.add_argument("--requests", type=int, default=20_000, help="over which memory is watched")
    parser.add_argument("--folder", type=Path, help="where archives are made, and found the next time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for count in asked.articles:
            measure(
                asked.corpus, asked.folder or Path(temporary), count, asked.datasette, asked.seconds, asked.requests
            )


if __name__ == "__main__":
    main()
