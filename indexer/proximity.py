"""Scores how close together and how early the words of a query occur; this reorders the best matches.

BM25 ignores positions, and penalizes long articles more than is right for news. News states its
subject in the first sentences, and words of one name or term stand together in the articles about
it. docs/search.md shows how the weights were measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from math import log

from indexer.highlight import Occurrence
from indexer.question.query import Query

_LEADS = (150, 50)  # characters of the lead; words in both are counted twice
_LEAD_WEIGHT = 0.4  # of a word in a lead, relative to one in the window
_WINDOW = 40  # characters that count as close together
_LENGTH_WEIGHT = 0.4  # of the logarithm of the length


@dataclass(frozen=True, slots=True)
class Proximity:
    """What is added to an article's score, in the same unit: sums of word rarities."""

    lead: float  # of the words in the lead
    together: float  # of the rarest combination of words in one window
    joined: float  # of words typed without a blank in between and printed so
    length: float  # compensates long articles

    @property
    def score(self) -> float:
        return self.lead + self.together + self.joined + self.length


def proximity(query: Query, length: int, occurrences: Sequence[Occurrence], rarity: Mapping[str, float]) -> Proximity:
    """The proximity of a query in an article of `length` characters.

    `rarity` is each word's inverse document frequency.
    """
    early = list(takewhile(lambda occurrence: occurrence.start < max(_LEADS), occurrences))
    leads = [word for lead in _LEADS for word in {word for start, _end, word in early if start < lead}]
    if joined := {pair for run in query.runs for pair in pairwise(run)}:
        joined &= {(left.word, right.word) for left, right in pairwise(occurrences) if left.end == right.start}
    return Proximity(
        lead=sum(rarity.get(word, 0) for word in leads) * _LEAD_WEIGHT,
        together=_together(occurrences, rarity),
        joined=sum(min(rarity[word] for word in pair) for pair in joined),
        length=log(length + 1) * _LENGTH_WEIGHT,
    )


def _together(occurrences: Sequence[Occurrence], rarity: Mapping[str, float]) -> float:
    """The highest total rarity of the distinct words in one window."""
    best = total = 0.0
    first = 0
    counts = dict.fromkeys((word for _start, _end, word in occurrences), 0)
    if len(counts) < 2:
        return max((rarity.get(word, 0) for word in counts), default=0.0)
    for start, _end, word in occurrences:
        if not counts[word]:
            total += rarity.get(word, 0)
        counts[word] += 1
        while start - occurrences[first][0] > _WINDOW:
            dropped = occurrences[first][2]
            counts[dropped] -= 1
            if not counts[dropped]:
                total -= rarity.get(dropped, 0)
            first += 1
        if total > best:
            best = total
    return best
