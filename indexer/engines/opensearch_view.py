"""One state of an OpenSearch index, and what a question reads of it."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from archive.batches import batches
from archive.errors import WencangError
from archive.text.translation import gettext as _
from indexer.engines.engine import FACETS, Match, Matches, Order
from indexer.engines.opensearch_client import Client, Missing, Passing
from indexer.engines.opensearch_index import Generation, Recorded
from indexer.engines.opensearch_query import LIVE, Clauses, Json, sort_by
from indexer.question.query import Query

_KEPT = "5m"  # how long the cluster keeps a state that is read, after each question
_PAGE = 10_000  # hits or values in one answer; OpenSearch gives no more
_FILTERS = 500  # words whose articles are counted in one request
_MAX_FREQUENCIES = 20_000  # words whose number of articles is remembered
_BM25 = 2.2  # 1 + k1, the factor of BM25 that Lucene leaves out: scores are added to proximity


@dataclass(frozen=True, slots=True, weakref_slot=True)
class View:
    """The index as of one refresh, which the cluster keeps for us as a point in time."""

    generation: Generation
    uuid: str
    recorded: Recorded
    pit: str
    _counted: list[int] = field(default_factory=list)
    _frequencies: dict[str, int] = field(default_factory=dict)

    @classmethod
    def opened(cls, generation: Generation) -> View:
        """Raises Missing, Passing, IndexUnusable."""
        client, uuid = generation.client, generation.uuid()
        recorded = generation.recorded(uuid)
        path = f"/{generation.articles}/_search/point_in_time"
        pit = client.ask("POST", path, keep_alive=_KEPT, allow_partial_pit_creation=False)["pit_id"]
        view = cls(generation, uuid, recorded, pit)
        weakref.finalize(view, _release, client, pit)
        return view

    @property
    def mark(self) -> tuple[int, str]:
        return self.recorded.state.position, self.recorded.state.anchor

    def ask(self, body: Json) -> Json:
        """A whole answer, or Passing."""
        body = body | {"pit": {"id": self.pit, "keep_alive": _KEPT}, "timeout": "30s", "_source": False}
        ranked = "dfs_query_then_fetch"  # by what is rare in the whole index, not in a shard
        answer = self.generation.client.ask(
            "POST", "/_search", body, 40, search_type=ranked, allow_partial_search_results=False
        )
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise Passing(_("a part of the index can't be reached"))
        return dict(answer)

    @property
    def count(self) -> int:
        """The number of articles; remembered, as each question asks for it."""
        if not self._counted:
            answer = self.ask({"query": LIVE, "size": 0, "track_total_hits": True})
            self._counted.append(int(answer["hits"]["total"]["value"]))
        return self._counted[0]

    def known(self, query: Query) -> int:
        """How many of a query's words any article contains."""
        return sum(count > 0 for count in self.frequencies(query.words).values())

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """The number of articles with each word; remembered, as each question asks for it several times."""
        wanted = list(words)
        unknown = [word for word in dict.fromkeys(wanted) if word not in self._frequencies]
        counts = {word: self._frequencies[word] for word in wanted if word in self._frequencies}
        for part in batches(unknown, _FILTERS):
            filters = {"filters": {str(n): {"term": {"words": word}} for n, word in enumerate(part)}}
            answer = self.ask({"size": 0, "track_total_hits": False, "aggs": {"words": {"filters": filters}}})
            buckets = answer["aggregations"]["words"]["buckets"]
            counts |= {word: buckets[str(n)]["doc_count"] for n, word in enumerate(part)}
        if len(self._frequencies) + len(counts) > _MAX_FREQUENCIES:
            self._frequencies.clear()
        self._frequencies.update(counts)
        return {word: counts[word] for word in wanted}

    def pages(self, body: Json, size: int | None) -> Iterator[Json]:
        """The answers with the first hits, all of them without a size; the first answer has the aggregations too."""
        body = body | _IDS
        while True:
            answer = self.ask(body | {"size": _PAGE if size is None else min(size, _PAGE)})
            yield answer
            hits = answer["hits"]["hits"]
            size = None if size is None else size - len(hits)
            if len(hits) < _PAGE or size == 0:
                return
            body = body | {"search_after": hits[-1]["sort"], "aggs": {}, "track_total_hits": False}

    def values(self, query: Json, fields: list[str]) -> Iterator[tuple[list[str], int]]:
        """Each combination of values of these fields, and how many articles have it."""
        sources = [{field: {"terms": {"field": field}}} for field in fields]
        composite: Json = {"size": _PAGE, "sources": sources}
        while True:
            answer = self.ask({"query": query, "size": 0, "aggs": {"values": {"composite": composite}}})
            for bucket in answer["aggregations"]["values"]["buckets"]:
                yield [bucket["key"][field] for field in fields], bucket["doc_count"]
            if not (after := answer["aggregations"]["values"].get("after_key")):
                return
            composite["after"] = after


