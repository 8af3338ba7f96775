"""Proposes queries in place of one without matches: other words, words without quotes, fewer filters."""

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
    Among,
    Amount,
    Between,
    Either,
    Every,
    Near,
    Node,
    Prefix,
    Query,
    Quote,
    Same,
    Words,
    text_nodes,
    to_text,
)
from indexer.question.recorded import as_in
from indexer.suggest.pinyin import Typed
from indexer.suggest.spelling import MAX_SUGGESTIONS, Suggestion, Vocabulary
from indexer.text.analyzer import fold
from indexer.text.sentences import Span

_MAX_UNKNOWN = 6  # words that no article contains; a query with more was not mistyped
_MAX_CANDIDATES = 6  # queries with other words
_MAX_FILTERS = 8
_BUDGET = 1_000  # characters of queries that the engine is asked
_MIN_COST = 20  # of a query
_QUOTE_COST = 20  # of a character in quotes, all of whose positions are read
_PREFIX_COST = 200  # of 招商*, which stands for up to a thousand words

Filter = tuple[str, Callable[[Query], Query]]  # in the syntax of a query, and a function that removes it


@dataclass(frozen=True, slots=True)
class Proposal:
    """A query that has matches: with other words, without some filters, or both."""

    articles: int  # number of matches
    whole: bool  # these have all its words; otherwise no article has all of them
    question: str = ""  # in the syntax of a query; "" if only filters are removed
    without: tuple[str, ...] = ()  # filters to remove, all of them, in the syntax of a query


def did_you_mean(engine: SearchEngine, query: Query) -> tuple[Proposal, ...]:
    """Queries to use in place of one without matches: with similar words first, then with fewer filters.

    Every proposal has been counted. There is none if nothing is similar.
    """
    count = _Count(engine)
    candidates = [*_unquoted(query), *_respelled(engine, query)]
    parsed = [(candidate, _parse(engine, query, candidate.text)) for candidate in candidates]
    counted = [(candidate, count(other)) for candidate, other in parsed if other]
    counted.sort(key=lambda item: (not item[1].whole, item[0].distance, -item[1].articles))
    reworded = [replace(proposal, question=candidate.text) for candidate, proposal in counted if proposal.articles]
    best = [proposal for proposal in reworded if proposal.whole][:MAX_SUGGESTIONS] or reworded[:1]
    if proposals := (*best, *_fewer_filters(count, query)):
        return proposals
    for candidate, other in parsed:
        if other and (proposals := tuple(_fewer_filters(count, other))):
            return tuple(replace(proposal, question=candidate.text) for proposal in proposals)
    return ()


