"""Tantivy: an embedded engine in Rust, for archives that have outgrown Whoosh. `pip install wencang[tantivy]`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from archive.article import Article, Revision
from archive.errors import Busy, IndexUnusable, UsageFault
from archive.translation import gettext as _
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
from indexer.question.query import (
    MOST_OF_A_PREFIX,
    Amount,
    Between,
    Either,
    Every,
    Node,
    Prefix,
    Query,
    Quote,
    Words,
)
from indexer.text.analyzer import SEPARATOR

try:
    import tantivy
    from tantivy import Occur
    from tantivy import Query as Asked
except ImportError as error:
    raise UsageFault("tantivy", _("is not installed"), _("`pip install tantivy` adds it")) from error

_LAYOUT = "3"  # of the schema and its fields
_MEMORY = 128_000_000  # bytes of postings before they go to disk
_BREAK = "|"  # stands for SEPARATOR, which parts the terms
_VALUES = 100_000  # of one facet
_UNDATED = -(2**62)


def _schema() -> tantivy.Schema:
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("exact", "headline"):
        schema.add_text_field(name, tokenizer_name="cut", index_option="position")
    for name in WORDS_OF.values():
        schema.add_text_field(name, tokenizer_name="cut", index_option="freq" if name == "words" else "basic")
    for name in FACETS:
        schema.add_text_field(f"by_{name}", tokenizer_name="raw", index_option="basic", fast=True)
    schema.add_integer_field("published", indexed=True, fast=True)  # seconds since 1970
    schema.add_integer_field("amount", indexed=True, fast=True)  # of money, as keys that sort
    return schema.build()


_SCHEMA = _schema()
_TERMS = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def open_index(folder: Path, create: bool = False, words: str | None = None) -> TantivyEngine:
    if create and not is_made(folder):
        with writable(folder, ValueError):
            folder.mkdir(parents=True, exist_ok=True)
            tantivy.Index(_SCHEMA, path=str(folder))
        State.new(_LAYOUT, words).save(folder)
    return TantivyEngine(folder)


class TantivyEngine(FolderEngine["_View"]):
    def write(self, revisions: Iterable[Revision]) -> None:
        with self._writing() as writer:
            state = self.state()
            for revision in revisions:
                document = None if revision.withdrawn else self._document(revision.article)
                with self._on_disk():
                    writer.delete_documents_by_term("id", revision.article.id)
                    if document:
                        writer.add_document(document)
                state = replace(state, position=revision.sequence, anchor=revision.article.digest)
        # After the index: a crash between the two writes the same articles once more.
        state.save(self._folder)

    def _document(self, article: Article) -> tantivy.Document:
        document = tantivy.Document()
        document.add_text("id", article.id)
        held = cut(article, self.analyzer)
        for name in WORDS_OF.values():
            document.add_text(name, " ".join(getattr(held, name)))
        document.add_text("exact", _joined(held.exact))
        document.add_text("headline", _joined(held.headline))
        for key in held.amount:
            document.add_integer("amount", key)
        for name, value in zip(FACETS, facets_of(article), strict=True):
            document.add_text(f"by_{name}", value)
        if article.published:
            document.add_integer("published", seconds(article.published))
        return document

    def search(
        self, query: Query, limit: int | None = None, offset: int = 0, order: Order = "relevance", facets: bool = False
    ) -> Matches:
        ask = _Ask(self._now(), query)
        end = ask.total if limit is None else offset + limit
        best = ask.best(end, order) if end else []
        counts = ask.view.values(ask.loose, FACETS) if facets else {}
        return Matches(ask.total, ask.whole, tuple(best[offset:end]), counts)

    def dates(self, query: Query, by: Unit, facet: str = "") -> dict[str, dict[str, int]]:
        ask = _Ask(self._now(), query)
        count = ask.months if by == "month" else ask.days
        if not facet:
            return {"": count(ask.strict)}
        values = ask.view.values(ask.strict, [facet])[facet]
        return {value: count(ask.with_value(facet, value)) for value in values}

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        view = self._now()
        return {word: view.count(_word("words", word)) for word in words}

    def count(self) -> int:
        return self._now().size

    def vocabulary(self, start: str = "") -> dict[str, int]:
        return dict(sorted(self._now().terms("words", start)))

    def ids(self) -> set[str]:
        return {id for id, _count in self._now().terms("id")}

    def _open(self) -> _View:
        with _reading(self._folder):
            state = State.load(self._folder, _LAYOUT)
            index = tantivy.Index.open(str(self._folder))
            index.config_reader("manual")  # else a thread looks every half second whether to read anew
            index.register_tokenizer("cut", _TERMS)
            return _View(self._folder, state, index, index.searcher())

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        """A writer that is committed at the end, or leaves the index as it was."""
        try:
            writer = self._now().index.writer(_MEMORY, 1)
        except ValueError as error:
            if "LockBusy" not in str(error):
                raise IndexUnusable(self._folder, _reason(error), _(REBUILD)) from error
            raise Busy(self._folder, _("another run is writing to it"), _("try again when it has ended")) from error
        try:
            with self._on_disk():
                self._clean(writer)
            yield writer
            with self._on_disk():
                writer.commit()
        except BaseException:
            with suppress(ValueError):
                writer.rollback()
            raise
        finally:
            with suppress(ValueError):
                writer.wait_merging_threads()  # merges a commit's segments; a rollback would cancel that

    def _on_disk(self) -> AbstractContextManager[None]:
        return writable(self._folder, ValueError)  # which Tantivy makes of a full disk

    def _clean(self, writer: tantivy.IndexWriter) -> None:
        """Take away what a run that was killed left: its next commit would have files of the same names."""
        writer.garbage_collect_files()
        for unknown in self._folder.glob(".tmp*"):
            unknown.unlink()


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Raises IndexUnusable for what Tantivy meets in its files; no question is built in here, whose faults are ours."""
    try:
        yield
    except BaseException as error:  # what Rust panics with is no Exception, and has no name to import
        if isinstance(error, ValueError | OSError) or type(error).__name__ == "PanicException":
            raise IndexUnusable(folder, _("is damaged") + f" ({_reason(error)})", _(REBUILD)) from error
        raise


