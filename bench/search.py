"""How fast each engine is filled and answers, beside the design that every tutorial shows.

    python -m bench.search CORPUS [--articles N] [--runs N] [--engine NAME ...]

The corpus is repeated (bench/corpus.py). A figure is the median of runs that take turns with the tutorial
design's; beside it stands how many times as fast an engine is, of memory and size how many times as much it
takes. What a question costs is measured in a process that stays, with the snippets of ten hits.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path

from archive.article import Article
from archive.settings import Settings, load
from archive.store import ArticleStore
from archive.store.reads import Reads, open_file
from bench import tutorial
from bench.corpus import Questions, copies, fill, originals
from bench.process import process
from indexer import engines, update
from indexer.engines.engine import SearchEngine
from indexer.engines.folder import index_folder
from indexer.question.parser import parse_query
from indexer.search import search

_ADDED = 100  # articles that a crawl brings
_COLD = 8  # questions asked in a process of their own
TUTORIAL = "tutorial"


@dataclass(frozen=True, slots=True)
class Built:
    """What it took to index the archive: a whole process."""

    seconds: float
    memory: float  # MB at most
    size: float  # MB


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds: of half of the questions at most, of 95 in 100 at most."""

    half: float
    most: float

    @classmethod
    def of(cls, times: Sequence[float]) -> Latency:
        ordered = sorted(times)
        return cls(ordered[len(ordered) // 2] * 1000, ordered[len(ordered) * 95 // 100] * 1000)


def wencang(data: Path, *words: str) -> list[str | Path]:
    return [sys.executable, "search_cli.py", "--data", data, *words]


def size(folder: Path) -> float:
    """MB of the files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def built(data: Path, name: str) -> Built:
    return Built(*process(wencang(data, "index", "--rebuild", "--engine", name)), size(index_folder(data, name)))


def built_tutorial(lines: Path, folder: Path) -> Built:
    seconds = process([sys.executable, "-m", "bench.tutorial", "build", lines, folder])
    return Built(*seconds, size(folder))


def latencies(questions: Questions, asks: dict[str, Callable[[str], object]]) -> dict[tuple[str, str], Latency]:
    """What each kind of question costs each that is asked; they take turns, question by question."""
    times: dict[tuple[str, str], list[float]] = {}
    for kind in fields(questions):
        for question in getattr(questions, kind.name):
            for name, ask in asks.items():
                start = time.perf_counter()
                ask(question)
                times.setdefault((name, kind.name), []).append(time.perf_counter() - start)
    return {key: Latency.of(taken) for key, taken in times.items()}


def asking(store: Reads, opened: SearchEngine) -> Callable[[str], object]:
    return lambda question: search(store, opened, parse_query(question, opened.analyzer))


def added(store: ArticleStore, data: Path, name: str, some: Iterator[Article], rounds: int = 5) -> float:
    """The seconds until 100 more articles can be found, in a process that stays; the median."""
    times = []
    for _round in range(rounds):
        fill(store, islice(some, _ADDED))
        start = time.perf_counter()
        update.bring_up(store, Settings(data), name)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def added_tutorial(folder: Path, some: Iterator[Article], rounds: int = 5) -> float:
    times = []
    for _round in range(rounds):
        new = list(islice(some, _ADDED))
        start = time.perf_counter()
        tutorial.add(folder, ((article.id, article.title, article.body) for article in new))
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def cold(questions: Sequence[str], ways: Mapping[str, list[str | Path]]) -> dict[str, float]:
    """The milliseconds of a whole process for each command that a question is put behind, the median."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for question in questions:
        for name, command in ways.items():
            times[name].append(process([*command, question])[0] * 1000)
    return {name: statistics.median(taken) for name, taken in times.items()}


class Table:
    """Rows of figures, a column for the tutorial design and each engine."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        print(f"{'':<28}{TUTORIAL:>10}" + "".join(f"{name:>10}{'':>8}" for name in names))

    def row(self, told: str, figures: Mapping[str, float], faster: bool = True) -> None:
        theirs = figures[TUTORIAL]
        line = f"{told:<28}{short(theirs):>10}"
        for name in self._names:
            ratio = theirs / figures[name] if faster else figures[name] / theirs
            line += f"{short(figures[name]):>10}{f'{ratio:.2f}x':>8}"
        print(line, flush=True)


def short(figure: float) -> str:
    return f"{figure:.0f}" if figure >= 100 else f"{figure:.1f}" if figure >= 10 else f"{figure:.2f}"


def measure(corpus: Path, folder: Path, count: int, runs: int, names: Sequence[str]) -> None:
    articles = originals(corpus)
    questions = Questions.of(articles)
    source = copies(articles)
    data, peer = folder / "data", folder / TUTORIAL
    with ArticleStore.create(load(data)) as store:
        text = fill(store, islice(source, count)) / 1e6
    print(f"{count} articles, {text:.1f} MB of text; {runs} builds, {len(questions.quotes)} questions of a kind")
    table = Table(names)
    _measure_builds(table, data, peer, names, runs, text)
    ways: dict[str, list[str | Path]] = {TUTORIAL: [sys.executable, "-m", "bench.tutorial", "search", peer]}
    ways |= {name: wencang(data, "search", "--json", "--engine", name) for name in names}
    table.row("cold command, ms", cold(questions.keywords[:_COLD], ways))
    with ArticleStore.open(load(data)) as store:
        _measure_questions(table, store, data, peer, names, questions)
        times = {name: added(store, data, name, source) for name in names}
        table.row(f"add {_ADDED} articles, s", {TUTORIAL: added_tutorial(peer, source)} | times)


def _measure_builds(table: Table, data: Path, peer: Path, names: Sequence[str], runs: int, text: float) -> None:
    lines = data.parent / "articles.jsonl"
    process(wencang(data, "export", "--format", "jsonl", "-o", str(lines)))
    builds: dict[str, list[Built]] = {name: [] for name in (TUTORIAL, *names)}
    for _run in range(runs):
        shutil.rmtree(peer, ignore_errors=True)
        builds[TUTORIAL].append(built_tutorial(lines, peer))
        for name in names:
            builds[name].append(built(data, name))

    def median(of: Callable[[Built], float]) -> dict[str, float]:
        return {name: statistics.median(map(of, some)) for name, some in builds.items()}

    table.row("index, s", median(lambda one: one.seconds))
    table.row("memory at most, MB", median(lambda one: one.memory), faster=False)
    table.row("index / text", median(lambda one: one.size / text), faster=False)


def _measure_questions(
    table: Table, store: ArticleStore, data: Path, peer: Path, names: Sequence[str], questions: Questions
) -> None:
    with ExitStack() as stack:
        opened = {name: stack.enter_context(update.open_index(Settings(data), name)) for name in names}
        asks: dict[str, Callable[[str], object]] = {TUTORIAL: tutorial.opened(peer)}
        reads = open_file(load(data)) or store
        asks |= {name: asking(reads, one) for name, one in opened.items()}
        taken = latencies(questions, asks)
    for kind in fields(questions):
        table.row(f"{kind.name}, p50, ms", {name: taken[name, kind.name].half for name in asks})
        table.row(f"{kind.name}, p95, ms", {name: taken[name, kind.name].most for name in asks})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=1, help="of each build")
    parser.add_argument("--engine", nargs="+", choices=engines.in_folders(), default=engines.in_folders())
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(asked.corpus, Path(folder), asked.articles, asked.runs, asked.engine)


if __name__ == "__main__":
    main()
