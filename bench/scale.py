"""What an archive costs as it grows: what comes in a second, what questions take, size and memory.

    python -m bench.scale CORPUS [--articles N ...] [--engines NAME,NAME] [--archives URL ...] [--pages N]
        [--sentences N] [--questions N] [--disk DIR ...] [--seed N] [--folder DIR]

The articles are made: sentences of CORPUS (bench/corpus.py), those of one section more often together,
with the lengths of real articles, cut to `--sentences` if given, over ten years and six sites. Article N of
a seed is always the same, is marked as made in its rights, its id and its address, and is never held in
memory with the others.

Each archive (`archive.db`, or the address of an empty database) grows through the sizes; archives take turns,
a thousand articles each. Each engine then catches up, in a process of its own, and is asked the same
questions at each size, engines in turns, through `Archive.search` with ten hits, snippets and facets, once
OpenSearch has merged what it was given. Settings such as WENCANG_OPENSEARCH come from the environment. `--disk`
names the folders of servers, whose growth is added to that of the data folder. What servers hold in memory is not
counted. In a `--folder` that already holds articles the benchmark goes on from there; what it does not do again
is shown as "-".
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import wencang
from archive.article import SHANGHAI, Article
from archive.settings import load
from archive.store import ArticleStore
from bench import throughput
from bench.corpus import Questions, originals
from bench.process import process
from bench.search import Latency, latencies, short
from indexer import engines

_LOCAL = "archive.db"
_SITES = ("one", "two", "three", "four", "five", "six")
_WEIGHTS = (32, 16, 8, 4, 2, 1)  # of the sites
_FIRST, _DAYS = datetime(2009, 1, 1, tzinfo=SHANGHAI), 3652
_SAME_SECTION = 0.75  # of the sentences
_PARAGRAPH = 3  # sentences
_TURN = 1_000  # articles
_RIGHTS = "made by bench.scale of sentences of other articles"
_ASKED_ABOUT = 2_000  # the first articles at most, which are there at each size
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]")
_CLAUSE = re.compile(r"[\u4e00-\u9fff0-9]{5,13}(?=[，。；：！？])")


# The articles


class Maker:
    """Makes articles of the sentences of real ones."""

    def __init__(self, articles: Sequence[Article], seed: int, most: int | None = None) -> None:
        """`most` limits the sentences of an article."""
        self._articles, self._seed = articles, seed
        self._lengths = {article.id: len(_SENTENCE.findall(article.body)[:most]) or 1 for article in articles}
        self._sentences: dict[str, list[str]] = defaultdict(list)
        for article in articles:
            self._sentences[article.section] += _SENTENCE.findall(article.body)
        self._all = [sentence for sentences in self._sentences.values() for sentence in sentences]

    def article(self, number: int) -> Article:
        dice = random.Random(f"{self._seed}-{number}")
        model = dice.choice(self._articles)
        (site,) = dice.choices(_SITES, _WEIGHTS)
        sentences = [self._sentence(dice, model.section) for _sentence in range(self._lengths[model.id])]
        published = _FIRST + timedelta(days=dice.randrange(_DAYS), minutes=dice.randrange(24 * 60))
        return Article(
            id=f"made-{self._seed}-{number}", url=f"http://{site}.made.example/{self._seed}/{number}.html",
            source=f"{site}.made.example", section=model.section, credit=model.credit, rights=_RIGHTS,
            published=published, title=self._headline(dice, sentences),
            body="\n".join("".join(sentences[at : at + _PARAGRAPH]) for at in range(0, len(sentences), _PARAGRAPH)),
        )  # fmt: skip

    def _sentence(self, dice: random.Random, section: str) -> str:
        near = self._sentences[section]
        return dice.choice(near if near and dice.random() < _SAME_SECTION else self._all)

    def _headline(self, dice: random.Random, sentences: Sequence[str]) -> str:
        """Two clauses of the text, or the beginning of a short one."""
        clauses = [clause for sentence in sentences for clause in _CLAUSE.findall(sentence)]
        return " ".join(dice.sample(clauses, min(2, len(clauses)))) or sentences[0][:20]

    def articles(self) -> Iterator[Article]:
        return map(self.article, count())


# The archives


@dataclass(slots=True)
class Measured:
    """An archive that grows: its settings, and what was measured at its present size."""

    name: str
    data: Path
    environment: dict[str, str]
    crawl: float = 0.0  # pages a second
    puts: float = 0.0  # articles a second
    size: float = 0.0  # MB
    sizes: dict[str, float] = field(default_factory=dict)  # of the indexes, MB

    @classmethod
    def of(cls, address: str, folder: Path) -> Measured:
        ours = {key: value for key, value in os.environ.items() if key.startswith("WENCANG_")}
        local = address == _LOCAL
        name = _LOCAL if local else address.partition(":")[0]  # never the password
        data = folder / name
        return cls(name, data, ours if local else ours | {"WENCANG_ARCHIVE": address})

    def folders(self, disks: Sequence[Path]) -> list[Path]:
        """Where its database grows: SQLite beside the rest, a server on its own disks."""
        return [self.data] if self.name == _LOCAL else [self.data, *disks]

    def store(self) -> ArticleStore:
        return ArticleStore.create(load(self.data, self.environment))

    def held(self) -> int:
        """The number of articles that it has already."""
        with self.store() as store:
            return store.changed_since(0)


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """These variables, and afterwards those of before."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def megabytes(folders: Iterable[Path]) -> float:
    """What is in these folders; servers may remove files meanwhile."""
    total = 0
    for folder in folders:
        for path, _folders, names in os.walk(folder):
            for name in names:
                with_size = Path(path, name)
                total += with_size.lstat().st_size if with_size.exists() else 0
    return total / 1e6


