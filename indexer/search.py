"""The one call behind every face: a question to an engine, its answer with the articles from the archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import log1p
from typing import Any, Literal

from archive.article import Article, Revision
from archive.escaping import link, marked, xml
from archive.store import ArticleStore
from archive.tables.stories import Stories
from indexer.engines.engine import Match, Order, SearchEngine, check_follows
from indexer.highlight import ArticleHighlighter
from indexer.proximity import Proximity, proximity
from indexer.question.query import Query
from indexer.snippet import Snippet, snippet

Collapse = Literal["nothing", "texts", "stories"]
_PAGE = 200
WEIGHED = 30  # of the best that an engine finds: those whose texts are looked at


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that answers, and its place in the answer, from 1 on.

    `copies` are the ids of other articles in the answer with the same text, or of its story.
    """

    rank: int
    article: Article
    score: float
    snippet: Snippet
    whole: bool = True  # it has all the words, not some
    copies: tuple[str, ...] = ()
    gone: datetime | None = None  # since when the site does not show it; UTC

    def to_json(self) -> dict[str, Any]:
        article = self.article
        return {
            "rank": self.rank, "id": article.id, "url": article.url, "title": article.title,
            "published": article.published and article.published.isoformat(),
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
    """A part of the answer, best first.

    `total` counts the articles of the whole answer, copies too; `whole` those of them that have all the words;
    `stories` what they come to when those of one story count once, where that was asked for;
    `facets`, where asked for, counts them all by source, section, credit, year and month.
    """

    total: int
    whole: int
    hits: tuple[Hit, ...]
    stories: int | None = None
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def search(
    store: ArticleStore, engine: SearchEngine, query: Query, limit: int = 10, offset: int = 0,
    order: Order = "relevance", collapse: Collapse = "texts", facets: bool = False,
) -> Results:  # fmt: skip
    """The articles that answer a question; of several with the same text, or of one story, the first."""
    check_follows(store, engine)
    highlighter = ArticleHighlighter(query)
    wanted = offset + limit
    weighed = bool(order == "relevance" and wanted and query.ranked)
    asked = max(wanted, WEIGHED if weighed else 0)
    while True:
        found = engine.search(query, asked, order=order, facets=facets)
        kept = store.get_many(match.id for match in found.matches)
        matches = [match for match in found.matches if match.id in kept]
        if weighed:
            matches = _weighed(matches, kept, engine, query, highlighter)
        groups = _groups(matches, _names(store, kept, collapse))
        if len(groups) >= wanted or len(found.matches) >= found.total:
            break
        asked *= 2
    hits = []
    for rank, (first, *others) in enumerate(groups[offset:wanted], offset + 1):
        revision = kept[first.id]
        shown = snippet(revision.article.body, highlighter.in_body(revision.article))
        copies = tuple(other.id for other in others)
        hits.append(Hit(rank, revision.article, first.score, shown, first.whole, copies, revision.gone_since))
    count = _count(store, engine, query) if collapse == "stories" else None
    return Results(found.total, found.whole, tuple(hits), count, _in_order(found.facets) if facets else {})


def _weighed(
    matches: Sequence[Match],
    kept: dict[str, Revision],
    engine: SearchEngine,
    query: Query,
    highlighter: ArticleHighlighter,
) -> list[Match]:
    """The best with their closeness added, and in its order."""
    rarity = rarities(engine, query)
    best = [
        replace(match, score=match.score + close_to(query, kept[match.id].article, highlighter, rarity).score)
        for match in matches[:WEIGHED]
    ]
    best.sort(key=lambda match: (query.is_short and not match.whole, -match.score))
    return [*best, *matches[WEIGHED:]]


def close_to(query: Query, article: Article, highlighter: ArticleHighlighter, rarity: Mapping[str, float]) -> Proximity:
    """How close an article is to a question; its title and body are one text."""
    length = len(article.title) + 1 + len(article.body)
    return proximity(query, length, highlighter.in_text(article), rarity)


def rarities(engine: SearchEngine, query: Query) -> dict[str, float]:
    """Of each word that counts for ranking its inverse document frequency, as BM25 has it."""
    held = engine.count()
    return {
        word: log1p((held - count + 0.5) / (count + 0.5)) for word, count in engine.frequencies(query.ranked).items()
    }


def _names(store: ArticleStore, kept: Mapping[str, Revision], collapse: Collapse) -> dict[str, str]:
    """Of each article what it has in common with those it is one hit with."""
    if collapse == "texts":
        return {id: revision.article.digest for id, revision in kept.items()}
    return Stories(store).of(kept) if collapse == "stories" else {}


def _groups(matches: Sequence[Match], names: Mapping[str, str]) -> list[list[Match]]:
    """The matches, those of one name together at the place of the first."""
    groups: dict[str, list[Match]] = {}
    for match in matches:
        groups.setdefault(names.get(match.id, match.id), []).append(match)
    return list(groups.values())


def _count(store: ArticleStore, engine: SearchEngine, query: Query) -> int:
    """How many stories the whole answer comes to; an article that is in none is one by itself."""
    ids = [match.id for match in engine.search(query).matches]
    stories = Stories(store).of(ids)
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


def every_id(store: ArticleStore, engine: SearchEngine, query: Query) -> list[str]:
    """The ids of all articles that have all that was asked for, best first."""
    check_follows(store, engine)
    return [match.id for match in engine.search(query).matches if match.whole]


def every_match(store: ArticleStore, engine: SearchEngine, query: Query) -> Iterator[Revision]:
    """All articles that have all that was asked for, best first, read a few at a time."""
    yield from revisions_of(store, every_id(store, engine, query))


def revisions_of(store: ArticleStore, ids: Sequence[str]) -> Iterator[Revision]:
    """The newest versions of these articles in this order, read a few at a time; unknown ids are skipped."""
    for start in range(0, len(ids), _PAGE):
        page = ids[start : start + _PAGE]
        revisions = store.get_many(page)
        yield from (revisions[id] for id in page if id in revisions)
