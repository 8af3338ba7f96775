"""Whoosh: the embedded default, in pure Python.

Its postings are written and read by whoosh_postings.py, a question is answered in whoosh_segment.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from heapq import nsmallest
from itertools import islice
from math import log1p
from pathlib import Path
from typing import Any, NamedTuple

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
from indexer.engines.whoosh_postings import CharacterField, WordField
from indexer.engines.whoosh_segment import UNDATED, Scored, Segment
from indexer.figures.amounts import spelled
from indexer.question.query import MOST_OF_A_PREFIX, Prefix, Query
from indexer.text.analyzer import Analyzer

_LAYOUT = "5"  # of the schema and its fields
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


class WhooshEngine:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = State.load(folder, _LAYOUT)
        with self._guard():
            self._stamp = State.stamp(folder)
            self._view = self._open()

    def __enter__(self) -> WhooshEngine:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._view.reader.close()

    @cached_property
    def analyzer(self) -> Analyzer:
        return Analyzer(self._state.lexicon)

    def lexicon(self) -> str:
        return self._state.lexicon

    def position(self) -> int:
        return self._state.position

    def anchor(self) -> str:
        return self._state.anchor

    def write(self, revisions: Iterable[Revision]) -> None:
        with writable(self._folder), self._writing() as writer, writer.searcher() as searcher:
            state = self._state
            for revision in revisions:
                if (held := searcher.document_number(id=revision.article.id)) is not None:
                    writer.delete_document(held)
                if not revision.withdrawn:
                    writer.add_document(**self._document(revision.article))
                state = replace(state, position=revision.sequence, anchor=revision.article.digest)
        # After the index: a crash between the two writes the same articles once more.
        state.save(self._folder)
        self._state = state

    def _document(self, article: Article) -> dict[str, object]:
        held = cut(article, self.analyzer)
        return held._asdict() | {
            "amount": [spelled(key) for key in held.amount],
            "id": article.id,
            "source": article.source,
            "facets": facets_of(article),
            "published": seconds(article.published) if article.published else UNDATED,
        }

    def search(self, query: Query, limit: int | None = None, offset: int = 0, order: Order = "relevance") -> Matches:
        with self._guard():
            found = self._answer(query)
            end = len(found) if limit is None else offset + limit
            best = nsmallest(end, found, key=_orders(query, order))
            matches = (Match(one.segment.stored(one.number)["id"], one.score, one.whole) for one in best[offset:])
            return Matches(len(found), sum(one.whole for one in found), tuple(matches))

    def facets(self, query: Query) -> dict[str, dict[str, int]]:
        counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
        with self._guard():
            for one in self._answer(query):
                for name, value in zip(FACETS, one.segment.stored(one.number)["facets"], strict=True):
                    counts[name][value] += 1
        return {name: dict(counter) for name, counter in counts.items()}

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
            return int(self._now().reader.doc_count())

    def vocabulary(self, start: str = "") -> dict[str, int]:
        with self._guard():
            found = Counter[bytes]()
            for segment in self._now().segments:
                found.update(dict(segment.vocabulary(start)))
            return {word.decode(): count for word, count in sorted(found.items())}

    def ids(self) -> set[str]:
        with self._guard():
            segments = self._now().segments
            return {segment.stored(number)["id"] for segment in segments for number in segment.documents()}

    def _now(self) -> _View:
        """The index as it was last written: opened anew only when it was written since."""
        if self._stamp != (stamp := State.stamp(self._folder, self._stamp)):
            before, self._view, self._stamp = self._view, self._open(), stamp
            before.reader.close()
        return self._view

    def _open(self) -> _View:
        """Tried again where a run that wrote meanwhile took away files that it had merged."""
        while True:
            written = set(self._folder.glob("*.toc"))
            try:
                return _View.of(index.open_dir(str(self._folder)).reader())
            except Exception:
                if written == set(self._folder.glob("*.toc")):
                    raise

    def _answer(self, query: Query) -> list[Scored]:
        view = self._now()
        held = view.reader.doc_count()
        shares = {
            word: _TOP * log1p((held - count + 0.5) / (count + 0.5))
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
        except Exception as error:  # Whoosh meets damaged bytes with whatever they lead to
            raise IndexUnusable(self._folder, _("is damaged") + f" ({type(error).__name__})", _(REBUILD)) from error


class _View(NamedTuple):
    """The index as it was when it was opened."""

    reader: Any
    segments: list[Segment]

    @classmethod
    def of(cls, reader: Any) -> _View:
        def expand(prefix: Prefix) -> list[str]:
            found = reader.expand_prefix(WORDS_OF[prefix.field], prefix.start)
            return [text.decode() for text in islice(found, MOST_OF_A_PREFIX)]

        parts = (part for part, _first in reader.leaf_readers() if part.doc_count_all())
        return cls(reader, [Segment(part, expand) for part in parts])

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        return {word: sum(segment.frequency(word) for segment in self.segments) for word in words}


def _orders(query: Query, order: Order) -> Any:
    """What the answer is sorted by."""
    if order == "relevance":
        short = query.is_short
        return lambda one: (short and not one.whole, -one.score, -one.published)
    sign = -1 if order == "newest" else 1
    return lambda one: (not one.whole, one.published == UNDATED, sign * one.published)
