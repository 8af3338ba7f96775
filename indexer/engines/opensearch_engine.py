"""OpenSearch, a cluster of search servers, for archives shared by several hosts. `pip install 'wencang[opensearch]'`.

opensearch_place.py tells where an archive's index is, opensearch_index.py what it consists of, opensearch_query.py
translates questions, opensearch_view.py asks them, opensearch_words.py keeps the words, and opensearch_client.py sends
the requests.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from threading import Lock
from typing import Self, TypeVar

from archive.article import Article, Revision
from archive.errors import IndexUnusable
from archive.text.translation import gettext as _
from indexer.engines.engine import (
    FACETS,
    REBUILD,
    WORDS_OF,
    Matches,
    Order,
    Spread,
    State,
    Unit,
    cut,
    day,
    facets_of,
    seconds,
)
from indexer.engines.opensearch_client import Action, Missing, Passing
from indexer.engines.opensearch_index import Generation, Recorded
from indexer.engines.opensearch_query import LIVE, MAX_BYTES, Clauses, Json, joined
from indexer.engines.opensearch_view import View, id_of, searched
from indexer.question.query import Query
from indexer.text.analyzer import Analyzer

_FRESH = 0.05  # seconds for which a view is taken for the newest: less than a commit takes
_MAX_ID = 512  # bytes
T = TypeVar("T")


class OpenSearchEngine:
    """One index in a cluster; once a rebuilt one has replaced and removed it, that one."""

    def __init__(self, generation: Generation) -> None:
        self._client = generation.client
        self._generation = generation
        self._opening = Lock()
        self._view: View | None = None
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
        return self._read(lambda view: searched(view, query, limit, offset, order, facets))

    def dates(self, query: Query, by: Unit, facet: str = "") -> dict[str, dict[str, int]]:
        def read(view: View) -> dict[str, dict[str, int]]:
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
                yield from map(id_of, answer["hits"]["hits"])
        except (Missing, Passing) as error:  # halfway: what was given is of a state that is lost
            reason = _("a part of the index can't be reached")
            raise IndexUnusable(self._generation.articles, reason, _("try again")) from error

    def _read(self, question: Callable[[View], T]) -> T:
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

    def _current(self) -> View:
        """A view of the last commit. Its state is read first, so that the index contains at least what that says."""
        view, now = self._view, time.monotonic()
        if view and now - self._checked < _FRESH:
            return view
        try:
            if view is None or view.mark != view.generation.position(view.uuid):
                with self._opening:
                    if self._view is view:
                        self._view = View.opened(self._generation)
                    view = self._view or self._raise_lost()
            self._checked = now
            return view
        except Missing:
            return self._follow()

    def _follow(self) -> View:
        """A view of the index that has replaced this one."""
        in_use = Generation.in_use(self._client, self._generation.prefix)
        with self._opening:
            if in_use is None or in_use.number == self._generation.number:
                self._raise_lost()
            assert in_use
            try:
                self._view = view = View.opened(in_use)
            except Missing:
                self._raise_lost()
            self._generation = in_use
            self._analyzer = Analyzer(view.recorded.state.lexicon)
            return view

    def _raise_lost(self) -> View:
        raise IndexUnusable(self._generation.articles, _("is no longer in the cluster"), _(REBUILD))

    # Writing

    def write(self, revisions: Iterable[Revision], _spread: Spread | None = None) -> None:
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
