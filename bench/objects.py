"""How fast raw pages reach a bucket of a real S3 server on this machine, and are read back and checked from there.

    python -m bench.objects CORPUS [--copies N]

CORPUS is a folder with pages/*.html.gz. The same is measured on a data folder, for comparison.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from archive.article import Article, RawPage
from archive.batches import batches
from archive.proof import manifest, records
from archive.proof.backup import back_up
from archive.proof.upload import upload
from archive.settings import Settings
from archive.storage import of as storage_of
from archive.storage.storage import Storage
from archive.store import ArticleStore
from archive.warc.pages import FetchedPage, Pages
from bench.pages import fetched
from tests.servers.s3 import KEYS, serving

_READ = 300


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def keep(store: ArticleStore, storage: Storage, pages: Iterable[FetchedPage]) -> None:
    """Append pages as a crawl does, twenty to a commit."""
    with Pages(storage, at_once=False) as kept:
        for batch in batches(pages, 20):
            with store.batch():
                for page in batch:
                    append = partial(_append, kept, page)
                    store.put(Article(page.url, page.url, page.url), keep=append)
                kept.sync()


def _append(kept: Pages, page: FetchedPage, _earlier: object) -> tuple[RawPage]:
    return (kept.append(page),)


def measure(name: str, settings: Settings, pages: list[FetchedPage]) -> None:
    storage = storage_of(settings)
    with ArticleStore.create(settings) as store:
        appended = seconds(lambda: keep(store, storage, pages))
        uploaded = seconds(lambda: upload(store, storage))
        closed = seconds(lambda: manifest.close(store, storage, datetime.now(UTC)))
        raw = [page for revision in store.changes() for page in revision.pages]
        size = sum(storage.sizes("pages").values()) / 1e6
        print(f"{name}: {len(pages)} pages, {size:.1f} MB")
        print(f"  append:             {len(pages) / appended:.0f} pages/s")
        both = len(pages) / (appended + uploaded)
        print(f"  append and upload:  {both:.0f} pages/s ({uploaded * 1000:.0f} ms to upload)")
        print(f"  manifest:           {closed * 1000:.0f} ms")
        _print_reading(storage, raw)
        print(f"  every record read:  {size / seconds(lambda: records.verify(storage)):.1f} MB/s")
        print(f"  manifest compared:  {size / seconds(lambda: list(manifest.verify(store, storage))):.1f} MB/s")
        copy = settings.data.with_name(f"{settings.data.name}-copy")
        print(f"  backup:             {size / seconds(lambda: back_up(settings, copy)):.1f} MB/s")
        print(f"  backup, none new:   {seconds(lambda: back_up(settings, copy)) * 1000:.0f} ms")
        print(f"  a page withdrawn:   {seconds(lambda: Pages(storage).withdraw(raw[0])) * 1000:.0f} ms")


def _print_reading(storage: Storage, raw: list[RawPage]) -> None:
    chosen = random.Random(1).sample(raw, min(_READ, len(raw)))
    times = sorted(seconds(lambda page=page: Pages(storage).read(page)) * 1000 for page in chosen)  # type: ignore[misc]
    print(f"  a record read back: p50 {statistics.median(times):.1f}, p95 {times[len(times) * 95 // 100]:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--copies", type=int, default=8)
    options = parser.parse_args()
    pages = fetched(options.corpus, options.copies)
    os.environ |= KEYS
    with tempfile.TemporaryDirectory() as place, serving(Path(place, "server")) as server:
        measure("folder", Settings(Path(place, "folder")), pages)
        bucket = server.bucket("pages")
        measure("bucket", Settings(Path(place, "data"), pages=bucket, s3_endpoint=server.endpoint), pages)


if __name__ == "__main__":
    main()
