"""What a question became, and why an article answers it: every number that its score adds up from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from archive.article import Article
from archive.store import ArticleStore
from indexer.engines.engine import Matches, SearchEngine, check_follows
from indexer.highlight import ArticleHighlighter, Highlighter
from indexer.proximity import Proximity
from indexer.question.query import Between, Query, Words, to_text
from indexer.search import WEIGHED, close_to, rarities, search
from indexer.text.analyzer import fold


@dataclass(frozen=True, slots=True)
class Word:
    """A word that counts for ranking; of the article that is explained, where it stands and what it adds."""

    word: str
    articles: int  # that have it
    rarity: float  # inverse document frequency
    title: int = 0
    body: int = 0
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Clause:
    """What an answer can't do without, or (`unwanted`) must not have; whether the article that is explained does."""

    text: str  # as it could be typed
    unwanted: bool
    articles: int  # that have it
    has: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Where an article stands in the answer; `closeness` is None behind the best, which alone are looked at."""

    article: Article
    rank: int  # from 1; 0 where it is not in the answer
    whole: bool
    score: float
    closeness: Proximity | None


@dataclass(frozen=True, slots=True)
class Explanation:
    folded: tuple[tuple[str, str], ...]  # what was typed otherwise than it is looked for, and how it is
    words: tuple[Word, ...]
    clauses: tuple[Clause, ...]
    total: int  # articles that answer
    whole: int  # of them those with all the words
    reason: Reason | None = None


def explain(store: ArticleStore, engine: SearchEngine, query: Query, article: Article | None = None) -> Explanation:
    """What the question became; with an article, why it answers, or what it lacks."""
    check_follows(store, engine)
    found = engine.search(query)
    rarity = rarities(engine, query)
    counts = engine.frequencies(query.ranked)
    words = [Word(word, counts[word], rarity[word] if counts[word] else 0.0) for word in query.ranked]
    if article:
        words = [_in_article(engine, word, article) for word in words]
    return Explanation(
        tuple((typed, fold(typed)) for typed in query.text.split() if fold(typed) != typed),
        tuple(words),
        tuple(_clauses(engine, query, article)),
        found.total,
        found.whole,
        _reason(store, engine, query, article, found) if article else None,
    )


def _in_article(engine: SearchEngine, word: Word, article: Article) -> Word:
    alone = Query((Words((word.word,)),))
    score = {match.id: match.score for match in engine.search(alone).matches}.get(article.id, 0.0)
    title, body = (len(Highlighter(alone).find(text)) for text in (article.title, article.body))
    return replace(word, title=title, body=body, score=score)


def _clauses(engine: SearchEngine, query: Query, article: Article | None) -> Iterator[Clause]:
    for nodes, unwanted in ((query.must, False), (query.unwanted, True)):
        for node in nodes:
            yield _clause(engine, to_text(node), unwanted, Query((node,)), article)
    if query.source:
        yield _clause(engine, f"--source {query.source}", False, Query((), source=query.source), article)
    if query.since or query.until:
        period = Between(query.since, query.until)
        yield _clause(engine, to_text(period), False, Query((period,)), article)


def _clause(engine: SearchEngine, text: str, unwanted: bool, query: Query, article: Article | None) -> Clause:
    having = {match.id for match in engine.search(query).matches if match.whole}
    return Clause(text, unwanted, len(having), article is not None and article.id in having)


def _reason(store: ArticleStore, engine: SearchEngine, query: Query, article: Article, found: Matches) -> Reason:
    place = next((place for place, match in enumerate(found.matches) if match.id == article.id), -1)
    if place < 0:
        return Reason(article, 0, False, 0.0, None)
    hits = search(store, engine, query, max(place + 1, WEIGHED), collapse="nothing").hits
    rank, hit = next((rank, hit) for rank, hit in enumerate(hits, 1) if hit.article.id == article.id)
    weighed = place < WEIGHED and query.ranked
    close = close_to(query, article, ArticleHighlighter(query), rarities(engine, query)) if weighed else None
    return Reason(article, rank, hit.whole, hit.score, close)
