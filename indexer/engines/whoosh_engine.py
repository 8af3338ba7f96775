"""Whoosh: the embedded default, in pure Python. Its writing side is in whoosh_postings.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from gettext import gettext as _
from pathlib import Path

from whoosh import fields, index, query
from whoosh.collectors import TopCollector
from whoosh.index import LockError
from whoosh.searching import Searcher
from whoosh.writing import SegmentWriter

from archive.article import Article, Revision
from archive.errors import Busy, IndexUnusable
from indexer.analyzer import Analyzer, characters
from indexer.engine import REBUILD, Match, Matches, Order, State
from indexer.engines import whoosh_postings
from indexer.engines.whoosh_postings import CharacterField, WordField
from indexer.query import Query, Quote, Words

_LAYOUT = "1"  # of the schema and its fields
_TITLE_BOOST = 3.0
_BREAK = "\n"  # stands in no question: no quote goes from the title into the body
_UNDATED = -(2**62)
_EARLIEST = -(2**61)
_SCHEMA = fields.Schema(
    id=fields.ID(stored=True, unique=True),
    title=WordField(),
    body=WordField(),
    exact=CharacterField(),
    source=fields.ID(),
    published=fields.NUMERIC(int, bits=64, shift_step=8, sortable=True),  # seconds since 1970
)


def open_index(folder: Path, create: bool = False) -> WhooshEngine:
    if create and not (folder / "state.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        index.create_in(str(folder), _SCHEMA)
        State.new(_LAYOUT).save(folder)
    return WhooshEngine(folder)


class WhooshEngine:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = State.load(folder, _LAYOUT)
        with self._guard():
            self._index = index.open_dir(str(folder))

    def __enter__(self) -> WhooshEngine:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._index.close()

    @cached_property
    def analyzer(self) -> Analyzer:
        return Analyzer(self._state.lexicon)

    def position(self) -> int:
        return self._state.position

    def anchor(self) -> str:
        return self._state.anchor

    def write(self, revisions: Iterable[Revision]) -> None:
        with self._writing() as writer, writer.searcher() as searcher:
            state = self._state
            for revision in revisions:
                if (held := searcher.document_number(id=revision.article.id)) is not None:
                    writer.delete_document(held)
                writer.add_document(**self._document(revision.article))
                state = replace(state, position=revision.sequence, anchor=revision.article.digest)
        # After the index: a crash between the two writes the same articles once more.
        self._state = state
        self._state.save(self._folder)

    def _document(self, article: Article) -> dict[str, object]:
        return {
            "id": article.id,
            "title": self.analyzer.terms(article.title),
            "body": self.analyzer.terms(article.body),
            "exact": [*characters(article.title), _BREAK, *characters(article.body)],
            "source": article.source,
            "published": _seconds(article.published, _UNDATED),
        }

    def search(self, question: Query, limit: int | None = None, offset: int = 0, order: Order = "relevance") -> Matches:
        asked = _asked(question)
        with self._guard(), self._index.searcher() as searcher:
            end = None if limit is None else offset + limit
            if order != "relevance":
                return _by_date(searcher, asked, order, slice(offset, end))
            most = searcher.doc_count_all() if end is None else end
            # Whoosh's skipping of blocks loses hits and miscounts: the whole answer is gone through.
            best = TopCollector(limit=max(most, 1), usequality=False, replace=0)
            searcher.search_with_collector(asked, best)
            results = best.results()
            found = [Match(hit["id"], hit.score) for hit in results[offset:end]]
            return Matches(len(results), tuple(found))

    def ids(self) -> set[str]:
        with self._guard(), self._index.searcher() as searcher:
            return {fields["id"] for fields in searcher.all_stored_fields()}

    @contextmanager
    def _writing(self) -> Iterator[SegmentWriter]:
        """A writer that is committed at the end, or leaves the index as it was."""
        try:
            writer = whoosh_postings.writer(self._index)
        except LockError as error:
            raise Busy(self._folder, _("another run is writing to it"), _("try again when it has ended")) from error
        try:
            yield writer
            writer.commit()
        except OSError as error:
            reason = error.strerror or str(error)
            raise IndexUnusable(self._folder, reason, _("then `wencang index` brings it up to date")) from error
        finally:
            if not writer.is_closed:
                writer.cancel()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # Whoosh meets damaged bytes with whatever they lead to
            raise IndexUnusable(self._folder, _("is damaged") + f" ({type(error).__name__})", _(REBUILD)) from error


def _seconds(time: datetime | None, otherwise: int) -> int:
    return int(time.timestamp()) if time else otherwise


def _asked(question: Query) -> query.Query:
    wanted = [_clause(clause) for clause in question.wanted]
    if question.source:
        wanted.append(query.ConstantScoreQuery(query.Term("source", question.source), 0.0))
    if question.since or question.until:
        first, before = _seconds(question.since, _EARLIEST), _seconds(question.until, 2**62)
        dates = query.NumericRange("published", first, before, endexcl=True)
        wanted.append(query.ConstantScoreQuery(dates, 0.0))
    asked = query.And(wanted)
    if question.unwanted:
        return query.AndNot(asked, query.Or([_clause(clause) for clause in question.unwanted]))
    return asked


def _clause(clause: Words | Quote) -> query.Query:
    words = [_word(word) for word in clause.words]
    if isinstance(clause, Words):
        return query.And(words)
    quote = query.ConstantScoreQuery(query.Phrase("exact", list(clause.characters)).normalize(), 0.0)
    return query.AndMaybe(quote, query.Or(words))


def _word(word: str) -> query.Query:
    return query.Or([query.Term("title", word, boost=_TITLE_BOOST), query.Term("body", word)])


def _by_date(searcher: Searcher, asked: query.Query, order: Order, part: slice) -> Matches:
    reader = searcher.reader()
    seconds = reader.column_reader("published")
    sign = -1 if order == "newest" else 1
    dated = [(number, seconds[number]) for number in searcher.docs_for_query(asked)]
    dated.sort(key=lambda one: (one[1] == _UNDATED, sign * one[1]))
    found = (Match(reader.stored_fields(number)["id"], 0.0) for number, _at in dated[part])
    return Matches(len(dated), tuple(found))