def fill(archives: Sequence[Measured], articles: Iterator[Article], disks: Sequence[Path]) -> None:
    """Archive these in each, a turn after the other."""
    seconds: dict[str, float] = defaultdict(float)
    before = {archive.name: megabytes(archive.folders(disks)) for archive in archives}
    done = 0
    with ExitStack() as stack:
        stores = {archive.name: stack.enter_context(archive.store()) for archive in archives}
        while turn := list(islice(articles, _TURN)):
            done += len(turn)
            for name, store in stores.items():
                start = time.perf_counter()
                with store.batch():
                    for article in turn:
                        store.put(article)
                seconds[name] += time.perf_counter() - start
    for archive in archives:
        archive.puts = done / seconds[archive.name] if done else 0.0
        archive.size += megabytes(archive.folders(disks)) - before[archive.name]


def crawled(archive: Measured, pages: int) -> float:
    """Pages a second into the archive, from fetch to index (bench/throughput.py)."""
    with environment(archive.environment):
        return throughput.run(pages, False, ["whole"]).rate


# The engines


@dataclass(frozen=True, slots=True)
class Row:
    """An engine over an archive of a size."""

    articles: int
    archive: Measured
    engine: str
    indexed: float  # articles a second
    memory: float  # MB at most
    asked: dict[str, Latency]  # by the kind of question

    @property
    def cells(self) -> list[str]:
        archive = self.archive
        figures = (archive.crawl, archive.puts, archive.size, self.indexed, self.memory, archive.sizes[self.engine])
        measured = [short(figure) if figure else "-" for figure in figures]
        times = [f"{short(latency.half)} / {short(latency.most)}" for latency in self.asked.values()]
        return [f"{self.articles:,}", archive.name, self.engine, *measured, *times]


def caught_up(archive: Measured, name: str, disks: Sequence[Path]) -> tuple[float, float]:
    """Bring an index up to date; seconds, and MB held at most."""
    before = megabytes([archive.data, *disks])
    variables = [f"{key}={value}" for key, value in archive.environment.items()]
    taken = process(["env", *variables, *_wencang(archive.data, "index", "--engine", name)])
    for address in archive.environment.get("WENCANG_OPENSEARCH", "").split(",") if name == "opensearch" else []:
        settle(address)
    archive.sizes[name] = archive.sizes.get(name, 0.0) + megabytes([archive.data, *disks]) - before
    return taken


def settle(address: str) -> None:
    """Wait until a node has written what it holds and merged it, as nobody fills an index all day."""
    with urlopen(Request(f"{address}/_flush", method="POST"), timeout=600):
        pass
    while _ask(f"{address}/_stats/merge")["_all"]["total"]["merges"]["current"]:
        time.sleep(1)


def _ask(address: str) -> Any:
    with urlopen(address, timeout=60) as answer:
        return json.load(answer)


def _wencang(data: Path, *words: str) -> list[str | Path]:
    return [sys.executable, "search_cli.py", "--data", data, *words]


def about(articles: list[Article], most: int) -> Questions:
    """So many questions of each kind that these articles answer; those with dates ask for the half-year of one."""
    every, published = Questions.of(articles), {article.title: article.published for article in articles}
    halves = [_half(published[headline]) for headline in every.headlines]
    dated = [f"{words} 日期:{half}" for words, half in zip(every.keywords, halves, strict=True)]
    return Questions(every.keywords[:most], every.headlines[:most], every.quotes[:most], dated[:most])


