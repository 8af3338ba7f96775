"""The one call behind every face: a question to an engine, its answer with the articles from the archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archive.article import Article, Revision
from archive.store import ArticleStore
from indexer.engine import Order, SearchEngine, check_follows
from indexer.query import Query
from indexer.snippet import Snippet, snippet

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Hit:
    article: Article
    score: float
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Results:
    """A part of the answer, best first; `total` counts the whole."""

    total: int
    hits: tuple[Hit, ...]


def search(
    store: ArticleStore, engine: SearchEngine, query: Query, limit: int = 10, offset: int = 0,
    order: Order = "relevance",
) -> Results:  # fmt: skip
    """The articles that answer a question."""
    check_follows(store, engine)
    found = engine.search(query, limit, offset, order)
    kept = store.get_many(match.id for match in found.matches)
    hits = [
        Hit(revision.article, match.score, snippet(revision.article.body, query))
        for match in found.matches
        if (revision := kept.get(match.id))
    ]
    return Results(found.total, tuple(hits))


def every_match(store: ArticleStore, engine: SearchEngine, query: Query) -> Iterator[Revision]:
    """All articles that answer a question, best first, read a few at a time."""
    check_follows(store, engine)
    ids = [match.id for match in engine.search(query).matches]
    for start in range(0, len(ids), _PAGE):
        some = ids[start : start + _PAGE]
        kept = store.get_many(some)
        yield from (kept[id] for id in some if id in kept)
