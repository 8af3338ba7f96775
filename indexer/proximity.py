"""How close together, and how early, an article says what was asked: it decides among the best.

BM25 counts words wherever they stand, and takes more off a long article than news deserves.
News says in its first sentences what it is about, and what is one thing in a question stands
together in the article that is about it. Weights measured in docs/search.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from indexer.highlight import Mark
from indexer.question.query import Query

_LEADS = (150, 50)  # characters that tell what an article is about, the first of them more so
_OF_A_LEAD = 0.4  # what a word there counts for, beside one in the window
_WINDOW = 40  # characters that are close together
_OF_THE_LENGTH = 0.4  # of its logarithm


@dataclass(frozen=True, slots=True)
class Proximity:
    """What is added to an article's score, in the same unit: words weighed by their rarity."""

    lead: float  # of the words that stand at the beginning
    together: float  # of the most words that stand in one window
    joined: float  # of words typed without a blank between that are printed so
    length: float  # given back to a long article

    @property
    def score(self) -> float:
        return self.lead + self.together + self.joined + self.length


def proximity(query: Query, length: int, found: Sequence[Mark], rarity: Mapping[str, float]) -> Proximity:
    """Of an article so many characters long, where the question's words were found.

    `rarity` is each word's inverse document frequency.
    """
    early = [word for lead in _LEADS for word in {one.word for one in found if one.start < lead}]
    joined = {(one.word, other.word) for one, other in pairwise(found) if one.end == other.start}
    pairs = {pair for run in query.runs for pair in pairwise(run)} & joined
    return Proximity(
        lead=sum(rarity.get(word, 0) for word in early) * _OF_A_LEAD,
        together=_together(found, rarity),
        joined=sum(min(rarity[word] for word in pair) for pair in pairs),
        length=log(length + 1) * _OF_THE_LENGTH,
    )


def _together(found: Sequence[Mark], rarity: Mapping[str, float]) -> float:
    """The most that different words in one window weigh."""
    best = inside = 0.0
    first = 0
    counts = Counter[str]()
    for one in found:
        counts[one.word] += 1
        inside += rarity.get(one.word, 0) if counts[one.word] == 1 else 0
        while one.start - found[first].start > _WINDOW:
            left = found[first].word
            counts[left] -= 1
            inside -= 0 if counts[left] else rarity.get(left, 0)
            first += 1
        best = max(best, inside)
    return best