class _Count:
    """Counts the matches of queries until its budget is spent."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._budget = _BUDGET

    def __call__(self, query: Query) -> Proposal:
        cost = max(len(query.text), _MIN_COST) + _cost((*query.wanted, *query.unwanted))
        if cost > self._budget or not query.wanted:
            return Proposal(0, False)
        self._budget -= cost
        answer = self._engine.search(query, 0)
        return Proposal(answer.whole or answer.total, answer.whole > 0)


def _cost(nodes: Sequence[Node]) -> int:
    """The cost of parts of a query in addition to their length."""
    cost = 0
    for node in nodes:
        match node:
            case Quote(characters):
                cost += _QUOTE_COST * len(characters)
            case Prefix():
                cost += _PREFIX_COST
            case Either(nested) | Every(nested) | Near(nested) | Same(_, nested):
                cost += _cost(nested)
    return cost


def _parse(engine: SearchEngine, query: Query, text: str) -> Query | None:
    """Another text as a query with the same filters."""
    try:
        parsed = parse_query(text, engine.analyzer)
        filters = {name: getattr(query, name) for name in ("source", "section", "credit", "since", "until")}
        return replace(as_in(parsed, query), **filters)
    except QueryFault:
        return None


# Other words


def _unquoted(query: Query) -> Iterator[Suggestion]:
    """The query with the words of a quote, or of a title, anywhere in the article; first with all of them so.

    Likewise with the parts of a NEAR, or of a sentence.
    """
    bare = [(_span(query.text, node), text) for node in query.wanted if (text := _bare(query.text, node))]
    if len(bare) > 1:
        yield Suggestion(1, 0, _changed(query.text, bare))
    for change in bare[:MAX_SUGGESTIONS]:
        yield Suggestion(0, 0, _changed(query.text, [change]))


def _bare(text: str, node: Node) -> str:
    match node:
        case Quote(at=at) | Words(field="title", at=at):
            return text[slice(*at)]
        case Near(nodes) | Same(_, nodes):
            return " ".join(map(to_text, nodes))
    return ""


def _span(text: str, node: Node) -> Span:
    """The span of a part of a query, with its field and its quotes; (0, 0) for a group."""
    if isinstance(node, Near | Same):
        return node.at
    if not isinstance(node, Words | Quote | Between | Amount | Among):
        return 0, 0
    start, end = node.at
    has_field = isinstance(node, Between | Amount | Among) or node.field
    if isinstance(node, Quote) or (has_field and text[start - 1] not in ":："):
        start, end = start - 1, end + 1
    field = re.search(r"\w+[:：]$", text[:start]) if has_field else None
    return field.start() if field else start, end


def _changed(text: str, changes: Iterable[tuple[Span, str]]) -> str:
    for (start, end), new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _respelled(engine: SearchEngine, query: Query) -> list[Suggestion]:
    """The query with indexed words in place of words that no article contains."""
    unknown = _unknown(engine, query)
    if not 0 < len(unknown) <= _MAX_UNKNOWN:
        return []
    vocabulary = Vocabulary(engine.vocabulary())
    changes = [change for span, words in unknown for change in _changes(vocabulary, query.text, span, words)]
    if len(changes) > _MAX_UNKNOWN:
        return []
    spans = [span for span, _suggestions in changes]
    combinations = product(*(suggestions for _span, suggestions in changes))
    return nsmallest(_MAX_CANDIDATES, (_combined(query.text, spans, combination) for combination in combinations))


def _unknown(engine: SearchEngine, query: Query) -> list[tuple[Span, list[str]]]:
    """The spans with words that no article contains, and these words; adjacent Latin words are one span."""
    nodes = [node for node in text_nodes(query.wanted) if not isinstance(node, Prefix)]
    frequencies = engine.frequencies({word for node in nodes for word in node.words})
    spans: list[tuple[Span, list[str]]] = []
    for node in nodes:
        words = [word for word in node.words if not frequencies[word]]
        if not words:
            continue
        (start, end), before = node.at, spans[-1][0] if spans else (0, 0)
        if spans and Typed.read(query.text[before[0] : end]) and not query.text[before[1] : start].strip():
            spans[-1] = ((before[0], end), spans[-1][1] + words)
        else:
            spans.append((node.at, words))
    return spans


def _changes(
    vocabulary: Vocabulary, text: str, span: Span, unknown: Sequence[str]
) -> Iterator[tuple[Span, list[Suggestion]]]:
    """Suggestions for the whole span, otherwise for each of its unknown words."""
    typed = fold(text[slice(*span)])
    if suggestions := vocabulary.suggest(typed):
        yield span, suggestions
        return
    for start, end in _spans(typed, unknown[: _MAX_UNKNOWN + 1]):
        yield (span[0] + start, span[0] + end), vocabulary.suggest(typed[start:end])


def _spans(typed: str, words: Iterable[str]) -> list[Span]:
    """The spans of these words, in order; overlapping ones are joined."""
    spans: list[Span] = []
    at = 0
    for word in words:
        start = max(typed.find(word, at), at)
        at = start + 1
        if spans and start < spans[-1][1]:
            start = spans.pop()[0]
        spans.append((start, at - 1 + len(word)))
    return spans


def _combined(text: str, spans: Sequence[Span], words: Sequence[Suggestion]) -> Suggestion:
    changed = _changed(text, zip(spans, (word.text for word in words), strict=True))
    return Suggestion(sum(word.distance for word in words), max(word.rarity for word in words), changed)


# Fewer filters


def _fewer_filters(count: _Count, query: Query) -> list[Proposal]:
    """Each filter whose removal gives matches; if none does, a minimal set of filters to remove together."""
    filters = [*_filters(query)]
    single = [replace(count(remove(query)), without=(name,)) for name, remove in filters[:_MAX_FILTERS]]
    if sufficient := [proposal for proposal in single if proposal.articles]:
        return sufficient
    removed = filters
    best = count(_without(query, removed))
    for filter in filters[:_MAX_FILTERS] if best.articles else ():
        fewer = [other for other in removed if other is not filter]
        if (proposal := count(_without(query, fewer))).articles:
            removed, best = fewer, proposal
    return [replace(best, without=tuple(name for name, _remove in removed))] if best.articles and removed else []


def _without(query: Query, filters: Iterable[Filter]) -> Query:
    for _name, remove in filters:
        query = remove(query)
    return query


def _filters(query: Query) -> Iterator[Filter]:
    """Everything that narrows the answer, except words and quotes."""
    if query.source:
        yield f"--source {query.source}", partial(replace, source="")
    if query.section:
        yield f"--section {query.section}", partial(replace, section="")
    if query.credit:
        yield f"--credit {query.credit}", partial(replace, credit="")
    if query.since:
        yield f"--since {query.since:%Y-%m-%d}", partial(replace, since=None)
    if query.until:
        yield f"--until {query.until - timedelta(days=1):%Y-%m-%d}", partial(replace, until=None)
    for node in dict.fromkeys(query.must):
        if not isinstance(node, Quote) or node.field:
            yield _typed(query, node), partial(_without_wanted, node)
    for node in dict.fromkeys(query.unwanted):
        yield f"-{_typed(query, node)}", partial(_without_unwanted, node)


def _typed(query: Query, node: Node) -> str:
    return query.text[slice(*_span(query.text, node))] or to_text(node)


def _without_wanted(node: Node, query: Query) -> Query:
    return replace(query, wanted=tuple(other for other in query.wanted if other != node))


def _without_unwanted(node: Node, query: Query) -> Query:
    return replace(query, unwanted=tuple(other for other in query.unwanted if other != node))
