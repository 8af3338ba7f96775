"""Searches an index, and combines the matches with their articles from the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import log1p
from typing import Any, Literal

from archive.article import Article, Revision, StoredText
from archive.store.reads import Reads
from archive.text.escaping import link, marked, xml
from indexer.engines.engine import Match, Order, SearchEngine, check_follows
from indexer.highlight import ArticleHighlighter
from indexer.proximity import Proximity, proximity
from indexer.question.query import Query
from indexer.snippet import Snippet, snippet

Collapse = Literal["nothing", "texts", "stories"]
_PAGE = 200
RERANKED = 30  # best matches of an engine that are reordered by proximity


@dataclass(frozen=True, slots=True)
class Hit:
    """A matching article and its rank, from 1.

    `copies` are the ids of other matches with the same text, or of the same story.
    """

    rank: int
    article: Article
    score: float
    snippet: Snippet
    whole: bool = True  # has all the words, not just some
    copies: tuple[str, ...] = ()
    gone: datetime | None = None  # since when the site no longer shows it; UTC

    def to_json(self) -> dict[str, Any]:
        article = self.article
        return {
            "rank": self.rank, "id": article.id, "url": article.url, "title": article.title,
            "published": article.issued and article.issued.isoformat(),
            "source": article.source, "section": article.section, "credit": article.credit,
            "score": round(self.score, 4), "snippet": self.snippet.text, "marks": self.snippet.marks,
            "matched": "all" if self.whole else "some", "copies": self.copies,
            "gone": self.gone and self.gone.isoformat(),
        }  # fmt: skip

    def _repr_html_(self) -> str:
        """For Jupyter: the title, where the article is from, and the snippet with its marks."""
        article = self.article
        source = (article.credit or article.source, str(article.day or ""), article.section, article.id)
        lines = (
            f"<b>{link(article.url, article.title)}</b>",
            xml(" · ".join(filter(None, source))),
            marked(self.snippet.text, self.snippet.marks),
        )
        return f"<p>{'<br>'.join(lines)}</p>"


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits, best first.

    `total` counts all matching articles, copies included, `whole` those that have all the words.
    `stories`, if requested, counts the articles of one story once. `facets`, if requested, counts
    all matches by source, section, credit, year and month.
    """

    total: int
    whole: int
    hits: tuple[Hit, ...]
    stories: int | None = None
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def search(
    store: Reads, engine: SearchEngine, query: Query, limit: int = 10, offset: int = 0,
    order: Order = "relevance", collapse: Collapse = "texts", facets: bool = False,
) -> Results:  # fmt: skip
    """The articles that match a query; those with the same text, or of the same story, are one hit.

    Raises IndexUnusable and ArchiveUnusable.
    """
    check_follows(store, engine)
    highlighter = ArticleHighlighter(query)
    end = offset + limit
    reranks = bool(order == "relevance" and end and query.ranked)
    size = max(end, RERANKED if reranks else 0)
    while True:
        answer = engine.search(query, size, order=order, facets=facets)
        texts = {text.id: text for text in store.texts(match.id for match in answer.matches)}
        matches = [match for match in answer.matches if match.id in texts]
        if reranks:
            matches = _reranked(matches, texts, engine, query, highlighter)
        groups = _groups(matches, _group_names(store, texts, collapse))
        if len(groups) >= end or len(answer.matches) >= answer.total:
            break
        size *= 2
    shown = groups[offset:end]
    revisions = store.get_many(first.id for first, *_copies in shown)
    hits = (
        _hit(rank, group, revisions[group[0].id], texts[group[0].id], highlighter)
        for rank, group in enumerate(shown, offset + 1)
        if group[0].id in revisions  # otherwise it has just been withdrawn
    )
    stories = _count_stories(store, engine, query) if collapse == "stories" else None
    return Results(answer.total, answer.whole, tuple(hits), stories, _in_order(answer.facets) if facets else {})


