"""How fast articles are imported and indexed and how soon a cold search answers, beside the tutorial design.

    python -m bench.spine CORPUS [--articles N] [--runs N]

CORPUS is a folder with tibet_2018.jsonl.xz: an article a line with id, site, title, body and
published. Each figure is the median of runs that take turns with the tutorial design's.
"""

from __future__ import annotations

import argparse
import json
import lzma
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

_QUESTIONS = ("援藏 招商引资", "西藏 旅游 文化", "唐卡", "藏医药 发展")
_WENCANG = [sys.executable, "search_cli.py", "--data"]
_TUTORIAL = [sys.executable, "-m", "bench.tutorial"]


def articles(corpus: Path) -> Iterator[dict[str, object]]:
    """The corpus as our own JSON Lines import wants it."""
    with lzma.open(corpus / "tibet_2018.jsonl.xz", "rt", encoding="utf-8") as lines:
        for told in map(json.loads, lines):
            url = f"http://www.{told['site']}/{told['id']}"
            yield {
                **{key: told[key] for key in ("id", "title", "body", "published")},
                "url": url,
                "source": told["site"],
            }


def seconds(command: list[str | Path]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def size(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--articles", type=int, default=None)
    parser.add_argument("--runs", type=int, default=3, help="of each build; cold searches run five times as often")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(asked.corpus, Path(folder), asked.articles, asked.runs)


def measure(corpus: Path, folder: Path, limit: int | None, runs: int) -> None:
    lines = folder / "articles.jsonl"
    texts = [json.dumps(article, ensure_ascii=False) for article in islice(articles(corpus), limit)]
    lines.write_text("\n".join(texts), encoding="utf-8")
    count, text = len(texts), lines.stat().st_size / 1e6
    imports, indexings, tutorials = [], [], []
    for run in range(runs):
        data, tutorial = folder / f"data{run}", folder / f"tutorial{run}"
        tutorials.append(seconds([*_TUTORIAL, "build", lines, tutorial]))
        imports.append(seconds([*_WENCANG, data, "import", lines]))
        indexings.append(seconds([*_WENCANG, data, "index", "--rebuild"]))
    ours, theirs = [], []
    for question in _QUESTIONS * ((5 * runs) // len(_QUESTIONS) + 1):
        ours.append(seconds([*_WENCANG, data, "search", question, "--json"]))
        theirs.append(seconds([*_TUTORIAL, "search", tutorial, question]))

    rate = {name: count / statistics.median(times) for name, times in
            (("import", imports), ("index", indexings), ("tutorial", tutorials))}  # fmt: skip
    cold, cold_tutorial = (statistics.median(times) * 1000 for times in (ours, theirs))
    print(f"{count} articles, {text:.1f} MB; median of {runs} builds and {len(ours)} cold searches, whole processes")
    print(f"{'':<34}{'wencang':>9}{'tutorial':>10}{'ratio':>8}")
    for name, own, other in (
        ("import (archive and index), docs/s", rate["import"], rate["tutorial"]),
        ("index --rebuild, docs/s", rate["index"], rate["tutorial"]),
        ("index, MB", size(data / "index"), size(tutorial)),
        ("cold search on a pipe, ms", cold, cold_tutorial),
    ):
        print(f"{name:<34}{own:>9.0f}{other:>10.0f}{own / other:>8.2f}")


if __name__ == "__main__":
    main()
