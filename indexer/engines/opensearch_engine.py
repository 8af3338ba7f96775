"""OpenSearch, a cluster of search servers, for archives shared by several hosts. `pip install 'wencang[opensearch]'`.

opensearch_place.py tells where an archive's index is, opensearch_index.py what it consists of, opensearch_query.py
translates questions, opensearch_words.py keeps the words, and opensearch_client.py sends the requests.
"""

from __future__ import annotations

import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import islice
from threading import Lock
from typing import Any, Self, TypeVar

from archive.article import Article, Revision
from archive.errors import IndexUnusable, WencangError
from archive.text.translation import gettext as _
from indexer.engines.engine import (
    FACETS,
    REBUILD,
    WORDS_OF,
    Match,
    Matches,
    Order,
    State,
    Unit,
    cut,
    day,
    facets_of,
    seconds,
)
from indexer.engines.opensearch_client import Action, Client, Missing, Passing
from indexer.engines.opensearch_index import Generation, Recorded
from indexer.engines.opensearch_query import LIVE, MAX_BYTES, Clauses, Json, joined, sort_by
from indexer.question.query import Query
from indexer.text.analyzer import Analyzer

_KEPT = "5m"  # how long the cluster keeps a state that is read, after each question
_FRESH = 0.05  # seconds for which a view is taken for the newest: less than a commit takes
_PAGE = 10_000  # hits or values in one answer; OpenSearch gives no more
_FILTERS = 500  # words whose articles are counted in one request
_MAX_FREQUENCIES = 20_000  # words whose number of articles is remembered
_MAX_ID = 512  # bytes
_BM25 = 2.2  # 1 + k1, the factor of BM25 that Lucene leaves out: scores are added to proximity
T = TypeVar("T")


class OpenSearchEngine:
    """One index in a cluster; once a rebuilt one has replaced and removed it, that one."""

    def __init__(self, generation: Generation) -> None:
        self._client = generation.client
        self._generation = generation
        self._opening = Lock()
        self._view: _View | None = None
        self._checked = 0.0  # when the view was last known to be the newest
        self._analyzer = Analyzer(self.lexicon())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._view = None

    @property
    def generation(self) -> Generation:
        return self._generation

    @property
    def analyzer(self) -> Analyzer:
        return self._analyzer

    def state(self) -> State:
        return self._read(lambda view: view.recorded.state)

    def position(self) -> int:
        return self.state().position

    def lexicon(self) -> str:
        return self.state().lexicon

    # Reading

    def search(
        self, query: Query, limit: int | None = None, offset: int = 0, order: Order = "relevance", facets: bool = False
    ) -> Matches:
        return self._read(lambda view: _searched(view, query, limit, offset, order, facets))

    def dates(self, query: Query, by: Unit, facet: str = "") -> dict[str, dict[str, int]]:
        def read(view: _View) -> dict[str, dict[str, int]]:
            strict = Clauses(query, view.known(query)).strict
            dates: dict[str, dict[str, int]] = {} if facet else {"": {}}
            fields = [f"by_{facet}"] if facet else []
            for values, count in view.values(strict, [*fields, "by_month" if by == "month" else "day"]):
                dates.setdefault(values[0] if facet else "", {})[values[-1]] = count
            return dates

        return self._read(read)

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        wanted = list(words)
        return self._read(lambda view: view.frequencies(wanted))

    def count(self) -> int:
        return self._read(lambda view: view.count)

    def vocabulary(self, start: str = "") -> dict[str, int]:
        return self._read(lambda view: view.generation.words(view.recorded).starting_with(start))

    def ids(self) -> Iterator[str]:
        view = self._read(lambda view: view)
        try:
            for answer in view.pages({"query": LIVE, "sort": [{"sequence": "asc"}]}, None):
                yield from map(_id_of, answer["hits"]["hits"])
        except (Missing, Passing) as error:  # halfway: what was given is of a state that is lost
            reason = _("a part of the index can't be reached")
            raise IndexUnusable(self._generation.articles, reason, _("try again")) from error

    def _read(self, question: Callable[[_View], T]) -> T:
        """What is read of one state, or of a later one if that is lost: with its node, or because it expired."""

        def ask() -> T:
            self._client.check_managed()
            view = self._current()
            try:
                return question(view)
            except (Missing, Passing) as error:
                with self._opening:
                    self._view = None if self._view is view else self._view
                raise Passing(str(error) or _("a part of the index can't be reached")) from error

        return self._client.patiently(ask)

    def _current(self) -> _View:
        """A view of the last commit. Its state is read first, so that the index contains at least what that says."""
        view, now = self._view, time.monotonic()
        if view and now - self._checked < _FRESH:
            return view
        try:
            if view is None or view.mark != view.generation.position(view.uuid):
                with self._opening:
                    if self._view is view:
                        self._view = _View.opened(self._generation)
                    view = self._view or self._raise_lost()
            self._checked = now
            return view
        except Missing:
            return self._follow()

    def _follow(self) -> _View:
        """A view of the index that has replaced this one."""
        in_use = Generation.in_use(self._client, self._generation.prefix)
        with self._opening:
            if in_use is None or in_use.number == self._generation.number:
                self._raise_lost()
            assert in_use
            try:
                self._view = view = _View.opened(in_use)
            except Missing:
                self._raise_lost()
            self._generation = in_use
            self._analyzer = Analyzer(view.recorded.state.lexicon)
            return view

    def _raise_lost(self) -> _View:
        raise IndexUnusable(self._generation.articles, _("is no longer in the cluster"), _(REBUILD))

    # Writing

    def write(self, revisions: Iterable[Revision]) -> None:
        generation, last = self._generation, list[Revision]()
        words = Counter[str]()

        def actions() -> Iterator[Action]:
            for revision in revisions:
                yield self._action(revision, words)
                last[:] = [revision]

        try:
            uuid = self._client.patiently(generation.uuid)
            recorded = self._client.patiently(lambda: generation.recorded(uuid))
            self._client.bulk(generation.articles, actions())
            self._client.patiently(generation.refresh)
            if last:
                self._record(recorded, last[0], words)
        except Missing:
            self._raise_lost()

    def _record(self, before: Recorded, last: Revision, words: Mapping[str, int]) -> None:
        generation = self._generation
        runs = generation.words(before)
        table = self._client.patiently(lambda: runs.with_run(words))
        state = replace(before.state, position=last.sequence, anchor=last.article.digest)
        self._client.patiently(lambda: generation.record(Recorded(state, table.runs)))
        runs.remove_all_but(table)
        self._checked = 0.0

    def _action(self, revision: Revision, words: Counter[str]) -> Action:
        """What replaces an older version. A withdrawn article leaves its sequence, so that no older version returns."""
        head = {"_id": _key(revision.article.id), "version": revision.sequence, "version_type": "external"}
        if revision.withdrawn:
            return {"index": head}, {"sequence": revision.sequence}
        document = self._document(revision.article, words)
        return {"index": head}, document | {"sequence": revision.sequence}

    def _document(self, article: Article, words: Counter[str]) -> Json:
        terms = cut(article, self._analyzer)
        bounded = {name: _bounded(getattr(terms, name)) for name in WORDS_OF.values()}
        words.update(set(bounded["words"]))
        facets = {f"by_{name}": value for name, value in zip(FACETS, facets_of(article), strict=True)}
        published = {"published": seconds(article.latest)} if article.latest else {}
        return {
            "id": article.id,
            "exact": joined(terms.exact),
            "headline": joined(terms.headline),
            "amount": terms.amount,
            "day": day(published["published"]) if published else "",
            **{name: " ".join(values) for name, values in bounded.items()},
            **facets,
            **published,
        }