def _hit(
    rank: int, group: Sequence[Match], revision: Revision, text: StoredText, highlighter: ArticleHighlighter
) -> Hit:
    first, *others = group
    shown = snippet(text.body, highlighter.in_body(text))
    copies = tuple(match.id for match in others)
    return Hit(rank, revision.article, first.score, shown, first.whole, copies, revision.gone_since)


def _reranked(
    matches: Sequence[Match], texts: Mapping[str, StoredText], engine: SearchEngine, query: Query,
    highlighter: ArticleHighlighter,
) -> list[Match]:  # fmt: skip
    """The matches with the proximity of the best added to their scores, and these sorted again."""
    rarity = rarities(engine, query)
    highlighter.scan(texts[match.id] for match in matches[:RERANKED])
    best = [
        Match(match.id, match.score + proximity_of(query, texts[match.id], highlighter, rarity).score, match.whole)
        for match in matches[:RERANKED]
    ]
    whole_first = query.is_short
    best.sort(key=lambda match: (whole_first and not match.whole, -match.score))
    return [*best, *matches[RERANKED:]]


def proximity_of(
    query: Query, article: Article | StoredText, highlighter: ArticleHighlighter, rarity: Mapping[str, float]
) -> Proximity:
    """The proximity of a query in an article, whose title and body are one text."""
    length = len(article.title) + 1 + len(article.body)
    return proximity(query, length, highlighter.in_text(article), rarity)


def rarities(engine: SearchEngine, query: Query) -> dict[str, float]:
    """The inverse document frequency of each word used for ranking, as defined by BM25."""
    articles = engine.count()
    frequencies = engine.frequencies(query.ranked)
    return {word: log1p((articles - count + 0.5) / (count + 0.5)) for word, count in frequencies.items()}


def _group_names(store: Reads, texts: Mapping[str, StoredText], collapse: Collapse) -> dict[str, str]:
    """For each article the name of its group: articles of one group are one hit."""
    if collapse == "texts":
        return {id: text.digest for id, text in texts.items()}
    return _stories(store, texts) if collapse == "stories" else {}


def _stories(store: Reads, ids: Iterable[str]) -> dict[str, str]:
    """The story of each article that is in one, which the whole store knows."""
    from archive.store import ArticleStore
    from archive.tables.stories import Stories

    if not isinstance(store, ArticleStore):
        raise TypeError(store)
    return Stories(store).of(ids)


def _groups(matches: Sequence[Match], names: Mapping[str, str]) -> list[list[Match]]:
    """The matches by group, each group at the rank of its first match."""
    groups: dict[str, list[Match]] = {}
    for match in matches:
        groups.setdefault(names.get(match.id, match.id), []).append(match)
    return list(groups.values())


def _count_stories(store: Reads, engine: SearchEngine, query: Query) -> int:
    """The number of stories among all matches; an article in no story counts as one."""
    ids = [match.id for match in engine.search(query).matches]
    stories = _stories(store, ids)
    return len({stories.get(id, id) for id in ids})


def _in_order(facets: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Sources, sections and credits with the most frequent first, and years and months in order."""
    months = dict(sorted(facets["month"].items()))
    years: dict[str, int] = {}
    for month, count in months.items():
        years[month[:4]] = years.get(month[:4], 0) + count
    frequent = {
        name: dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        for name, counts in facets.items()
        if name != "month"
    }
    return frequent | {"year": years, "month": months}


def every_id(store: Reads, engine: SearchEngine, query: Query) -> list[str]:
    """The ids of all articles that match a query with all its words, best first."""
    check_follows(store, engine)
    return [match.id for match in engine.search(query).matches if match.whole]


def revisions_of(store: Reads, ids: Sequence[str]) -> Iterator[Revision]:
    """The newest versions of these articles in this order, read a few at a time; unknown ids are skipped."""
    for start in range(0, len(ids), _PAGE):
        page = ids[start : start + _PAGE]
        revisions = store.get_many(page)
        yield from (revisions[id] for id in page if id in revisions)
