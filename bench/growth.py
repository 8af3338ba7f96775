"""How cost grows with the archive: time, memory and size of an index, and what questions cost, for each engine.

    python -m bench.growth CORPUS [--articles N ...] [--engine NAME ...] [--plot FILE]

The corpus is repeated (bench/corpus.py); the index is made anew at each size, in a process of its own.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log10
from pathlib import Path

from archive.settings import load
from archive.store import ArticleStore
from bench.corpus import Questions, copies, fill, originals
from bench.search import asking, built, latencies, short
from indexer import engines, update

_COLUMNS = ("index, s", "memory, MB", "size, MB", "keywords, ms", "headlines, ms", "quotes, ms", "dated, ms")


@dataclass(frozen=True, slots=True)
class Point:
    """What an archive of that many articles costs; figures in the order of _COLUMNS, of questions the p95."""

    articles: int
    figures: tuple[float, ...]


def points(corpus: Path, data: Path, counts: Sequence[int], names: Sequence[str]) -> Iterator[tuple[str, Point]]:
    articles = originals(corpus)
    questions = Questions.of(articles)
    source, held = copies(articles), 0
    with ArticleStore.create(load(data)) as store:
        for count in counts:
            fill(store, islice(source, count - held))
            held = count
            for name in names:
                made = built(data, name)
                with update.open_index(data, name) as opened:
                    taken = latencies(questions, {name: asking(store, opened)})
                asked = (latency.most for latency in taken.values())
                yield name, Point(count, (made.seconds, made.memory, made.size, *asked))


# The plot: a panel for each column, both axes logarithmic.

_WIDE, _HIGH, _LEFT, _TOP, _ACROSS = 190, 150, 46, 34, 4
_COLOURS = ("#b5472f", "#2f6fb5", "#4a8f3c")


def drawn(found: Mapping[str, Sequence[Point]]) -> str:
    """An SVG of the points."""
    columns, rows = _WIDE + _LEFT, _HIGH + 2 * _TOP
    parts = [
        _panel(number, title, {name: [(p.articles, p.figures[number]) for p in some] for name, some in found.items()})
        for number, title in enumerate(_COLUMNS)
    ]
    beside = _LEFT + (_ACROSS - 1) * columns
    legend = "".join(
        f'<text x="{beside}" y="{rows + _TOP + 20 * at}" fill="{_COLOURS[at]}">{name}</text>'
        for at, name in enumerate(found)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_ACROSS * columns} {2 * rows}" '
        'font-family="sans-serif" font-size="11">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}{legend}</svg>\n'
    )


def _panel(number: int, title: str, lines: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    across, down = number % _ACROSS, number // _ACROSS
    xs, ys = zip(*(point for some in lines.values() for point in some), strict=True)
    x, y = _scale(xs, 0, _WIDE - 20), _scale(ys, _HIGH, -_HIGH)
    drawn = [f'<path d="M0 0V{_HIGH}H{_WIDE}" fill="none" stroke="#888"/><text y="-10">{title}</text>']
    drawn += [
        f'<text x="{x(at):.0f}" y="{_HIGH + 14}" text-anchor="middle">{at // 1000}k</text>' for at in sorted(set(xs))
    ]
    drawn += [f'<text x="-4" y="{y(at) + 4:.0f}" text-anchor="end">{short(at)}</text>' for at in (min(ys), max(ys))]
    for colour, some in zip(_COLOURS, lines.values(), strict=False):
        path = " ".join(f"{x(across):.1f},{y(up):.1f}" for across, up in some)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    place = f"{_LEFT + across * (_WIDE + _LEFT)} {_TOP + down * (_HIGH + 2 * _TOP)}"
    return f'<g transform="translate({place})">{"".join(drawn)}</g>\n'


def _scale(values: Sequence[float], start: float, length: float) -> Callable[[float], float]:
    """From a value to its place, by its logarithm."""
    low, high = log10(min(values)), log10(max(values))
    return lambda value: start + length * (log10(value) - low) / ((high - low) or 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--articles", type=int, nargs="+", default=[5_000, 20_000, 80_000, 200_000])
    parser.add_argument("--engine", nargs="+", choices=engines.names(), default=engines.names())
    parser.add_argument("--plot", type=Path, help="an SVG")
    asked = parser.parse_args()
    found: dict[str, list[Point]] = {name: [] for name in asked.engine}
    print(f"{'engine':<10}{'articles':>9}" + "".join(f"{column:>15}" for column in _COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        for name, point in points(asked.corpus, Path(folder), sorted(asked.articles), asked.engine):
            found[name].append(point)
            print(f"{name:<10}{point.articles:>9}" + "".join(f"{short(f):>15}" for f in point.figures), flush=True)
    if asked.plot:
        asked.plot.write_text(drawn(found), encoding="utf-8")


if __name__ == "__main__":
    main()
