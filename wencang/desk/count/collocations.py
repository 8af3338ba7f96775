"""Collocations: words that occur near a word more often than by chance.

Near means within a window of so many words on either side, in the same paragraph. Every article is
read and split into words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain
from typing import Literal

from archive.article import Revision
from archive.errors import UsageFault
from archive.text.translation import gettext as _
from indexer.text.analyzer import Analyzer
from wencang.desk.count.association import log_dice, log_likelihood, pmi
from wencang.desk.count.periods import PERIODS, in_time
from wencang.desk.count.ranking import Ranking
from wencang.desk.count.words import Cutter, is_content_word

Measure = Literal["logdice", "pmi", "ll"]


@dataclass(frozen=True, slots=True)
class Collocate:
    """A word of which `together` of its `places` are near the node, the word that was asked for."""

    word: str
    score: float
    together: int
    places: int

    @property
    def row(self) -> tuple[str, float, int, int]:
        """Word, score rounded to two places, together and places."""
        return self.word, round(self.score, 2), self.together, self.places


@dataclass(frozen=True, slots=True)
class Collocations(Ranking[Collocate]):
    """The words most strongly associated with a word, or with it in each period; `score` is the measure's value.

    `together` counts the occurrences near the word, `places` all occurrences.
    """

    names = ("word", "score", "together", "places")


class Count:
    """Of a period's texts: occurrences of each word, of the node, and of each word near the node."""

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


def check_word(word: str) -> None:
    """Raises UsageFault for a text without a letter or digit."""
    if not any(map(str.isalnum, word)):
        raise UsageFault(word or '""', _("is not a word"), _("type one"))


def count_near(
    revisions: Iterable[Revision], analyzer: Analyzer, word: str, window: int, by: str = ""
) -> dict[str, Count]:
    """The words of articles and those near `word`, in each period in which it occurs (`by` year, month or "")."""
    node = list(chain.from_iterable(analyzer.cut(word)))
    cutter = Cutter(analyzer, ["".join(node)])
    counts: defaultdict[str, Count] = defaultdict(Count)
    for revision in revisions:
        count = counts[PERIODS[by](revision)]
        for paragraph in (revision.article.title, *revision.article.body.split("\n")):
            count.add(cutter.words(paragraph), node, window)
    return {period: count for period, count in in_time(counts) if count.nodes}


def collocations(
    counts: Mapping[str, Count], measure: Measure, limit: int, least: int
) -> dict[str, tuple[Collocate, ...]]:
    """The words that occur near the node at least so often in each period, in descending order of scores.

    Numbers and single characters count as places of the window, and are never listed.
    """
    return {period: _strongest(count, measure, limit, least) for period, count in counts.items()}


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


def _strongest(count: Count, measure: Measure, limit: int, least: int) -> tuple[Collocate, ...]:
    part, total = count.near.total(), count.words.total()

    def scored(word: str, together: int) -> Collocate:
        places = count.words[word]
        score = (
            log_dice(together, count.nodes, places) if measure == "logdice"
            else pmi(together, part, places, total) if measure == "pmi"
            else log_likelihood(together, part, places - together, total - part)
        )  # fmt: skip
        return Collocate(word, score, together, places)

    collocates = (scored(word, n) for word, n in count.near.items() if n >= least and is_content_word(word))
    return tuple(nlargest(limit, collocates, key=lambda collocate: (collocate.score, collocate.word)))
