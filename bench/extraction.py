"""How well and how fast wencang reads real pages, beside the extractors that people use today.

    python -m bench.extraction CORPUS [--slice news|nonnews] [--runs N] [--only NAME,...] [--peers DIR]

CORPUS is a folder with pages/, gold/ and score_pages.py, which scores one extractor in one process:
F1 and precision/recall by overlap of character 4-grams with the gold body, pages with an F1 of .95
and more, pages without a body, share of titles, dates and sources that are right, marks of
boilerplate left in the body, pages a second and peak memory in MiB. The extractors take turns; speed
is the median over the runs, and the ratios are taken within each run. The peers (peers.txt) are
installed in DIR at first use.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from statistics import median
from typing import Any

_FOLDER = Path(__file__).resolve().parent
_NAMES = ("wencang", "readability-lxml", "newspaper4k", "trafilatura", "gne", "goose3", "news-please")
_YARDSTICKS = ("readability-lxml", "trafilatura")
_HEAD = (
    "", "F1", "prec/rec", "≥ .95", "empty", "title", "date", "source", "marks",
    "pages/s", "x readability", "x trafilatura", "MiB",
)  # fmt: skip
Score = dict[str, Any]  # the scorer's summary of one extractor in one run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--slice", choices=("news", "nonnews"), default="news")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", metavar="NAME,...", default=",".join(_NAMES), help="of: %(default)s")
    parser.add_argument("--peers", metavar="DIR", type=Path, default=_FOLDER / ".peers")
    asked = parser.parse_args()
    names = asked.only.split(",")
    if unknown := set(names) - set(_NAMES):
        parser.error(f"no such extractor: {', '.join(sorted(unknown))}")
    peers = Path(sys.executable) if names == ["wencang"] else installed(asked.peers)
    scorer = [asked.corpus.resolve() / "score_pages.py", "--slice", asked.slice]
    runs = []
    for number in range(asked.runs):
        print(f"run {number + 1} of {asked.runs}", file=sys.stderr)
        runs.append({name: score(name, peers, scorer) for name in names})
    print(f"{runs[0][names[0]]['n']} pages ({asked.slice}), runs: {asked.runs}; speeds are medians (least-most)")
    print_table([_HEAD, *(row(name, runs) for name in names)])


def installed(folder: Path, list: str = "peers.txt") -> Path:
    """The Python of the peers' environment, which is made first where it is missing or its list has changed."""
    python, listed, done = folder.absolute() / "bin" / "python", _FOLDER / list, folder / list
    if not done.is_file() or done.read_bytes() != listed.read_bytes():
        print(f"installing the peers in {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "-r", listed], check=True)
        done.write_bytes(listed.read_bytes())
    return python


def score(name: str, peers: Path, scorer: list[str | Path]) -> Score:
    python = sys.executable if name == "wencang" else peers
    function = f"bench.extractors:{name.replace('-', '_')}"
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [python, *scorer, "--callable", function, "--json", file.name]
        done = subprocess.run(command, cwd=_FOLDER.parent, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{name}: {done.stderr}")
        told = json.load(file)
    summary: Score = told["summary"]
    if summary["errors"] == summary["n"]:
        sys.exit(f"{name} fails on every page: {told['pages'][0]['err']}")
    for field in ("title", "date"):
        if not any(page[field] for page in told["pages"]):  # the library doesn't look for it
            summary[f"{field}_acc"] = None
    return summary


def row(name: str, runs: list[dict[str, Score]]) -> tuple[str, ...]:
    own = runs[0][name]
    speeds = [run[name]["pages_s"] for run in runs]
    ratios = (
        spread([run[name]["pages_s"] / run[other]["pages_s"] for run in runs], 2) if other in runs[0] else "-"
        for other in _YARDSTICKS
    )
    return (
        name,
        share(own["char4_f1"]),
        f"{share(own['char4_p'])}/{share(own['char4_r'])}",
        str(own["pages_f1_ge_95"]),
        str(own["empty"]),
        *(share(own[f"{field}_acc"]) for field in ("title", "date", "source")),
        str(own["left_total"]),
        spread(speeds, 1),
        *ratios,
        f"{median(run[name]['rss_mib'] for run in runs):.0f}",
    )


def share(part: float | None) -> str:
    return "-" if part is None else f"{part:.3f}"


def spread(figures: list[float], digits: int) -> str:
    least, middle, most = (f"{figure:.{digits}f}" for figure in (min(figures), median(figures), max(figures)))
    return middle if least == most else f"{middle} ({least}-{most})"


def print_table(rows: list[tuple[str, ...]]) -> None:
    """As Markdown that is also aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = tuple("-" * width for width in widths)
    for cells in (rows[0], rule, *rows[1:]):
        name, *figures = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        print("|", name.strip().ljust(widths[0]), "|", " | ".join(figures), "|")


if __name__ == "__main__":
    main()
