"""What to ask instead of a question that found nothing: near words, words without their quotes, fewer filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from heapq import nsmallest
from itertools import product

from archive.errors import QueryFault
from indexer.engines.engine import SearchEngine
from indexer.question.parser import parse_query
from indexer.question.query import (
    Amount,
    Between,
    Either,
    Every,
    Node,
    Prefix,
    Query,
    Quote,
    Span,
    Words,
    text_nodes,
    to_text,
)
from indexer.suggest.pinyin import Typed
from indexer.suggest.spelling import MOST, Near, Vocabulary
from indexer.text.analyzer import fold

_GAPS = 6  # words that no article holds; a question with more is no slip
_TRIED = 6  # questions with other words
_FILTERS = 8
_PUT = 1_000  # characters of questions that are put to the engine to see what they find
_LEAST = 20  # characters that each of them counts for
_OF_A_QUOTE = 20  # characters that each one in quotes counts for: all its places are read
_OF_A_BEGINNING = 200  # characters that 招商* counts for: it stands for a thousand words

Filter = tuple[str, Callable[[Query], Query]]  # as it could be typed, and what leaves it out


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question that finds something: in other words, or without some filters, or both."""

    articles: int  # that it finds
    whole: bool  # they have all its words; else some, and no article has all
    question: str = ""  # as it could be typed; "" where only filters are left out
    without: tuple[str, ...] = ()  # the filters to be left out, all of them, as they could be typed


def did_you_mean(engine: SearchEngine, query: Query) -> tuple[Proposal, ...]:
    """What to ask instead of a question that finds nothing: the nearest questions, then filters to leave out.

    Every proposal finds what it says; there is none where nothing is near.
    """
    count = _Count(engine)
    candidates = [*_unquoted(query), *_respelled(engine, query)]
    asked = [(near, _read(engine, query, near.text)) for near in candidates]
    found = [(near, count(other)) for near, other in asked if other]
    found.sort(key=lambda one: (not one[1].whole, one[0].distance, -one[1].articles))
    questions = [replace(told, question=near.text) for near, told in found if told.articles]
    best = [one for one in questions if one.whole][:MOST] or questions[:1]
    proposals = (*best, *_without(count, query))
    if proposals:
        return proposals
    both = ((near, _without(count, other)) for near, other in asked if other)
    return next((tuple(replace(one, question=near.text) for one in some) for near, some in both if some), ())