@dataclass(frozen=True, slots=True)
class _View:
    """The index as it was when it was opened: all that is read of it."""

    folder: Path
    state: State
    index: tantivy.Index
    searcher: tantivy.Searcher

    @property
    def size(self) -> int:
        return int(self.searcher.num_docs)

    def count(self, asked: Asked) -> int:
        with _reading(self.folder):
            result: Any = self.searcher.search(_silent(asked), 1)
            return int(result.count)

    def best(self, asked: Asked, size: int) -> list[tuple[float, tantivy.DocAddress]]:
        """The articles with the highest scores."""
        with _reading(self.folder):
            hits: list[tuple[float, tantivy.DocAddress]] = self.searcher.search(asked, size, count=False).hits
            return hits

    def by_date(self, asked: Asked, size: int, order: Order = "newest") -> list[tuple[int | None, tantivy.DocAddress]]:
        """Articles with their dates, in seconds since 1970; the undated last."""
        way = tantivy.Order.Asc if order == "oldest" else tantivy.Order.Desc
        with _reading(self.folder):
            hits: list[tuple[int | None, tantivy.DocAddress]] = self.searcher.search(
                asked, size, count=False, order_by_field="published", order=way
            ).hits
            return hits

    def dates(self, addresses: list[tantivy.DocAddress]) -> list[int]:
        """When articles were published, in seconds since 1970; _UNDATED where that is not known."""
        with _reading(self.folder):
            values: list[Any] = self.searcher.fast_field_values("published", addresses)
        return [_UNDATED if value is None else value for value in values]

    def id(self, address: tantivy.DocAddress) -> str:
        with _reading(self.folder):
            return str(self.searcher.doc(address)["id"][0])

    def values(self, asked: Asked, facets: Iterable[str]) -> dict[str, dict[str, int]]:
        """For each facet how many articles have which value."""
        terms = {name: {"terms": {"field": f"by_{name}", "size": _VALUES}} for name in facets}
        with _reading(self.folder):
            found = self.searcher.aggregate(asked, terms)
            return {name: {one["key"]: one["doc_count"] for one in found[name]["buckets"]} for name in terms}

    def terms(self, field: str, start: str = "") -> list[tuple[str, int]]:
        """The terms that begin so, each with the number of articles, not counting their older versions."""
        with _reading(self.folder):
            terms = self.searcher.terms_with_prefix(field, start, Asked.all_query())
        return [(term, count) for term, count in terms if count]

    def beginning(self, field: str, start: str) -> list[str]:
        """The terms that begin so, in order, also those of older versions only."""
        with _reading(self.folder):
            return sorted(term for term, _count in self.searcher.terms_with_prefix(field, start))


