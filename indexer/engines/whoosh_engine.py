"""Whoosh, the default engine: embedded, in pure Python.

whoosh_storage.py reads its files, whoosh_postings.py its postings; whoosh_segment.py evaluates a query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from heapq import nsmallest
from itertools import chain, islice
from math import log1p
from pathlib import Path
from typing import Any

from whoosh import columns, fields
from whoosh.codec.whoosh3 import W3Segment
from whoosh.index import TOC, LockError
from whoosh.writing import SegmentWriter

from archive.article import Article, Revision
from archive.batches import batches
from archive.disk import make_folder
from archive.errors import Busy, IndexUnusable
from archive.text.translation import gettext as _
from indexer.engines import whoosh_postings
from indexer.engines.engine import (
    FACETS,
    REBUILD,
    WORDS_OF,
    Match,
    Matches,
    Order,
    Spread,
    State,
    Unit,
    analyzer_of,
    cut,
    day,
    facets_of,
    seconds,
)
from indexer.engines.folder import FolderEngine, has_index, load_state, save_state, writable
from indexer.engines.whoosh_postings import CharacterField, WordField, frequencies, read
from indexer.engines.whoosh_segment import UNDATED, ScoredDocument, Segment
from indexer.engines.whoosh_storage import NAME, Damaged, Index, Storage, decoding, open_readers
from indexer.question.query import MAX_EXPANSIONS, Prefix, Query
from indexer.text.analyzer import Analyzer

_LAYOUT = "8"  # of the schema and its fields
_SEGMENT = 2_500  # articles of a segment that another process writes: 150 MB of its memory
_MAX_WEIGHT = 2.2  # of a word in BM25, to be multiplied by its rarity: 1 + k1
_SCHEMA = fields.Schema(
    id=fields.ID(stored=True, unique=True),
    words=WordField(),  # of title and body
    exact=CharacterField(),  # of the body
    title=WordField(),
    headline=CharacterField(),  # of the title
    source=fields.ID(),
    origin=WordField(),  # of site and credit
    section=WordField(),
    author=WordField(),
    place=WordField(),
    amount=WordField(),  # of money, as sortable keys
    facets=fields.STORED(),
    published=fields.COLUMN(columns.NumericColumn("q", default=UNDATED)),  # seconds since 1970
)


def open_index(folder: Path, create: bool = False, words: str | None = None) -> WhooshEngine:
    if create and not has_index(folder):
        with writable(folder):
            make_folder(folder)
            TOC.create(Storage(str(folder)), _SCHEMA, NAME)
        save_state(folder, State.new(_LAYOUT, words))
    return WhooshEngine(folder)


def _add(writer: SegmentWriter, analyzer: Analyzer, revisions: Iterable[Revision]) -> None:
    for revision in revisions:
        if not revision.withdrawn:
            writer.add_document(**_document(revision.article, analyzer))


def _document(article: Article, analyzer: Analyzer) -> dict[str, object]:
    from indexer.figures.amounts import encoded  # imported here, as in `cut`

    terms = cut(article, analyzer)
    return terms._asdict() | {
        "amount": [encoded(key) for key in terms.amount],
        "id": article.id,
        "source": article.source,
        "facets": facets_of(article),
        "published": seconds(article.latest) if article.latest else UNDATED,
    }


def _segment_of(folder: Path, words: str, revisions: Iterable[Revision]) -> list[W3Segment]:
    """The segment of these articles, none if all are withdrawn; called in other processes.

    It belongs to the index with the next commit of the writer in the process that asks, which holds the lock.
    """
    writer = whoosh_postings.Writer(Index(folder, _SCHEMA), locks=False)
    _add(writer, analyzer_of(words), revisions)
    return writer.segment()


class WhooshEngine(FolderEngine["_View"]):
    def write(self, revisions: Iterable[Revision], spread: Spread | None = None) -> None:
        with self._guard(), writable(self._folder), self._writing() as writer:
            state = self.state()
            with decoding():
                readers = [leaf for leaf in writer.searcher().reader().leaf_readers() if leaf[0].doc_count_all()]

            def replacing() -> Iterator[Revision]:
                nonlocal state
                for revision in revisions:
                    for reader, base in readers:
                        for number in read(reader, "id", revision.article.id).ids:
                            writer.delete_document(base + number)
                    yield revision
                    state = replace(state, position=revision.sequence, anchor=revision.article.digest)

            if spread:
                fill = partial(_segment_of, self._folder, state.lexicon)
                writer.segments += chain.from_iterable(spread(fill, batches(replacing(), _SEGMENT)))
            else:
                _add(writer, self.analyzer, replacing())
        # Saved after the commit: after a crash in between the same articles are written again.
        save_state(self._folder, state)

    def search(
        self, query: Query, limit: int | None = None, offset: int = 0, order: Order = "relevance", facets: bool = False
    ) -> Matches:
        with self._guard():
            documents = self._documents(query)
            end = len(documents) if limit is None else offset + limit
            page = nsmallest(end, documents, key=_sort_key(query, order))[offset:]
            matches = tuple(Match(document.stored()["id"], document.score, document.whole) for document in page)
            whole = sum(document.whole for document in documents)
            return Matches(len(documents), whole, matches, _facets(documents) if facets else {})

    def dates(self, query: Query, by: Unit, facet: str = "") -> dict[str, dict[str, int]]:
        length = len("2022-06" if by == "month" else "2022-06-01")
        counts: dict[str, Counter[str]] = {} if facet else {"": Counter()}
        with self._guard():
            for document in self._documents(query):
                if document.whole:
                    value = document.stored()["facets"][FACETS.index(facet)] if facet else ""
                    date = "" if document.published == UNDATED else day(document.published)[:length]
                    counts.setdefault(value, Counter())[date] += 1
        return {value: dict(counter) for value, counter in counts.items()}

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        with self._guard():
            return self._current().frequencies(words)

    def count(self) -> int:
        with self._guard():
            return self._current().count

    def vocabulary(self, start: str = "") -> dict[str, int]:
        with self._guard():
            counts = Counter[str]()
            for segment in self._current().segments:
                counts.update(dict(segment.vocabulary(start)))
            return dict(sorted(counts.items()))

    def ids(self) -> Iterator[str]:
        with self._guard():
            for segment in self._current().segments:
                yield from (segment.stored(number)["id"] for number in segment.documents())

    def _open(self) -> _View:
        with self._guard():
            state = load_state(self._folder, _LAYOUT)
            while True:
                committed = set(self._folder.glob("*.toc"))
                try:
                    return _View.of(state, open_readers(self._folder, _SCHEMA))
                except Damaged:  # or a commit has removed the files of segments that it merged
                    if committed == set(self._folder.glob("*.toc")):
                        raise

    def _documents(self, query: Query) -> list[ScoredDocument]:
        view = self._current()
        weights = {
            word: _MAX_WEIGHT * log1p((view.count - count + 0.5) / (count + 0.5))
            for word, count in view.frequencies(query.ranked).items()
            if count
        }
        return [document for segment in view.segments for document in segment.search(query, weights)]

    @contextmanager
    def _writing(self) -> Iterator[SegmentWriter]:
        """A writer that is committed at the end; after an exception the index is unchanged."""
        try:
            with decoding():
                writer = whoosh_postings.Writer(Index(self._folder, _SCHEMA))
        except LockError as error:
            raise Busy(self._folder, _("another run is writing to it"), _("try again when it has ended")) from error
        try:
            for unfinished in self._folder.glob("_MAIN_*.toc.*"):  # left by a process that was killed
                unfinished.unlink()
            yield writer
            with decoding():  # it merges segments
                writer.commit()
        finally:
            if not writer.is_closed:
                writer.cancel()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except Damaged as error:
            raise IndexUnusable(self._folder, _("is damaged") + f" ({error})", _(REBUILD)) from error
        except OSError as error:  # too many open files, a disk that fails
            raise IndexUnusable(self._folder, error.strerror or type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class _View:
    """The index as of one commit."""

    state: State
    count: int
    segments: list[Segment]

    @classmethod
    def of(cls, state: State, readers: Sequence[Any]) -> _View:
        def expand(prefix: Prefix) -> list[str]:
            field = WORDS_OF[prefix.field]
            words = (islice(frequencies(reader, field, prefix.start), MAX_EXPANSIONS) for reader in readers)
            return sorted({word for word, _frequency in chain.from_iterable(words)})[:MAX_EXPANSIONS]

        count = sum(reader.doc_count() for reader in readers)
        return cls(state, count, [Segment(reader, expand) for reader in readers if reader.doc_count_all()])

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        return {word: sum(segment.frequency(word) for segment in self.segments) for word in words}


def _facets(documents: Iterable[ScoredDocument]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for document in documents:
        for name, value in zip(FACETS, document.stored()["facets"], strict=True):
            counts[name][value] += 1
    return {name: dict(counter) for name, counter in counts.items()}


def _sort_key(query: Query, order: Order) -> Callable[[ScoredDocument], tuple[float, float, float]]:
    if order == "relevance":
        short = query.is_short
        return lambda document: (short and not document.whole, -document.score, -document.published)
    sign = -1 if order == "newest" else 1
    return lambda document: (not document.whole, document.published == UNDATED, sign * document.published)