class _Count:
    """Puts questions to the engine, until it has read so many characters."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._left = _PUT

    def __call__(self, query: Query) -> Proposal:
        cost = max(len(query.text), _LEAST) + _cost((*query.wanted, *query.unwanted))
        if cost > self._left or not query.wanted:
            return Proposal(0, False)
        self._left -= cost
        found = self._engine.search(query, 0)
        return Proposal(found.whole or found.total, found.whole > 0)


def _cost(nodes: Sequence[Node]) -> int:
    """What parts of a question count for beyond their length."""
    found = 0
    for node in nodes:
        match node:
            case Quote(signs):
                found += _OF_A_QUOTE * len(signs)
            case Prefix():
                found += _OF_A_BEGINNING
            case Either(some) | Every(some):
                found += _cost(some)
    return found


def _read(engine: SearchEngine, query: Query, text: str) -> Query | None:
    """Another text as a question with the same filters."""
    try:
        return replace(parse_query(text, engine.analyzer), source=query.source, since=query.since, until=query.until)
    except QueryFault:
        return None


# Other words


def _unquoted(query: Query) -> Iterator[Near]:
    """The question with the words of a quote, or of a title, standing anywhere; with those of all of them."""
    bare = [
        (_span(query.text, node), query.text[slice(*node.at)])
        for node in query.wanted
        if isinstance(node, Quote) or (isinstance(node, Words) and node.field == "title")
    ]
    if len(bare) > 1:
        yield Near(1, 0, _put(query.text, bare))
    for change in bare[:MOST]:
        yield Near(0, 0, _put(query.text, [change]))


def _span(text: str, node: Words | Quote | Between | Amount) -> Span:
    """Where a part of a question stands, with its field and its quotes."""
    start, end = node.at
    named = isinstance(node, Between | Amount) or node.field
    if isinstance(node, Quote) or (named and text[start - 1] not in ":："):
        start, end = start - 1, end + 1
    field = re.search(r"\w+[:：]$", text[:start]) if named else None
    return field.start() if field else start, end


def _put(text: str, changes: Iterable[tuple[Span, str]]) -> str:
    for (start, end), new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _respelled(engine: SearchEngine, query: Query) -> list[Near]:
    """The question with words that articles hold, in place of those that none holds."""
    gaps = _gaps(engine, query)
    if not 0 < len(gaps) <= _GAPS:
        return []
    vocabulary = Vocabulary(engine.vocabulary())
    changes = [change for span, unknown in gaps for change in _changes(vocabulary, query.text, span, unknown)]
    if len(changes) > _GAPS:
        return []
    spans = [span for span, _near in changes]
    ways = product(*(near for _span, near in changes))
    return nsmallest(_TRIED, (_together(query.text, spans, way) for way in ways))


def _gaps(engine: SearchEngine, query: Query) -> list[tuple[Span, list[str]]]:
    """What was typed with words that no article holds, and these; words in Latin letters side by side are one."""
    nodes = [node for node in text_nodes(query.wanted) if not isinstance(node, Prefix)]
    held = engine.frequencies({word for node in nodes for word in node.words})
    gaps: list[tuple[Span, list[str]]] = []
    for node in nodes:
        unknown = [word for word in node.words if not held[word]]
        if not unknown:
            continue
        (start, end), before = node.at, gaps[-1][0] if gaps else (0, 0)
        if gaps and Typed.read(query.text[before[0] : end]) and not query.text[before[1] : start].strip():
            gaps[-1] = ((before[0], end), gaps[-1][1] + unknown)
        else:
            gaps.append((node.at, unknown))
    return gaps


def _changes(
    vocabulary: Vocabulary, text: str, span: Span, unknown: Sequence[str]
) -> Iterator[tuple[Span, list[Near]]]:
    """What may stand in place of all that was typed there; or else of each of the words."""
    typed = fold(text[slice(*span)])
    if near := vocabulary.near(typed):
        yield span, near
        return
    for start, end in _stretches(typed, unknown[: _GAPS + 1]):
        yield (span[0] + start, span[0] + end), vocabulary.near(typed[start:end])


def _stretches(typed: str, words: Iterable[str]) -> list[Span]:
    """Where these words stand, one after the other; two that overlap are one."""
    found: list[Span] = []
    at = 0
    for word in words:
        start = max(typed.find(word, at), at)
        at = start + 1
        if found and start < found[-1][1]:
            start = found.pop()[0]
        found.append((start, at - 1 + len(word)))
    return found


def _together(text: str, spans: Sequence[Span], way: Sequence[Near]) -> Near:
    changed = _put(text, zip(spans, (near.text for near in way), strict=True))
    return Near(sum(near.distance for near in way), max(near.rarity for near in way), changed)


# Fewer filters


def _without(count: _Count, query: Query) -> list[Proposal]:
    """Each filter without which there is an answer; where none is enough, some that are together."""
    filters = [*_filters(query)]
    alone = [replace(count(leave(query)), without=(name,)) for name, leave in filters[:_FILTERS]]
    if enough := [one for one in alone if one.articles]:
        return enough
    needed = filters
    best = count(_left(query, needed))
    for one in filters[:_FILTERS] if best.articles else ():
        fewer = [other for other in needed if other is not one]
        if (told := count(_left(query, fewer))).articles:
            needed, best = fewer, told
    return [replace(best, without=tuple(name for name, _leave in needed))] if best.articles and needed else []


def _left(query: Query, filters: Iterable[Filter]) -> Query:
    for _name, leave in filters:
        query = leave(query)
    return query


def _filters(query: Query) -> Iterator[Filter]:
    """All that narrows the answer but its words and quotes."""
    if query.source:
        yield f"--source {query.source}", partial(replace, source="")
    if query.since:
        yield f"--since {query.since:%Y-%m-%d}", partial(replace, since=None)
    if query.until:
        yield f"--until {query.until - timedelta(days=1):%Y-%m-%d}", partial(replace, until=None)
    for node in dict.fromkeys(query.must):
        if not isinstance(node, Quote) or node.field:
            yield _typed(query, node), partial(_not_wanting, node)
    for node in dict.fromkeys(query.unwanted):
        yield f"-{_typed(query, node)}", partial(_not_unwanting, node)


def _typed(query: Query, node: Node) -> str:
    place = _span(query.text, node) if isinstance(node, Words | Quote | Between | Amount) else (0, 0)
    return query.text[slice(*place)] or to_text(node)


def _not_wanting(node: Node, query: Query) -> Query:
    return replace(query, wanted=tuple(one for one in query.wanted if one != node))


def _not_unwanting(node: Node, query: Query) -> Query:
    return replace(query, unwanted=tuple(one for one in query.unwanted if one != node))
