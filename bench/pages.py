"""How fast raw pages are kept, by gzip level, read back, proved, copied, and read again by the rules.

    python -m bench.pages CORPUS [--copies N]

CORPUS is a folder with pages/*.html.gz. Each figure is the median of three runs.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from archive.errors import NotAnArticle
from archive.proof import manifest, records
from archive.proof.backup import back_up
from archive.settings import load
from archive.store import ArticleStore
from archive.warc import warcfile
from archive.warc.pages import FetchedPage, Head, Pages
from crawler.extract.extractor import read
from crawler.keeping import Fetched, keep
from crawler.reextract import reextract
from crawler.report import Report

_HEAD = Head("HTTP/1.1 200 OK", (("Content-Type", "text/html"), ("Server", "nginx")))
_ASKED = Head("GET /a.html HTTP/1.1", (("Host", "www.example.net"), ("User-Agent", "wencang")))


def fetched(corpus: Path, copies: int) -> list[FetchedPage]:
    bodies = [gzip.decompress(path.read_bytes()) for path in sorted((corpus / "pages").glob("*.html.gz"))]
    now = datetime.now(UTC)
    return [
        FetchedPage(f"http://{copy}.example.net/{n}.html", body, now, response=_HEAD, request=_ASKED)
        for copy in range(copies)
        for n, body in enumerate(bodies)
    ]


def rate(count: int, work: Callable[[Path], object]) -> float:
    """Pages a second, the median of three runs, each in a folder of its own."""
    times = []
    for _run in range(3):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            work(Path(folder))
            times.append(time.perf_counter() - start)
    return count / statistics.median(times)


def append(some: list[FetchedPage], data: Path) -> int:
    with Pages(data) as kept:
        for page in some:
            kept.append(page)
    return stored(data)


def fill(some: list[FetchedPage], data: Path) -> None:
    with ArticleStore.create(load(data)) as store, Pages(data) as kept:
        for page in some:
            try:
                keep(store, kept, Fetched(read(page.body, page.url, page.fetched), (page,)), Report())
            except NotAnArticle:
                continue


def again(data: Path, workers: int) -> None:
    with ArticleStore.open(load(data)) as store:
        reextract(store, data, Report(), workers=workers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--copies", type=int, default=8)
    asked = parser.parse_args()
    some = fetched(asked.corpus, asked.copies)
    print(f"{len(some)} pages, {sum(len(page.body) for page in some) / len(some) / 1000:.0f} kB each on average")
    chosen = warcfile.LEVEL
    for level in (1, 3, 6, 9):
        warcfile.LEVEL = level
        with tempfile.TemporaryDirectory() as folder:
            size = append(some, Path(folder))
        speed = rate(len(some), lambda data: append(some, data))
        print(f"append at level {level}: {speed:>5.0f} pages/s {size / 1e6:>6.1f} MB{' *' * (level == chosen)}")
    warcfile.LEVEL = chosen
    with tempfile.TemporaryDirectory() as folder:
        again, each = revisited(some, Path(folder))
        print(f"append known bytes again: {again:.0f} pages/s, {each:.0f} bytes each")
    with tempfile.TemporaryDirectory() as folder:
        measure_proof(some, Path(folder) / "data")
        measure_reading(some, Path(folder) / "again")


def revisited(some: list[FetchedPage], data: Path) -> tuple[float, float]:
    """Pages a second and bytes a page, where the bytes are known already."""
    with Pages(data) as kept:
        earlier = [kept.append(page) for page in some]
        before = stored(data)
        start = time.perf_counter()
        for page, raw in zip(some, earlier, strict=True):
            kept.append(page, [raw])
        return len(some) / (time.perf_counter() - start), (stored(data) - before) / len(some)


def stored(data: Path) -> int:
    return sum(path.stat().st_size for path in (data / "pages").iterdir())


def measure_proof(some: list[FetchedPage], data: Path) -> None:
    fill(some, data)
    with ArticleStore.open(load(data)) as store:
        works: dict[str, Callable[[], object]] = {
            "manifest of all": lambda: manifest.close(store, data, datetime.now(UTC)),
            "every record read": lambda: records.verify(data),
            "manifest compared": lambda: list(manifest.verify(store, data)),
            "backup": lambda: back_up(load(data), data / ".." / f"{data.name}-copy"),
            "backup of nothing new": lambda: back_up(load(data), data / ".." / f"{data.name}-copy"),
        }
        for what, work in works.items():
            start = time.process_time()  # of the processor: what else the machine does is not counted
            work()
            seconds = time.process_time() - start
            told = f"{store.sequence() / seconds:>6.0f} pages/s {stored(data) / 1e6 / seconds:>6.1f} MB/s"
            print(f"{what + ':':<24}{told}")


def measure_reading(some: list[FetchedPage], data: Path) -> None:
    fill(some, data)
    with ArticleStore.open(load(data)) as store:
        raw = [page for revision in store.changes() for page in revision.pages]
    print(
        f"read back and checked: {rate(len(raw), lambda _folder: [Pages(data).read(page) for page in raw]):.0f} pages/s"
    )
    for workers in (1, 2):
        print(f"reextract, {workers} workers: {rate(len(raw), lambda _f, n=workers: again(data, n)):.0f} pages/s")  # type: ignore[misc]


if __name__ == "__main__":
    main()
