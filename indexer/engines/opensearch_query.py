"""A question in OpenSearch's query language, and what is read out of its answers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from archive.batches import batches
from indexer.engines.engine import WORDS_OF, Order, seconds
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
    loosened,
)
from indexer.text.analyzer import SEPARATOR

Json = dict[str, Any]
LIVE: Json = {"exists": {"field": "id"}}  # not withdrawn
_SEPARATOR = "|"  # in place of SEPARATOR, a blank, which delimits the terms
_MAX_TERMS = 60_000  # of one clause; OpenSearch takes 65,536
MAX_BYTES = 32_000  # of a term; OpenSearch takes 32,766


def joined(characters: Iterable[str]) -> str:
    """Characters as one text, which OpenSearch cuts at the blanks."""
    return " ".join(_SEPARATOR if character == SEPARATOR else character for character in characters)


class Clauses:
    """A query as clauses: `strict` matches the articles with all the words, `loose` those with enough of them.

    `known` is the number of the query's words that any article contains.
    """

    def __init__(self, query: Query, known: int) -> None:
        self._query = query
        words = [_word("words", word) for word in query.words]
        required = query.required(known)
        self.strict = self.loose = self._bounded(words)
        self.is_loose = required < len(words)
        if self.is_loose:
            enough: Json = {"bool": {"should": words, "minimum_should_match": required}}
            if query.has_long_words:
                enough["bool"]["filter"] = _any(_word("words", word) for word in query.words if len(word) > 1)
            self.loose = self._bounded([enough])

    def _bounded(self, words: list[Json]) -> Json:
        """The words together with all required and excluded parts of the query."""
        query = self._query
        filters = [LIVE, *map(_translate, query.must)]
        facets = {name: getattr(query, name) for name in ("source", "section", "credit")}
        filters += (_word(f"by_{name}", value) for name, value in facets.items() if value)
        if query.among is not None:
            filters.append(_one_of(query.among))
        if query.since or query.until:
            filters.append(_between(query.since, query.until))
        others = [_word("words", word) for word in query.ranked if word not in query.words]
        unwanted = [_translate(node) for node in query.unwanted]
        return {"bool": {"must": words, "filter": filters, "must_not": unwanted, "should": others}}


def sort_by(order: Order, is_scored: bool) -> list[Json]:
    """What matches are sorted by; the sequence last, so that no two are alike."""
    oldest = order == "oldest"
    date = {"published": {"order": "asc" if oldest else "desc", "missing": "_last"}}
    score = [{"_score": {"order": "desc"}}] if order == "relevance" and is_scored else []
    return [*score, date, {"sequence": {"order": "desc"}}]


def _translate(node: Node) -> Json:
    match node:
        case Words(words, field):
            return {"bool": {"filter": [_word(WORDS_OF[field], word) for word in words]}}
        case Quote(characters, _words, "title"):
            return _phrase("headline", characters)
        case Quote(characters):
            return _any(_phrase(field, characters) for field in ("exact", "headline"))
        case Prefix(start, field):
            return {"prefix": {WORDS_OF[field]: {"value": start}}}
        case Either(nodes):
            return _any(map(_translate, nodes))
        case Every(nodes, unwanted):
            return {"bool": {"filter": list(map(_translate, nodes)), "must_not": list(map(_translate, unwanted))}}
        case Between(since, until):
            return _between(since, until)
        case Amount(first, last):
            return {"range": {"amount": {"gte": first, "lte": last}}}
        case Near(ids=ids) | Same(ids=ids):
            return _translate(loosened(node)) if ids is None else _one_of(ids)
        case Among(ids=ids):
            return _one_of(ids)


def _word(field: str, word: str) -> Json:
    return {"term": {field: {"value": word}}}


def _phrase(field: str, characters: Sequence[str]) -> Json:
    if len(characters) == 1:
        return _word(field, characters[0])
    return {"match_phrase": {field: {"query": joined(characters)}}}


def _between(since: datetime | None, until: datetime | None) -> Json:
    """Dated articles at or after `since` and before `until`."""
    bounds = {"gte": since, "lt": until}
    times = {name: seconds(time) for name, time in bounds.items() if time}
    return {"range": {"published": times}} if times else {"exists": {"field": "published"}}


def _one_of(ids: Iterable[str]) -> Json:
    return _any({"terms": {"id": part}} for part in batches(sorted(ids), _MAX_TERMS))


def _any(clauses: Iterable[Json]) -> Json:
    """At least one of them; none of none."""
    alternatives = list(clauses)
    if not alternatives:
        return {"match_none": {}}
    return {"bool": {"should": alternatives, "minimum_should_match": 1}}
