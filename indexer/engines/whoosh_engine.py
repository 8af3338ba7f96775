"""Whoosh: the embedded default, in pure Python.

Its postings are written and read by whoosh_postings.py, a question is answered in whoosh_segment.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import chain, islice
from math import log1p
from pathlib import Path
from typing import Any

from whoosh import columns, fields, index
from whoosh.index import LockError
from whoosh.writing import SegmentWriter

from archive.article import Article, Revision
from archive.errors import Busy, IndexUnusable
from archive.translation import gettext as _
from indexer.engines import whoosh_postings
from indexer.engines.engine import (
    FACETS,
    REBUILD,
    WORDS_OF,
    FolderEngine,
    Match,
    Matches,
    Order,
    State,
    Unit,
    cut,
    day,
    facets_of,
    is_made,
    seconds,
    writable,
)
from indexer.engines.whoosh_postings import CharacterField, WordField, counts, read
from indexer.engines.whoosh_segment import UNDATED, Scored, Segment
from indexer.engines.whoosh_storage import Damaged, open_readers
from indexer.figures.amounts import spelled
from indexer.question.query import MOST_OF_A_PREFIX, Prefix, Query

_LAYOUT = "6"  # of the schema and its fields
_TOP = 2.2  # what BM25 lets one word count for at most, times its rarity: 1 + k1
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
    amount=WordField(),  # of money, as keys that sort
    facets=fields.STORED(),
    published=fields.COLUMN(columns.NumericColumn("q", default=UNDATED)),  # seconds since 1970
)


def open_index(folder: Path, create: bool = False, words: str | None = None) -> WhooshEngine:
    if create and not is_made(folder):
        with writable(folder):
            folder.mkdir(parents=True, exist_ok=True)
            index.create_in(str(folder), _SCHEMA)
        State.new(_LAYOUT, words).save(folder)
    return WhooshEngine(folder)


class WhooshEngine(FolderEngine["_View"]):
    def write(self, revisions: Iterable[Revision]) -> None:
        with self._guard(), writable(self._folder), self._writing() as writer:
            state = self.state()
            readers = [leaf for leaf in writer.searcher().reader().leaf_readers() if leaf[0].doc_count_all()]
            for revision in revisions:
                for reader, first in readers:
                    for number in read(reader, "id", revision.article.id).ids:
                        writer.delete_document(first + number)
                if not revision.withdrawn:
                    writer.add_document(**self._document(revision.article))
                state = replace(state, position=revision.sequence, anchor=revision.article.digest)
        # After the index: a crash between the two writes the same articles once more.
        state.save(self._folder)

    def _document(self, article: Article) -> dict[str, object]:
        held = cut(article, self.analyzer)
        return held._asdict() | {
            "amount": [spelled(key) for key in held.amount],
            "id": article.id,
            "source": article.source,
            "facets": facets_of(article),
            "published": seconds(article.published) if article.published else UNDATED,
        }

    def search(
        self, query: Query, limit: int | None = None, offset: int = 0, order: Order = "relevance", facets: bool = False
    ) -> Matches:
        with self._guard():
            answer = self._answer(query)
            end = len(answer) if limit is None else offset + limit
            best = nsmallest(end, answer, key=_orders(query, order))
            matches = (Match(one.segment.stored(one.number)["id"], one.score, one.whole) for one in best[offset:])
            whole = sum(one.whole for one in answer)
            return Matches(len(answer), whole, tuple(matches), _facets(answer) if facets else {})

    def dates(self, query: Query, by: Unit, facet: str = "") -> dict[str, dict[str, int]]:
        size = len("2022-06" if by == "month" else "2022-06-01")
        counts: dict[str, Counter[str]] = {} if facet else {"": Counter()}
        with self._guard():
            for one in (one for one in self._answer(query) if one.whole):
                value = one.segment.stored(one.number)["facets"][FACETS.index(facet)] if facet else ""
                time = "" if one.published == UNDATED else day(one.published)[:size]
                counts.setdefault(value, Counter())[time] += 1
        return {value: dict(counter) for value, counter in counts.items()}

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        with self._guard():
            return self._now().frequencies(words)

    def count(self) -> int:
        with self._guard():
            return self._now().count

    def vocabulary(self, start: str = "") -> dict[str, int]:
        with self._guard():
            counts = Counter[str]()
            for segment in self._now().segments:
                counts.update(dict(segment.vocabulary(start)))
            return dict(sorted(counts.items()))

    def ids(self) -> set[str]:
        with self._guard():
            segments = self._now().segments
            return {segment.stored(number)["id"] for segment in segments for number in segment.documents()}

    def _open(self) -> _View:
        with self._guard():
            state = State.load(self._folder, _LAYOUT)
            while True:
                committed = set(self._folder.glob("*.toc"))
                try:
                    return _View.of(state, open_readers(self._folder, _SCHEMA))
                except Damaged:  # or a commit meanwhile removed the files that it had merged
                    if committed == set(self._folder.glob("*.toc")):
                        raise

    def _answer(self, query: Query) -> list[Scored]:
        view = self._now()
        shares = {
            word: _TOP * log1p((view.count - count + 0.5) / (count + 0.5))
            for word, count in view.frequencies(query.ranked).items()
            if count
        }
        return [one for segment in view.segments for one in segment.answer(query, shares)]

    @contextmanager
    def _writing(self) -> Iterator[SegmentWriter]:
        """A writer that is committed at the end, or leaves the index as it was."""
        try:
            writer = whoosh_postings.Writer(index.open_dir(str(self._folder)))
        except LockError as error:
            raise Busy(self._folder, _("another run is writing to it"), _("try again when it has ended")) from error
        try:
            for left_over in self._folder.glob("_MAIN_*.toc.*"):  # by a run that was killed
                left_over.unlink()
            yield writer
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
    """The index as it was when it was opened."""

    state: State
    count: int
    segments: list[Segment]

    @classmethod
    def of(cls, state: State, readers: Sequence[Any]) -> _View:
        def expand(prefix: Prefix) -> list[str]:
            field = WORDS_OF[prefix.field]
            words = (islice(counts(reader, field, prefix.start), MOST_OF_A_PREFIX) for reader in readers)
            return sorted({word for word, _count in chain.from_iterable(words)})[:MOST_OF_A_PREFIX]

        count = sum(reader.doc_count() for reader in readers)
        return cls(state, count, [Segment(reader, expand) for reader in readers if reader.doc_count_all()])

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        return {word: sum(segment.frequency(word) for segment in self.segments) for word in words}


def _facets(answer: Iterable[Scored]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for one in answer:
        for name, value in zip(FACETS, one.segment.stored(one.number)["facets"], strict=True):
            counts[name][value] += 1
    return {name: dict(counter) for name, counter in counts.items()}


def _orders(query: Query, order: Order) -> Any:
    """What the answer is sorted by."""
    if order == "relevance":
        short = query.is_short
        return lambda one: (short and not one.whole, -one.score, -one.published)
    sign = -1 if order == "newest" else 1
    return lambda one: (not one.whole, one.published == UNDATED, sign * one.published)
