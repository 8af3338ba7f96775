"""Explains how a query was read, and why an article matches it: all terms of its score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from archive.article import Article
from archive.store.reads import Reads
from archive.text.messages import Message
from indexer.engines.engine import Matches, SearchEngine, check_follows
from indexer.highlight import ArticleHighlighter, Highlighter
from indexer.proximity import Proximity
from indexer.question.parser import is_operator
from indexer.question.query import Between, Query, Words, to_text
from indexer.search import RERANKED, proximity_of, rarities, search
from indexer.text.analyzer import fold


@dataclass(frozen=True, slots=True)
class Word:
    """A word used for ranking; its occurrences in the article that is explained, and what it adds to the score."""

    word: str
    articles: int  # that contain it
    rarity: float  # inverse document frequency
    title: int = 0  # occurrences
    body: int = 0  # occurrences
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Clause:
    """A required part of the query, or an `unwanted` one."""

    text: str  # in the syntax of a query
    unwanted: bool
    articles: int  # that match it
    has: bool = False  # whether the article that is explained matches it


@dataclass(frozen=True, slots=True)
class Reason:
    """An article's rank and score; `closeness` is None below the best matches, which alone are reranked by it."""

    article: Article
    rank: int  # from 1; 0 if it does not match
    whole: bool
    score: float
    closeness: Proximity | None


@dataclass(frozen=True, slots=True)
class Explanation:
    folded: tuple[tuple[str, str], ...]  # typed words that are searched in another form, and that form
    words: tuple[Word, ...]
    clauses: tuple[Clause, ...]
    total: int  # matching articles
    whole: int  # matching articles with all the words
    reason: Reason | None = None
    notices: tuple[Message, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Every field as JSON values, the article by its id; without the notices."""
        values = asdict(self)
        del values["notices"]
        if self.reason:
            values["reason"]["article"] = self.reason.article.id
        return values


def explain(store: Reads, engine: SearchEngine, query: Query, article: Article | None = None) -> Explanation:
    """How a query was read; with an article, why that matches, or what it lacks."""
    check_follows(store, engine)
    answer = engine.search(query)
    rarity = rarities(engine, query)
    counts = engine.frequencies(query.ranked)
    words = [Word(word, counts[word], rarity[word] if counts[word] else 0.0) for word in query.ranked]
    if article:
        words = [_in_article(engine, word, article) for word in words]
    return Explanation(
        tuple((typed, fold(typed)) for typed in query.text.split() if fold(typed) != typed and not is_operator(typed)),
        tuple(words),
        tuple(_clauses(engine, query, article)),
        answer.total,
        answer.whole,
        _reason(store, engine, query, article, answer) if article else None,
    )


def _in_article(engine: SearchEngine, word: Word, article: Article) -> Word:
    query = Query((Words((word.word,)),))
    score = {match.id: match.score for match in engine.search(query).matches}.get(article.id, 0.0)
    title, body = (len(Highlighter(query).find(text)) for text in (article.title, article.body))
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
    ids = {match.id for match in engine.search(query).matches if match.whole}
    return Clause(text, unwanted, len(ids), article is not None and article.id in ids)


def _reason(store: Reads, engine: SearchEngine, query: Query, article: Article, answer: Matches) -> Reason:
    index = next((index for index, match in enumerate(answer.matches) if match.id == article.id), -1)
    if index < 0:
        return Reason(article, 0, False, 0.0, None)
    hits = search(store, engine, query, max(index + 1, RERANKED), collapse="nothing").hits
    hit = next((hit for hit in hits if hit.article.id == article.id), None)
    if not hit:  # the index was written meanwhile
        return Reason(article, 0, False, 0.0, None)
    reranked = index < RERANKED and query.ranked
    closeness = proximity_of(query, article, ArticleHighlighter(query), rarities(engine, query)) if reranked else None
    return Reason(article, hit.rank, hit.whole, hit.score, closeness)