class _Ask:
    """One question to the index as it is now."""

    def __init__(self, view: _View, query: Query) -> None:
        self.view = view
        self._query = query
        words = [_word("words", word) for word in query.words]
        known = sum(view.count(word) > 0 for word in words)
        least = query.least(known)
        self.strict = self._bounded([(Occur.Must, word) for word in words])
        self.whole = view.count(self.strict)
        if least >= len(words):
            self.loose, self.total = self.strict, self.whole
        else:
            some = [(Occur.Must, Asked.boolean_query([(Occur.Should, word) for word in words], least))]
            if query.has_long_words:
                long = [(Occur.Should, _word("words", word)) for word in query.words if len(word) > 1]
                some.append((Occur.Must, _silent(Asked.boolean_query(long))))
            self.loose = self._bounded(some)
            self.total = view.count(self.loose)

    def _bounded(self, words: list[tuple[Occur, Asked]]) -> Asked:
        """The words within what an answer can't do without, and without what is unwanted."""
        query = self._query
        clauses = [*words, *((Occur.Must, self._select(node)) for node in query.must)]
        if query.source:
            clauses.append((Occur.Must, _silent(_word("by_source", query.source))))
        if query.among is not None:
            clauses.append((Occur.Must, _silent(Asked.term_set_query(_SCHEMA, "id", list(query.among)))))
        if query.since or query.until:
            clauses.append((Occur.Must, self._select(Between(query.since, query.until))))
        if not clauses:
            clauses.append((Occur.Must, _silent(Asked.all_query())))
        clauses += ((Occur.MustNot, self._select(node)) for node in query.unwanted)
        clauses += ((Occur.Should, _word("words", word)) for word in query.ranked if word not in query.words)
        return Asked.boolean_query(clauses)

    def with_value(self, facet: str, value: str) -> Asked:
        """The articles with all the words and this value."""
        return _every([self.strict, _word(f"by_{facet}", value)])

    def months(self, asked: Asked) -> dict[str, int]:
        return self.view.values(asked, ["month"])["month"]

    def days(self, asked: Asked) -> dict[str, int]:
        hits = self.view.by_date(_silent(asked), self.view.size or 1)
        days: Counter[str] = Counter()
        for time, count in Counter(time for time, _address in hits).items():
            days["" if time is None else day(time)] += count
        return dict(days)

    def best(self, end: int, order: Order) -> list[Match]:
        """The first of the answer, up to `end`."""
        if self.loose is self.strict:
            return self._top(self.strict, end, order, whole=True)
        if order == "relevance" and not self._query.is_short:
            return self._mixed(end)
        found = self._top(self.strict, end, order, whole=True) if self.whole else []
        if len(found) < end:
            rest = Asked.boolean_query([(Occur.Must, self.loose), (Occur.MustNot, self.strict)])
            found += self._top(rest, end - len(found), order, whole=False)
        return found

    def _mixed(self, end: int) -> list[Match]:
        """By score alone, whether an article has all the words or some."""
        whole = (
            {match.id for match in self._top(self.strict, self.whole, "relevance", whole=True)} if self.whole else ()
        )
        return [
            replace(match, whole=match.id in whole) for match in self._top(self.loose, end, "relevance", whole=False)
        ]

    def _top(self, asked: Asked, end: int, order: Order, whole: bool) -> list[Match]:
        end = min(end, self.view.size) or 1
        if order == "relevance" and self._query.ranked:
            hits = self._scored(asked, end)
            dates = self.view.dates([address for _score, address in hits])
            latest = sorted(zip(hits, dates, strict=True), key=lambda one: (-one[0][0], -one[1]))
            return [Match(self.view.id(address), score, whole) for (score, address), _date in latest[:end]]
        hits_by_date = self.view.by_date(asked, end, order)
        return [Match(self.view.id(address), 0.0, whole) for _date, address in hits_by_date]

    def _scored(self, asked: Asked, end: int) -> list[tuple[float, tantivy.DocAddress]]:
        """The best up to `end`, and those that score as the last of them: of these the newer are still to be chosen."""
        size = end + 1
        while True:
            hits = self.view.best(asked, size)
            if len(hits) < size or hits[-1][0] < hits[end - 1][0]:
                return hits
            size *= 2

    def _select(self, node: Node) -> Asked:
        """The articles that have this; it adds nothing to a score."""
        return _silent(self._asked(node))

    def _asked(self, node: Node) -> Asked:
        match node:
            case Words(words, field):
                return _every(_word(WORDS_OF[field], word) for word in words)
            case Quote(signs, _words, "title"):
                return self._side_by_side("headline", signs)
            case Quote(signs):
                return _any(self._side_by_side(field, signs) for field in ("exact", "headline"))
            case Prefix(start, field):
                beginning = self.view.beginning(WORDS_OF[field], start)[:MOST_OF_A_PREFIX]
                return Asked.term_set_query(_SCHEMA, WORDS_OF[field], beginning)
            case Either(nodes):
                return _any(map(self._select, nodes))
            case Every(nodes, unwanted):
                without = [(Occur.MustNot, self._select(one)) for one in unwanted]
                return Asked.boolean_query([(Occur.Must, self._select(one)) for one in nodes] + without)
            case Between(since, until):
                first, before = (seconds(time) if time else end for time, end in ((since, _UNDATED), (until, 2**62)))
                return self._in_range("published", first, before - 1)
            case Amount(first, last):
                return self._in_range("amount", first, last)

    def _in_range(self, field: str, first: int, last: int) -> Asked:
        if first > last:
            return Asked.empty_query()
        return Asked.range_query(_SCHEMA, field, tantivy.FieldType.Integer, first, last)

    def _side_by_side(self, field: str, signs: tuple[str, ...]) -> Asked:
        found: list[str | tuple[int, str]] = [_BREAK if sign == SEPARATOR else sign for sign in signs]
        if len(found) == 1:
            return _word(field, signs[0])
        return Asked.phrase_query(_SCHEMA, field, found)


def _joined(signs: list[str]) -> str:
    return " ".join(signs).replace("   ", f" {_BREAK} ")


def _silent(asked: Asked) -> Asked:
    return Asked.const_score_query(asked, 0.0)


def _every(asked: Iterable[Asked]) -> Asked:
    return Asked.boolean_query([(Occur.Must, one) for one in asked])


def _any(asked: Iterable[Asked]) -> Asked:
    return Asked.boolean_query([(Occur.Should, one) for one in asked])


def _word(field: str, word: str) -> Asked:
    return Asked.term_query(_SCHEMA, field, word, "freq" if field == "words" else "basic")


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
