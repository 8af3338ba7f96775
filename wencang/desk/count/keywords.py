"""Keywords: what marks some articles against the rest of the archive.

Counted are articles, not places: a word that one article repeats marks that article only. How many
articles of the archive have a word the engine knows; only the found ones are read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from gettext import gettext as _
from heapq import nlargest
from typing import Literal

from archive.article import Revision
from archive.errors import UsageFault
from indexer.engines.engine import SearchEngine
from wencang.desk.count.association import log_likelihood, log_ratio, tf_idf
from wencang.desk.count.periods import PERIODS, in_time
from wencang.desk.count.words import Cutter, is_telling

Measure = Literal["ll", "tfidf"]
COLUMNS = ("word", "score", "here", "there", "log_ratio")


@dataclass(frozen=True, slots=True)
class Keyword:
    """`here` of the found articles have the word, and `there` of the others."""

    word: str
    score: float
    here: int
    there: int
    log_ratio: float

    @property
    def row(self) -> tuple[str, float, int, int, float]:
        """The values of COLUMNS."""
        return self.word, round(self.score, 2), self.here, self.there, round(self.log_ratio, 2)


class Count:
    """Of a period's articles how many there are, how many have each word, and how often it stands in them."""

    def __init__(self) -> None:
        self.articles = 0
        self.having = Counter[str]()  # as the index has it: within a longer word, too
        self.cut = Counter[str]()  # articles in which it stands by itself
        self.places = Counter[str]()

    def add(self, words: Counter[str], inner: Callable[[str], Collection[str]]) -> None:
        self.articles += 1
        self.having.update(set().union(*map(inner, words)))
        self.cut.update(words.keys())
        self.places.update(words)

    def telling(self, least: int) -> Iterator[str]:
        """The words of enough articles that mostly stand by themselves: not 天性, where 先天性 is written."""
        for word, articles in self.cut.items():
            if articles >= min(least, self.articles) and 2 * articles >= self.having[word] and is_telling(word):
                yield word


def keywords(
    revisions: Iterable[Revision], engine: SearchEngine, measure: Measure, limit: int, least: int,
    known: Collection[str] = (), by: str = "",
) -> dict[str, list[Keyword]]:  # fmt: skip
    """The words that mark the articles of each period (`by` year, month or none), the strongest first.

    The rest are all other articles of the archive, of whichever period. Left out are words of
    fewer than `least` articles, single characters, numbers, what mostly stands within longer
    words, and what is `known` to mark them: the words asked for. Raises UsageFault where no
    article is left to compare with.
    """
    counts: defaultdict[str, Count] = defaultdict(Count)
    cutter = Cutter(engine.analyzer, known)
    inner = cache(lambda word: frozenset(engine.analyzer.terms(word)))
    for revision in revisions:
        words = cutter.words(f"{revision.article.title}\n{revision.article.body}")
        counts[PERIODS[by](revision)].add(Counter(words), inner)
    total = engine.count()
    found = {}
    for period, count in in_time(counts):
        if count.articles >= total:
            raise UsageFault(
                "keywords", _("all articles are found"), _("ask for some: they are held against the others")
            )
        held = engine.frequencies(word for word in count.telling(least) if word not in known)
        scored = (_scored(word, with_it, count, total, measure) for word, with_it in held.items())
        found[period] = nlargest(limit, scored, key=lambda one: (one.score, one.word))
    return found


def _scored(word: str, with_it: int, count: Count, total: int, measure: Measure) -> Keyword:
    here = count.having[word]
    there, rest = max(with_it - here, 0), total - count.articles  # an index may lag behind the archive
    score = (
        log_likelihood(here, count.articles, there, rest) if measure == "ll"
        else tf_idf(count.places[word], here + there, count.articles + rest)
    )  # fmt: skip
    return Keyword(word, score, here, there, log_ratio(here, count.articles, there, rest))
