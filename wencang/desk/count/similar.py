"""Articles about the same as another one, by the words that are most typical of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nlargest
from itertools import islice
from typing import Any

from archive.article import Article, Revision
from archive.store import ArticleStore
from archive.tables.stories import Stories
from indexer.engines.engine import TITLE_WEIGHT, SearchEngine, check_follows
from indexer.question.query import Query, Words
from indexer.text.analyzer import Analyzer
from wencang.desk.count.association import tf_idf
from wencang.desk.count.words import Cutter, is_content_word
from wencang.desk.table import Table

_READ = 5_000  # characters of a text that are cut into words
_CANDIDATES = 120  # of the most frequent words of the text whose rarity is looked up
_TYPICAL = 8  # words that are asked for; a quarter of them an article must have
_SPARE = 20  # matches beyond those that are wanted, as copies are left out


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A similar article, and how well it answers the typical words."""

    article: Article
    score: float


@dataclass(frozen=True, slots=True)
class Similar(Table):
    """The articles that are most like the one with `id`, best first, and the typical words that they were found by.

    Its copies and reprints are left out, and of several copies of another text all but the best.
    """

    id: str
    words: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]
    columns = ("id", "url", "title", "published", "source", "section", "credit", "score")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row an article; `published` is Article.issued."""
        for neighbour in self.neighbours:
            article = neighbour.article
            yield (
                article.id, article.url, article.title, article.issued, article.source, article.section, article.credit,
                round(neighbour.score, 4),
            )  # fmt: skip


def similar(store: ArticleStore, engine: SearchEngine, article: Article, limit: int) -> Similar:
    """So many articles like this one. Raises IndexUnusable."""
    check_follows(store, engine)
    words = typical(engine, article)
    matches = engine.search(Query(tuple(Words((word,)) for word in words)), limit + _SPARE).matches if words else ()
    revisions = store.get_many(match.id for match in matches)
    others = ((match.score, revisions[match.id]) for match in matches if match.id in revisions)
    neighbours = (Neighbour(revision.article, score) for score, revision in _distinct(store, article, others))
    return Similar(article.id, words, tuple(islice(neighbours, limit)))


def typical(engine: SearchEngine, article: Article) -> tuple[str, ...]:
    """The words that are most typical of an article against all of the index, the strongest first."""
    counts = _counts(engine.analyzer, article)
    total = engine.count()
    frequencies = engine.frequencies(word for word, _count in counts.most_common(_CANDIDATES))
    scores = {word: tf_idf(counts[word], articles, total) for word, articles in frequencies.items() if articles > 1}
    return tuple(nlargest(_TYPICAL, scores, key=lambda word: (scores[word], word)))


def _counts(analyzer: Analyzer, article: Article) -> Counter[str]:
    cut = Cutter(analyzer, ()).words
    words = cut(article.title) * TITLE_WEIGHT + cut(article.body[:_READ])
    return Counter(word for word in words if is_content_word(word))


def _distinct(
    store: ArticleStore, article: Article, others: Iterator[tuple[float, Revision]]
) -> Iterator[tuple[float, Revision]]:
    """Those that are neither copies of the article nor of one before them."""
    ranked = list(others)
    stories = Stories(store).of([article.id, *(revision.article.id for _score, revision in ranked)])
    shown = _names(article, stories)
    for score, revision in ranked:
        names = _names(revision.article, stories)
        if not names & shown:
            shown |= names
            yield score, revision


def _names(article: Article, stories: dict[str, str]) -> set[str]:
    """What copies of an article have in common with it."""
    return {article.id, article.digest, *filter(None, [stories.get(article.id)])}
