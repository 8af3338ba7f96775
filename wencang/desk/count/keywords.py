"""Keywords: words that are typical of some articles, compared with the rest of the archive.

Articles are counted, not occurrences: a word that one article repeats is typical of that article only.
The engine knows how many articles of the archive have a word, so only the selected ones are read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from typing import Literal

from archive.article import Revision
from archive.errors import UsageFault
from archive.text.translation import gettext as _
from indexer.engines.engine import SearchEngine
from indexer.text.analyzer import Analyzer
from wencang.desk.count.association import log_likelihood, log_ratio, tf_idf
from wencang.desk.count.periods import PERIODS, in_time
from wencang.desk.count.ranking import Ranking
from wencang.desk.count.words import Cutter, is_content_word

Measure = Literal["ll", "tfidf"]


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word that `here` of the selected articles have, and `there` of all others."""

    word: str
    score: float
    here: int
    there: int
    log_ratio: float

    @property
    def row(self) -> tuple[str, float, int, int, float]:
        """Word, score, here, there and log ratio; numbers rounded to two places."""
        return self.word, round(self.score, 2), self.here, self.there, round(self.log_ratio, 2)


@dataclass(frozen=True, slots=True)
class Keywords(Ranking[Keyword]):
    """The words that are most typical of the articles of a question, or of those of each period.

    `score` is log-likelihood (G², significant at the 0.1 % level from 10.83 on) or TF-IDF, `log_ratio`
    the binary logarithm of the ratio of relative frequencies.
    """

    names = ("word", "score", "here", "there", "log_ratio")


class Count:
    """Of a period's articles: their number, how many have each word, and its occurrences in them."""

    def __init__(self) -> None:
        self.articles = 0
        self.having = Counter[str]()  # articles, as the index counts them: within a longer word, too
        self.cut = Counter[str]()  # articles in which it stands by itself
        self.places = Counter[str]()

    def add(self, words: Counter[str], inner: Callable[[str], Collection[str]]) -> None:
        self.articles += 1
        self.having.update(set().union(*map(inner, words)))
        self.cut.update(words.keys())
        self.places.update(words)

    def candidates(self, least: int) -> Iterator[str]:
        """The words of enough articles that mostly stand by themselves: not 天性, where 先天性 is written."""
        for word, articles in self.cut.items():
            if articles >= min(least, self.articles) and 2 * articles >= self.having[word] and is_content_word(word):
                yield word


def count_words(
    revisions: Iterable[Revision], analyzer: Analyzer, known: Collection[str] = (), by: str = ""
) -> dict[str, Count]:
    """The words of articles in each period (`by` year, month or ""); `known` are split off from longer words."""
    counts: defaultdict[str, Count] = defaultdict(Count)
    cutter = Cutter(analyzer, known)
    inner = cache(lambda word: frozenset(analyzer.terms(word)))
    for revision in revisions:
        words = cutter.words(f"{revision.article.title}\n{revision.article.body}")
        counts[PERIODS[by](revision)].add(Counter(words), inner)
    return dict(in_time(counts))


def keywords(
    counts: Mapping[str, Count], engine: SearchEngine, measure: Measure, limit: int, least: int,
    known: Collection[str] = (),
) -> dict[str, tuple[Keyword, ...]]:  # fmt: skip
    """The words that are most typical of the articles of each period, in descending order of scores.

    They are compared with all other articles of the archive, of any period. Left out are words of
    fewer than `least` articles, single characters, numbers, what mostly stands within longer
    words, and `known` ones: the words asked for. Raises UsageFault where no article is left to
    compare with.
    """
    total = engine.count()
    keywords = {}
    for period, count in counts.items():
        if count.articles >= total:
            raise UsageFault(
                "keywords",
                _("the question matches every article"),
                _("ask for some of them: they are compared with the others"),
            )
        frequencies = engine.frequencies(word for word in count.candidates(least) if word not in known)
        scored = (_scored(word, articles, count, total, measure) for word, articles in frequencies.items())
        keywords[period] = tuple(nlargest(limit, scored, key=lambda keyword: (keyword.score, keyword.word)))
    return keywords


def _scored(word: str, articles: int, count: Count, total: int, measure: Measure) -> Keyword:
    here = count.having[word]
    there, rest = max(articles - here, 0), total - count.articles  # an index may be behind the archive
    score = (
        log_likelihood(here, count.articles, there, rest) if measure == "ll"
        else tf_idf(count.places[word], here + there, count.articles + rest)
    )  # fmt: skip
    return Keyword(word, score, here, there, log_ratio(here, count.articles, there, rest))