def of_the_first(maker: Maker, sizes: Sequence[int], most: int) -> Questions:
    """So many questions of each kind that the articles answer which are there at each of these sizes."""
    return about(list(islice(maker.articles(), min(_ASKED_ABOUT, *sizes))), most)


def _half(day: datetime | None) -> str:
    assert day
    first = 1 if day.month < 7 else 7
    return f"{day.year}-{first:02}..{day.year}-{first + 5:02}"


def asked(archive: Measured, names: Sequence[str], questions: Questions) -> dict[str, dict[str, Latency]]:
    """What each kind of question costs with each engine."""
    with wencang.open(archive.data, archive.environment) as opened:

        def asking(name: str) -> Callable[[str], object]:
            return lambda question: opened.search(question, engine=name)

        asks = {name: asking(name) for name in names}
        for ask in asks.values():
            for kind in fields(questions):
                ask(getattr(questions, kind.name)[0])  # which loads what is loaded once
        taken = latencies(questions, asks)
    return {name: {kind: latency for (by, kind), latency in taken.items() if by == name} for name in names}


def rows(archive: Measured, names: Sequence[str], size: int, new: int, disks: Sequence[Path], questions: Questions
         ) -> Iterator[Row]:  # fmt: skip
    built = {name: caught_up(archive, name, disks) for name in names}
    taken = asked(archive, names, questions)
    for name in names:
        seconds, memory = built[name]
        yield Row(size, replace(archive, sizes=dict(archive.sizes)), name, new / seconds, memory, taken[name])


# The table


def header(questions: Questions) -> str:
    kinds = [f"{kind.name}, ms" for kind in fields(questions)]
    names = ["articles", "archive", "engine", "crawl, pages/s", "puts/s", "archive, MB", "indexed/s", "memory, MB",
             "index, MB", *kinds]  # fmt: skip
    return f"| {' | '.join(names)} |\n|{'---|' * len(names)}"


def ratios(measured: Sequence[Row]) -> Iterator[str]:
    """How the first and the last size compare, and how the archives do."""
    lines: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in measured:
        lines[row.archive.name, row.engine].append(row)
    for (archive, engine), (first, *_others, last) in ((key, some) for key, some in lines.items() if len(some) > 1):
        growth = ", ".join(f"{kind} {last.asked[kind].most / first.asked[kind].most:.2f}" for kind in first.asked)
        yield f"{engine} on {archive}, p95 at {last.articles:,} articles by that at {first.articles:,}: {growth}"
    base, *others = {row.archive.name: row.archive for row in measured}.values()
    for other in others:
        rates = {"puts": (other.puts, base.puts), "crawl": (other.crawl, base.crawl)}
        compared = (f"{what} {rate / of:.2f}" for what, (rate, of) in rates.items() if of)
        yield f"{other.name} by {base.name}: {', '.join(compared)}"


def measure(options: argparse.Namespace, folder: Path) -> None:
    maker = Maker(originals(options.corpus), options.seed, options.sentences)
    questions = of_the_first(maker, options.articles, options.questions)
    archives = [Measured.of(address, folder) for address in options.archives]
    held = min(archive.held() for archive in archives)
    for archive in archives if options.pages else []:
        archive.crawl = crawled(archive, options.pages)
    print(f"seed {options.seed}, {len(questions.quotes)} questions of a kind; times are p50 / p95")
    print(header(questions), flush=True)
    measured: list[Row] = []
    source = islice(maker.articles(), held, None)
    for size in sorted(size for size in options.articles if size >= held):
        fill(archives, islice(source, size - held), options.disk)
        for archive in archives:
            for row in rows(archive, options.engines, size, size - held, options.disk, questions):
                print(f"| {' | '.join(row.cells)} |", flush=True)
                measured.append(row)
        held = size
    print(*ratios(measured), sep="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--articles", type=int, nargs="+", default=[20_000, 200_000, 1_000_000])
    parser.add_argument("--engines", type=lambda names: names.split(","), default=engines.names())
    parser.add_argument("--archives", nargs="+", default=[_LOCAL], metavar="URL", help=f"{_LOCAL}, or of a database")
    parser.add_argument("--pages", type=int, default=0, help="of a crawl before; 0 for none")
    parser.add_argument("--sentences", type=int, help="of an article at most; by default as many as real ones have")
    parser.add_argument("--questions", type=int, default=200, help="of each kind")
    parser.add_argument("--disk", type=Path, nargs="+", default=[], help="folders in which servers keep their files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the data folders are made; by default they are removed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        measure(options, options.folder or Path(temporary))


if __name__ == "__main__":
    main()
