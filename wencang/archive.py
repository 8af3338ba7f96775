"""Class Archive: one data folder with its articles, raw pages, indexes and settings; every use case is a method.

A method returns values and prints nothing; what a reader should know beside the answer is in its
`notices`. Parameters have the names of the command line's options. Days (`since`, `until`) are
years, months or days as text, in Asia/Shanghai; times in values are aware.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self

from archive import settings as _settings
from archive.messages import Message
from archive.settings import Settings
from archive.store import ArticleStore, named_source

if TYPE_CHECKING:
    from indexer.engines.engine import Order, SearchEngine
    from indexer.indexes import Indexes
    from indexer.question.query import Query
    from indexer.search import Collapse
    from indexer.suggest.did_you_mean import Proposal
    from wencang.answer import Answer


def open(data: str | Path | None = None, environment: Mapping[str, str] | None = None) -> Archive:
    """The archive of a data folder; `./data`, or WENCANG_DATA, where none is named.

    Settings come from `environment` (os.environ where none is given) and DATA/wencang.toml, and are
    read once, here. A folder without an archive can be opened: `crawl` and `import_` make one.
    Raises UsageFault for a setting that can't be used.
    """
    import os

    return Archive(_settings.load(Path(data) if data else None, os.environ if environment is None else environment))


class Archive:
    """One archive. May be asked from several threads; use it as a context manager, or close it.

    Any method may raise ArchiveUnusable (no archive there, damaged, disk full) or Busy (another run
    holds what this one needs); those that ask an index IndexUnusable, and QueryFault for a question
    that can't be read.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = Lock()
        self._opened_store: ArticleStore | None = None
        self._opened_indexes: Indexes | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database and the indexes; the next call opens them again."""
        with self._lock:
            store, self._opened_store, self._opened_indexes = self._opened_store, None, None
        if store:
            store.close()

    # What the methods share

    @property
    def _store(self) -> ArticleStore:
        """The store, opened at its first use."""
        with self._lock:
            if not self._opened_store:
                self._opened_store = ArticleStore.open(self.data)
            return self._opened_store

    @property
    def _indexes(self) -> Indexes:
        """The indexes, each opened at its first use and kept open."""
        from indexer.indexes import Indexes

        with self._lock:
            if not self._opened_indexes:
                self._opened_indexes = Indexes(self.data)
            return self._opened_indexes

    @contextmanager
    def _index(self, engine: str = "") -> Iterator[SearchEngine]:
        """The index of an engine, or of the one that is set. A missing archive is reported before a missing index."""
        _ = self._store
        yield self._indexes.get(engine or self.settings.engine)

    def _query(self, index: SearchEngine, question: str, source: str, since: str, until: str) -> Query:
        """What was typed, with its filters. Raises QueryFault, or UsageFault for a source or a day that is none."""
        from indexer.question.parser import parse_query
        from indexer.question.period import span

        query = parse_query(question, index.analyzer)
        first, end = span(since, until)
        return replace(query, source=self._source(source) if source else "", since=first, until=end)

    def _source(self, name: str) -> str:
        """A source of the archive by its site's name (tibet.cn) or its file's (tibet_cn). Raises UsageFault."""
        return named_source(self._store.sources(), name)

    def _notices(self, query: Query, index: SearchEngine, engine: str, stories: bool = False) -> tuple[Message, ...]:
        """What a reader should know beside an answer to this query."""
        from indexer.update import behind, rebuild_due

        found = [Message("doubt", {"text": doubt}) for doubt in query.doubts]
        found += behind(self._store, index)
        if stories:
            from archive.tables.stories import Stories

            found += Stories(self._store).notices()
        return (*found, *rebuild_due(self.settings, engine, index))

    @staticmethod
    def _proposals(index: SearchEngine, query: Query) -> tuple[Proposal, ...]:
        from indexer.suggest.did_you_mean import did_you_mean

        return did_you_mean(index, query)

    # Asking

    def search(
        self, question: str, *, limit: int = 10, offset: int = 0, source: str = "", since: str = "", until: str = "",
        sort: Order = "relevance", engine: str = "", collapse: bool = True, stories: bool = False, facets: bool = True,
    ) -> Answer:  # fmt: skip
        """The articles that answer a question: those with all its words first, then those with some.

        `limit` 0 only counts. `collapse` shows articles with the same text as one hit, `stories` also
        reprints. `facets` counts the whole answer, in the same pass.
        """
        from indexer.search import search
        from wencang.answer import Answer

        with self._index(engine) as index:
            query = self._query(index, question, source, since, until)
            together: Collapse = "stories" if stories else "texts" if collapse else "nothing"
            results = search(self._store, index, query, limit, offset, sort, together, facets)
            return Answer(
                query, results.hits, results.total, results.whole, results.stories, results.facets,
                () if results.total else self._proposals(index, query), self._notices(query, index, engine, stories),
            )  # fmt: skip

    # Counting

    # Working with what is found

    # Collecting

    # Keeping
