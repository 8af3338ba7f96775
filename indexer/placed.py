"""An index that also answers what depends on where things stand in a text: NEAR, and one sentence.

Each engine finds the articles that have all the parts; their texts are then read from the archive, so that
every engine answers alike, and no index needs to be built anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from archive.article import Revision
from archive.store.reads import Reads
from indexer.engines.engine import Matches, Order, SearchEngine, Spread, State, Unit
from indexer.passages import Text, holds
from indexer.question.query import Near, Node, Placed, Query, Same, loosened, placed_nodes, unplaced
from indexer.text.analyzer import Analyzer

_REMEMBERED = 32  # queries of which the articles are known, as one is asked for several pages and counts


class PlacedEngine:
    """An engine, and the archive whose articles it has indexed."""

    def __init__(self, engine: SearchEngine, store: Reads) -> None:
        self._engine = engine
        self._store = store
        self._decided = lru_cache(maxsize=_REMEMBERED)(self._decide)

    def search(
        self, query: Query, limit: int | None = None, offset: int = 0, order: Order = "relevance", facets: bool = False
    ) -> Matches:
        return self._engine.search(self._read(query), limit, offset, order, facets)

    def dates(self, query: Query, by: Unit, facet: str = "") -> dict[str, dict[str, int]]:
        return self._engine.dates(self._read(query), by, facet)

    def _read(self, query: Query) -> Query:
        """The query with the articles in which its placed parts hold."""
        if not any(placed_nodes((*query.wanted, *query.unwanted), excluded=True)):
            return query
        return self._decided(query, self._engine.position())

    def _decide(self, query: Query, _position: int) -> Query:
        ids: dict[Placed, set[str]] = {}
        wanted = replace(query, wanted=tuple(map(loosened, query.wanted)), unwanted=unplaced(query.unwanted))
        self._add(wanted, query.wanted, ids)
        for node in set(query.unwanted).difference(wanted.unwanted):
            self._add(replace(wanted, wanted=(*wanted.wanted, loosened(node))), (node,), ids)

        def change(node: Node) -> Node:
            return replace(node, ids=frozenset(ids[node])) if isinstance(node, Near | Same) else node

        return query.with_leaves(change)

    def _add(self, query: Query, nodes: Iterable[Node], ids: dict[Placed, set[str]]) -> None:
        """Add the articles of a query in which the placed parts of these nodes hold."""
        placed = list(dict.fromkeys(placed_nodes(nodes, excluded=True)))
        for node in placed:
            ids.setdefault(node, set())
        if not placed:
            return
        candidates = (match.id for match in self._engine.search(query, order="newest").matches)
        for stored in self._store.texts(candidates):
            text = Text.of(stored)
            for node in placed:
                if holds(node, text):
                    ids[node].add(stored.id)

    # As the engine says

    @property
    def analyzer(self) -> Analyzer:
        return self._engine.analyzer

    def __enter__(self) -> PlacedEngine:
        self._engine.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._engine.__exit__(*exc)

    def state(self) -> State:
        return self._engine.state()

    def position(self) -> int:
        return self._engine.position()

    def lexicon(self) -> str:
        return self._engine.lexicon()

    def write(self, revisions: Iterable[Revision], spread: Spread | None = None) -> None:
        self._engine.write(revisions, spread)

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        return self._engine.frequencies(words)

    def count(self) -> int:
        return self._engine.count()

    def vocabulary(self, start: str = "") -> dict[str, int]:
        return self._engine.vocabulary(start)

    def ids(self) -> Iterator[str]:
        return self._engine.ids()
