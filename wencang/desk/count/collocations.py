"""Collocations: which words stand near a word more often than chance would bring them there.

Near is a window of so many words on either side, within a paragraph. All articles are read and cut.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain
from typing import Literal

from archive.article import Revision
from indexer.text.analyzer import Analyzer
from wencang.desk.count.association import log_dice, log_likelihood, pmi
from wencang.desk.count.periods import PERIODS, in_time
from wencang.desk.count.words import Cutter, is_telling

Measure = Literal["logdice", "pmi", "ll"]
COLUMNS = ("word", "score", "together", "places")


@dataclass(frozen=True, slots=True)
class Collocate:
    """`together` of a word's `places` are near the word that was asked for."""

    word: str
    score: float
    together: int
    places: int

    @property
    def row(self) -> tuple[str, float, int, int]:
        """The values of COLUMNS."""
        return self.word, round(self.score, 2), self.together, self.places


class Count:
    """Of a period's texts: how often each word stands in them, how often the node, and what stands near that."""

    def __init__(self) -> None:
        self.nodes = 0
        self.words = Counter[str]()
        self.near = Counter[str]()  # each place once, however many nodes it is near

    def add(self, words: Sequence[str], node: Sequence[str], window: int) -> None:
        self.words.update(words)
        starts = list(_starts(words, node))
        self.nodes += len(starts)
        within = {at for start in starts for at in range(start, start + len(node))}
        spans = (range(max(0, start - window), start + len(node) + window) for start in starts)
        self.near.update(words[at] for at in set(chain.from_iterable(spans)) - within if at < len(words))


def collocations(
    revisions: Iterable[Revision], analyzer: Analyzer, word: str, window: int, measure: Measure, limit: int, least: int,
    by: str = "",
) -> dict[str, list[Collocate]]:  # fmt: skip
    """What stands near a word at least so often in each period (`by` year, month or none), the strongest first.

    Periods in which the word stands nowhere are left out. Numbers and single characters count
    as places of the window, and are never shown.
    """
    node = list(chain.from_iterable(analyzer.cut(word)))
    cutter = Cutter(analyzer, ["".join(node)])
    counts: defaultdict[str, Count] = defaultdict(Count)
    for revision in revisions:
        count = counts[PERIODS[by](revision)]
        for paragraph in (revision.article.title, *revision.article.body.split("\n")):
            count.add(cutter.words(paragraph), node, window)
    return {name: _strongest(count, measure, limit, least) for name, count in in_time(counts) if count.nodes}


def _starts(words: Sequence[str], node: Sequence[str]) -> Iterator[int]:
    """Where these words follow each other; places do not overlap."""
    size, at = len(node), 0
    while node and at <= len(words) - size:
        try:
            at = words.index(node[0], at)
        except ValueError:
            return
        if words[at : at + size] == node:
            yield at
            at += size
        else:
            at += 1


def _strongest(count: Count, measure: Measure, limit: int, least: int) -> list[Collocate]:
    part, total = count.near.total(), count.words.total()

    def scored(word: str, together: int) -> Collocate:
        places = count.words[word]
        score = (
            log_dice(together, count.nodes, places) if measure == "logdice"
            else pmi(together, part, places, total) if measure == "pmi"
            else log_likelihood(together, part, places - together, total - part)
        )  # fmt: skip
        return Collocate(word, score, together, places)

    found = (scored(word, together) for word, together in count.near.items() if together >= least and is_telling(word))
    return nlargest(limit, found, key=lambda one: (one.score, one.word))