def _release(client: Client, pit: str) -> None:
    with suppress(Missing, Passing, WencangError):
        client.ask("DELETE", "/_search/point_in_time", {"pit_id": [pit]}, 1)


# A question


def searched(view: View, query: Query, limit: int | None, offset: int, order: Order, facets: bool) -> Matches:
    clauses = Clauses(query, view.known(query))
    sort = sort_by(order, bool(query.ranked))
    size = None if limit is None else offset + limit
    strict, whole, counts = _first(view, clauses.strict, size, sort, facets and not clauses.is_loose)
    if not clauses.is_loose:
        return Matches(whole, whole, tuple(strict[offset:size]), counts)
    if order == "relevance" and not query.is_short:  # by score alone, whether all the words or some
        ids = {match.id for match in strict}
        matches, total, counts = _first(view, clauses.loose, size, sort, facets)
        page = tuple(replace(match, whole=match.id in ids) for match in matches[offset:size])
        return Matches(total, whole, page, counts)
    rest = None if size is None else size - len(strict)
    others, partial, counts = _first(view, clauses.loose, rest, sort, facets, without=clauses.strict)
    matches = [*strict, *(replace(match, whole=False) for match in others)]
    return Matches(whole + partial, whole, tuple(matches[offset:size]), counts)


def _first(
    view: View, query: Json, size: int | None, sort: list[Json], facets: bool, without: Json | None = None
) -> tuple[list[Match], int, Mapping[str, Mapping[str, int]]]:
    """The first matches but for those of `without`, how many there are, and the facets with those of `without`."""
    body: Json = {"query": query, "sort": sort, "track_total_hits": True, "aggs": _FACETS if facets else {}}
    if without:
        body["post_filter"] = {"bool": {"must_not": [without]}}
    answers = list(view.pages(body, size))
    hits = (hit for answer in answers for hit in answer["hits"]["hits"])
    is_scored = "_score" in sort[0]
    matches = [Match(id_of(hit), _BM25 * hit["sort"][0] if is_scored else 0.0) for hit in hits]
    counts = _facets(view, query, answers[0]["aggregations"]) if facets else {}
    return matches, int(answers[0]["hits"]["total"]["value"]), counts


_IDS: Json = {"docvalue_fields": ["id"], "stored_fields": "_none_"}


def id_of(hit: Json) -> str:
    return str(hit["fields"]["id"][0])


_FACETS: Json = {name: {"terms": {"field": f"by_{name}", "size": _PAGE}} for name in FACETS}


def _facets(view: View, query: Json, answer: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """The number of articles for each value of each facet, exactly, whatever the number of values and shards."""
    counts: dict[str, dict[str, int]] = {}
    for name in FACETS:
        terms = answer[name]
        if terms["sum_other_doc_count"] or terms["doc_count_error_upper_bound"]:
            counts[name] = {values[0]: count for values, count in view.values(query, [f"by_{name}"])}
        else:
            counts[name] = {bucket["key"]: bucket["doc_count"] for bucket in terms["buckets"]}
    return counts
