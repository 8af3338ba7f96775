"""What many small commits do to an index: how long each takes, and how it answers beside one written at once.

    python -m bench.commits CORPUS [--commits N] [--each N ...] [--engine NAME ...]

A crawl that runs every hour writes a few articles at a time.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import islice
from pathlib import Path

from archive.article import Revision
from archive.settings import load
from archive.store import ArticleStore
from bench.corpus import Questions, copies, fill, originals
from bench.search import Latency, asking, latencies, short
from indexer import engines
from indexer.engines.engine import open_engine


def segments(folder: Path) -> int:
    if (folder / "meta.json").exists():
        return len(json.loads((folder / "meta.json").read_text(encoding="utf-8"))["segments"])
    return len(list(folder.glob("*.trm")))


def write(folder: Path, name: str, revisions: Sequence[Revision], each: int) -> Iterator[float]:
    """The seconds of each commit."""
    with open_engine(name, folder, create=True) as opened:
        for start in range(0, len(revisions), each):
            before = time.perf_counter()
            opened.write(revisions[start : start + each])
            yield time.perf_counter() - before


def measure(store: ArticleStore, folder: Path, name: str, each: int, questions: Questions) -> None:
    revisions = list(store.changes())
    for way, size in (("small", each), ("once", len(revisions))):
        times = list(write(folder / way, name, revisions, size))
        quarter = len(times) // 4 or 1
        told = f"{name:<9}{len(times):>6} of {size:<6}{segments(folder / way):>9}"
        told += "".join(f"{short(Latency.of(part).half):>9}" for part in (times[:quarter], times[-quarter:]))
        told += f"{short(Latency.of(times).most):>9}{short(max(times) * 1000):>9}"
        with open_engine(name, folder / way) as opened:
            taken = latencies(questions, {name: asking(store, opened)})
        print(told + "".join(f"{short(taken[name, kind.name].most):>11}" for kind in fields(questions)), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--commits", type=int, default=1_000)
    parser.add_argument("--each", type=int, nargs="+", default=[1, 20], help="articles a commit")
    parser.add_argument("--engine", nargs="+", choices=engines.names(), default=engines.names())
    asked = parser.parse_args()
    articles = originals(asked.corpus)
    questions = Questions.of(articles)
    kinds = "".join(f"{kind.name:>11}" for kind in fields(questions))
    print(f"{'':<31}{'commit, ms':^36}{'questions, p95, ms':^44}")
    print(f"{'':<9}{'commits':<16}{'segments':>6}{'first':>8}{'last':>9}{'p95':>9}{'most':>9}{kinds}")
    for each in asked.each:
        with tempfile.TemporaryDirectory() as folder, ArticleStore.create(load(Path(folder))) as store:
            fill(store, islice(copies(articles), asked.commits * each))
            for name in asked.engine:
                measure(store, Path(folder) / f"{name}{each}", name, each, questions)


if __name__ == "__main__":
    main()
