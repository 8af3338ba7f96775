"""What each command takes on an archive of a size: seconds, the memory of its process, and what is written to disk.

    python -m bench.million CORPUS [--articles N ...] [--engines NAME,NAME] [--sentences N] [--folder DIR]

The articles are made as by bench.scale, and marked so. Each command runs in a process of its own, on a laptop's
folder: import from JSON Lines with the first engine's index and the stories, index (another engine's from nothing
and, as each size grows, catching up; with --rebuild the whole), a warm search's p50 and p95 with ten hits
and facets, timeline, a question's and the whole archive's export, status, verify, backup. Sizes are reached by growing:
what is imported and indexed is what is new, in the column `articles`. In a `--folder` that holds an archive already
the benchmark goes on from there.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from archive.article import to_json
from bench.corpus import originals
from bench.process import process
from bench.scale import Maker, Measured, asked, megabytes, of_the_first
from bench.search import short

_QUESTION = "西藏 发展"
_COLUMNS = ("size", "command", "engine", "articles", "s", "ms an article", "memory, MB", "disk, MB")


def row(size: int, command: str, engine: str, articles: int, seconds: float, memory: float, disk: float) -> str:
    rate = 1000 * seconds / articles
    return (
        f"| {size:,} | {command} | {engine} | {articles:,} | {' | '.join(map(short, (seconds, rate, memory, disk)))} |"
    )


def commands(folder: Path, engines: Sequence[str], size: int, new: int
             ) -> Iterator[tuple[str, str, int, list[str | Path]]]:  # fmt: skip
    """The commands by name, each with its engine, the number of articles that it has to do with, and its words."""
    for engine in engines:
        if engine != engines[0]:
            yield "index", engine, new, ["index", "--engine", engine]
        yield "index --rebuild", engine, size, ["index", "--rebuild", "--engine", engine]
        yield "timeline QUERY", engine, size, ["timeline", _QUESTION, "--engine", engine]
        yield "search --facets", engine, size, ["search", _QUESTION, "--facets", "--engine", engine]
        yield "export QUERY", engine, size, ["export", _QUESTION, "--engine", engine, "-o", folder / "found.jsonl"]
    yield "export", "", size, ["export", "-o", folder / "all.jsonl"]
    yield "status", "", size, ["status"]
    yield "verify", "", size, ["verify"]
    yield "backup", "", new, ["backup", folder / "backup"]


def measure(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    maker = Maker(originals(options.corpus), 1, options.sentences)
    archive = Measured.of("archive.db", folder)
    held, path = archive.held(), folder / "made.jsonl"
    questions = of_the_first(maker, options.articles, options.questions)

    def taken(words: Sequence[str | Path]) -> tuple[float, float, float]:
        before = megabytes([folder])
        environment = ["env", f"WENCANG_ENGINE={options.engines[0]}"]
        seconds, memory = process([*environment, sys.executable, "search_cli.py", "--data", archive.data, *words])
        return seconds, memory, megabytes([folder]) - before

    for size in sorted(size for size in options.articles if size > held):
        with path.open("w", encoding="utf-8") as file:
            for article in map(maker.article, range(held, size)):
                file.write(json.dumps(to_json(article), ensure_ascii=False) + "\n")
        new, held = size - held, size
        yield row(size, "import", options.engines[0], new, *taken(["import", path]))
        path.unlink()
        for name, engine, articles, words in commands(folder, options.engines, size, new):
            yield row(size, name, engine, articles, *taken(words))
        for engine, kinds in asked(archive, options.engines, questions).items():
            for kind, latency in kinds.items():
                times = f"p50 {short(latency.half)} ms, p95 {short(latency.most)} ms"
                yield f"| {size:,} | search, warm, {kind} | {engine} | | {times} | | | |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--articles", type=int, nargs="+", default=[20_000, 200_000, 1_000_000])
    parser.add_argument("--engines", type=lambda names: names.split(","), default=["tantivy", "whoosh"])
    parser.add_argument("--sentences", type=int, help="of an article at most; by default as many as real ones have")
    parser.add_argument("--questions", type=int, default=100, help="of each kind")
    parser.add_argument("--folder", type=Path, help="where the archive is made; by default it is removed")
    options = parser.parse_args()
    print(f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        for line in measure(options, folder):
            print(line, flush=True)


if __name__ == "__main__":
    main()