def _bounded(terms: list[str]) -> list[str]:
    """The terms that OpenSearch takes; a longer one is an address or noise."""
    return [term for term in terms if len(term) <= MAX_BYTES // 4 or len(term.encode()) <= MAX_BYTES]


def _key(id: str) -> str:
    """The key of an article's document: its id, or the digest of one that is too long."""
    return id if len(id.encode()) <= _MAX_ID else sha256(id.encode()).hexdigest()


# One state of the index


@dataclass(frozen=True, slots=True, weakref_slot=True)
class _View:
    """The index as of one refresh, which the cluster keeps for us as a point in time."""

    generation: Generation
    uuid: str
    recorded: Recorded
    pit: str
    _counted: list[int] = field(default_factory=list)
    _frequencies: dict[str, int] = field(default_factory=dict)

    @classmethod
    def opened(cls, generation: Generation) -> _View:
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
        unknown = iter([word for word in dict.fromkeys(wanted) if word not in self._frequencies])
        counts = {word: self._frequencies[word] for word in wanted if word in self._frequencies}
        while part := list(islice(unknown, _FILTERS)):
            filters = {"filters": {str(n): {"term": {"words": word}} for n, word in enumerate(part)}}
            answer = self.ask({"size": 0, "aggs": {"words": {"filters": filters}}})
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


def _searched(view: _View, query: Query, limit: int | None, offset: int, order: Order, facets: bool) -> Matches:
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
    view: _View, query: Json, size: int | None, sort: list[Json], facets: bool, without: Json | None = None
) -> tuple[list[Match], int, Mapping[str, Mapping[str, int]]]:
    """The first matches but for those of `without`, how many there are, and the facets with those of `without`."""
    body: Json = {"query": query, "sort": sort, "track_total_hits": True, "aggs": _FACETS if facets else {}}
    if without:
        body["post_filter"] = {"bool": {"must_not": [without]}}
    answers = list(view.pages(body, size))
    hits = (hit for answer in answers for hit in answer["hits"]["hits"])
    is_scored = "_score" in sort[0]
    matches = [Match(_id_of(hit), _BM25 * hit["sort"][0] if is_scored else 0.0) for hit in hits]
    counts = _facets(view, query, answers[0]["aggregations"]) if facets else {}
    return matches, int(answers[0]["hits"]["total"]["value"]), counts


_IDS: Json = {"docvalue_fields": ["id"], "stored_fields": "_none_"}


def _id_of(hit: Json) -> str:
    return str(hit["fields"]["id"][0])


_FACETS: Json = {name: {"terms": {"field": f"by_{name}", "size": _PAGE}} for name in FACETS}


def _facets(view: _View, query: Json, answer: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """The number of articles for each value of each facet, exactly, whatever the number of values and shards."""
    counts: dict[str, dict[str, int]] = {}
    for name in FACETS:
        terms = answer[name]
        if terms["sum_other_doc_count"] or terms["doc_count_error_upper_bound"]:
            counts[name] = {values[0]: count for values, count in view.values(query, [f"by_{name}"])}
        else:
            counts[name] = {bucket["key"]: bucket["doc_count"] for bucket in terms["buckets"]}
    return counts
