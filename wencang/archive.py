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
from archive.progress import Progress, silent
from archive.settings import Settings
from archive.store import ArticleStore, named_source

if TYPE_CHECKING:
    from archive.proof.timestamp import Timestamp
    from indexer.engines.engine import Order, SearchEngine
    from indexer.question.query import Query
    from indexer.search import Collapse
    from indexer.suggest.did_you_mean import Proposal
    from wencang.answer import Answer
    from wencang.keeping.ledger import Gaps, Runs
    from wencang.keeping.removal import Removal
    from wencang.keeping.status import Overview, Status
    from wencang.keeping.verification import Verification


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
        self._kept: ArticleStore | None = None

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
            kept, self._kept = self._kept, None
        if kept:
            kept.close()

    # What the methods share

    @property
    def _store(self) -> ArticleStore:
        """The store, opened at its first use."""
        with self._lock:
            if not self._kept:
                self._kept = ArticleStore.open(self.data)
            return self._kept

    @contextmanager
    def _index(self, engine: str = "") -> Iterator[SearchEngine]:
        """The index of an engine, or of the one that is set. A missing archive is said before a missing index."""
        from indexer.update import open_index

        _ = self._store
        with open_index(self.data, engine or self.settings.engine) as index:
            yield index

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

    def status(self, *, max_age: str = "") -> Status:
        """What is kept of each source, how fresh it is, and whether the indexes are up to date.

        With `max_age` (90m, 26h, 3d) `stale` names the sources of which no list was read for longer.
        Raises UsageFault for an age that is not of such a form. Times each index with a search.
        """
        from wencang.keeping.status import status

        return status(self.settings, self._store, max_age)

    def overview(self) -> Overview:
        """The size of the archive, its sources, its newest run and article; quicker than `status`."""
        from wencang.keeping.status import overview

        return overview(self.settings, self._store)

    def runs(self, source: str = "", *, limit: int = 20) -> Runs:
        """The newest runs of crawls, of one source or of all. Raises UsageFault for an unknown source."""
        from wencang.keeping.ledger import runs

        return runs(self._store, source, limit)

    def gaps(self, source: str = "", *, since: str = "", until: str = "") -> Gaps:
        """What may be missing: days with few articles, spans without a crawl, addresses that are not kept.

        Raises UsageFault for an unknown source, or a day that can't be read.
        """
        from wencang.keeping.ledger import gaps

        return gaps(self._store, source, since, until)

    def verify(self, *, manifest: str | Path | None = None, progress: Progress = silent) -> Verification:
        """Check every version, every record of the raw pages, the manifests, the time stamps and the index.

        With `manifest`, the file of one that was kept elsewhere, only whether the archive is still
        what it says. `progress` is called with the number of records read. Raises UsageFault for a
        file that is missing, or not a manifest.
        """
        from wencang.keeping import verification

        if not manifest:
            return verification.verify(self.settings, self._store, progress)
        return verification.against(Path(manifest), self.settings, self._store)

    def timestamp(self, *, url: str = "", roots: str | Path | None = None) -> Timestamp:
        """Have the newest manifest time-stamped (RFC 3161) by the authority at `url`, or the one that is set.

        `roots` is a PEM file of the certificates to trust; else the setting, else the system's.
        Raises UsageFault where no authority is named, nothing is archived or a library is missing,
        and NotFetched where no stamp can be had, or none that can be trusted.
        """
        from archive.proof import timestamp

        roots = Path(roots) if roots else self.settings.roots
        return timestamp.stamp(self._store, self.data, url or self.settings.timestamp, roots)

    def backup(self, folder: str | Path) -> int:
        """Copy the archive into a folder, or what was added since the last time; the bytes of raw pages added.

        A crawl may go on meanwhile. Raises UsageFault for a folder that holds anything else.
        """
        from archive.proof.backup import back_up

        _ = self._store  # a fault of the archive is raised before anything is copied
        return back_up(self.data, Path(folder))

    def remove(self, id_or_url: str, *, reason: str = "") -> Removal:
        """Withdraw an article for good: text, raw pages, pictures and index entries; no later crawl brings it back.

        Does not ask. For an article that is withdrawn already it does what an earlier call left to do,
        and needs no reason. Raises NotKept, and UsageFault where `reason` is empty.
        """
        from wencang.keeping.removal import remove

        return remove(self.settings, self._store, id_or_url, reason)
