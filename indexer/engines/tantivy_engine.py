"""Tantivy, an embedded engine in Rust, for archives too large for Whoosh. `pip install wencang[tantivy]`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from archive.article import Article, Revision
from archive.batches import batches
from archive.disk import make_folder
from archive.errors import Busy, IndexUnusable, UsageFault
from archive.text.translation import gettext as _
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
from indexer.question.query import (
    MAX_EXPANSIONS,
    Among,
    Amount,
    Between,
    Either,
    Every,
    Near,
    Node,
    Prefix,
    Query,
    Quote,
    Same,
    Words,
    loosened,
)
from indexer.text.analyzer import SEPARATOR, Analyzer

try:
    import tantivy
    from tantivy import Occur
    from tantivy import Query as TantivyQuery
except ImportError as error:
    raise UsageFault("tantivy", _("is not installed"), _("`pip install tantivy` adds it")) from error

_LAYOUT = "5"  # of the schema and its fields
_BATCH = 100  # articles that are cut at once: a megabyte or two of terms
_MEMORY = 128_000_000  # bytes of postings before they are written to disk
_SEPARATOR = "|"  # in place of SEPARATOR, a blank, which delimits the terms
_MAX_VALUES = 100_000  # of one facet
_MAX_FREQUENCIES = 20_000  # words whose number of articles is remembered
_TIES = 100  # hits that are asked for beyond those wanted, as several may score alike
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
    schema.add_integer_field("amount", indexed=True, fast=True)  # of money, as sortable keys
    return schema.build()


_SCHEMA = _schema()
_TERMS = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def open_index(folder: Path, create: bool = False, words: str | None = None) -> TantivyEngine:
    if create and not has_index(folder):
        with writable(folder, ValueError):
            make_folder(folder)
            tantivy.Index(_SCHEMA, path=str(folder))
        save_state(folder, State.new(_LAYOUT, words))
    return TantivyEngine(folder)


class _Fields(NamedTuple):
    """What is indexed of an article, as Tantivy takes it."""

    texts: tuple[tuple[str, str], ...]  # field and value; terms are joined with blanks
    numbers: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, article: Article, analyzer: Analyzer) -> _Fields:
        terms = cut(article, analyzer)
        texts = [(name, " ".join(getattr(terms, name))) for name in WORDS_OF.values()]
        texts += [("exact", _joined(terms.exact)), ("headline", _joined(terms.headline))]
        texts += [(f"by_{name}", value) for name, value in zip(FACETS, facets_of(article), strict=True)]
        numbers = [("amount", key) for key in terms.amount]
        if article.latest:
            numbers.append(("published", seconds(article.latest)))
        return cls(tuple(texts), tuple(numbers))

    def document(self, id: str) -> tantivy.Document:
        document = tantivy.Document()
        document.add_text("id", id)
        for name, text in self.texts:
            document.add_text(name, text)
        for name, number in self.numbers:
            document.add_integer(name, number)
        return document


class _Batch(NamedTuple):
    articles: list[tuple[str, _Fields | None]]  # by id; None for one that was withdrawn
    position: int
    anchor: str


def _read(words: str, revisions: Sequence[Revision]) -> _Batch:
    """What is indexed of these articles; called in other processes too."""
    analyzer, last = analyzer_of(words), revisions[-1]
    articles = [(each.article.id, None if each.withdrawn else _Fields.of(each.article, analyzer)) for each in revisions]
    return _Batch(articles, last.sequence, last.article.digest)


class TantivyEngine(FolderEngine["_View"]):
    def write(self, revisions: Iterable[Revision], spread: Spread | None = None) -> None:
        with self._writing() as writer:
            state = self.state()
            for batch in (spread or map)(partial(_read, state.lexicon), batches(revisions, _BATCH)):
                with self._on_disk():
                    for id, fields in batch.articles:
                        writer.delete_documents_by_term("id", id)
                        if fields:
                            writer.add_document(fields.document(id))
                state = replace(state, position=batch.position, anchor=batch.anchor)
        # Saved after the commit: after a crash in between the same articles are written again.
        save_state(self._folder, state)

    def search(
        self, query: Query, limit: int | None = None, offset: int = 0, order: Order = "relevance", facets: bool = False
    ) -> Matches:
        view = self._current()
        search = _Search(view, query)
        end = view.count(search.loose) if limit is None else offset + limit
        best, total, whole = search.best(end, order)
        counts = view.values(search.loose, FACETS) if facets else {}
        return Matches(total, whole, tuple(best[offset:end]), counts)

    def dates(self, query: Query, by: Unit, facet: str = "") -> dict[str, dict[str, int]]:
        view = self._current()
        search = _Search(view, query)
        count = view.months if by == "month" else view.days
        if not facet:
            return {"": count(search.strict)}
        values = view.values(search.strict, [facet])[facet]
        return {value: count(_all([search.strict, _word(f"by_{facet}", value)])) for value in values}

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        view = self._current()
        return {word: view.frequency(word) for word in words}

    def count(self) -> int:
        return self._current().size

    def vocabulary(self, start: str = "") -> dict[str, int]:
        return dict(sorted(self._current().terms("words", start)))

    def ids(self) -> Iterator[str]:
        return (id for id, _count in self._current().terms("id"))

    def _open(self) -> _View:
        with _reading(self._folder):
            state = load_state(self._folder, _LAYOUT)
            index = tantivy.Index.open(str(self._folder))
            index.config_reader("manual")  # otherwise a thread checks for commits every half second
            index.register_tokenizer("cut", _TERMS)
            return _View(self._folder, state, index, index.searcher())

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        """A writer that is committed at the end; after an exception the index is unchanged."""
        try:
            writer = self._current().index.writer(_MEMORY, 1)
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
                writer.wait_merging_threads()  # which merge segments after a commit

    def _on_disk(self) -> AbstractContextManager[None]:
        return writable(self._folder, ValueError)  # which Tantivy raises for a full disk

    def _clean(self, writer: tantivy.IndexWriter) -> None:
        """Remove the files left by a process that was killed: the next commit would use the same names."""
        writer.garbage_collect_files()
        for unfinished in self._folder.glob(".tmp*"):
            unfinished.unlink()


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Raise IndexUnusable for Tantivy's errors in reading its files.

    Queries are built outside of this: an error there is a bug, not damage.
    """
    try:
        yield
    except BaseException as error:  # a Rust panic is not an Exception, and its class can't be imported
        if isinstance(error, ValueError | OSError) or type(error).__name__ == "PanicException":
            raise IndexUnusable(folder, _("is damaged") + f" ({_reason(error)})", _(REBUILD)) from error
        raise


@dataclass(frozen=True, slots=True)
class _View:
    """The index as of one commit, and everything that is read from it."""

    folder: Path
    state: State
    index: tantivy.Index
    searcher: tantivy.Searcher
    _frequencies: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return int(self.searcher.num_docs)

    def count(self, query: TantivyQuery) -> int:
        with _reading(self.folder):
            result: Any = self.searcher.search(_unscored(query), 1)
            return int(result.count)

    def frequency(self, word: str) -> int:
        """The number of articles that contain a word; remembered, as each question asks it several times."""
        if word not in self._frequencies:
            if len(self._frequencies) >= _MAX_FREQUENCIES:
                self._frequencies.clear()
            self._frequencies[word] = self.count(_word("words", word))
        return self._frequencies[word]

    def best(self, query: TantivyQuery, size: int) -> tuple[list[tuple[float, tantivy.DocAddress]], int]:
        """The articles with the highest scores, and how many match."""
        with _reading(self.folder):
            result: Any = self.searcher.search(query, size)
            return result.hits, int(result.count)

    def by_date(
        self, query: TantivyQuery, size: int, order: Order = "newest"
    ) -> tuple[list[tuple[int | None, tantivy.DocAddress]], int]:
        """Articles with their dates, in seconds since 1970, undated ones last; and how many match."""
        direction = tantivy.Order.Asc if order == "oldest" else tantivy.Order.Desc
        with _reading(self.folder):
            result: Any = self.searcher.search(query, size, order_by_field="published", order=direction)
            return result.hits, int(result.count)

    def dates(self, addresses: list[tantivy.DocAddress]) -> list[int]:
        """The dates of articles in seconds since 1970, or _UNDATED."""
        with _reading(self.folder):
            values: list[Any] = self.searcher.fast_field_values("published", addresses)
        return [_UNDATED if value is None else value for value in values]

    def id(self, address: tantivy.DocAddress) -> str:
        with _reading(self.folder):
            return str(self.searcher.doc(address)["id"][0])

    def values(self, query: TantivyQuery, facets: Iterable[str]) -> dict[str, dict[str, int]]:
        """For each facet its values, each with its number of articles."""
        terms = {facet: {"terms": {"field": f"by_{facet}", "size": _MAX_VALUES}} for facet in facets}
        with _reading(self.folder):
            counts = self.searcher.aggregate(query, terms)
            return {
                facet: {bucket["key"]: bucket["doc_count"] for bucket in counts[facet]["buckets"]} for facet in terms
            }

    def months(self, query: TantivyQuery) -> dict[str, int]:
        return self.values(query, ["month"])["month"]

    def days(self, query: TantivyQuery) -> dict[str, int]:
        hits, _count = self.by_date(_unscored(query), self.size or 1)
        days: Counter[str] = Counter()
        for time, count in Counter(time for time, _address in hits).items():
            days["" if time is None else day(time)] += count
        return dict(days)

    def terms(self, field: str, start: str = "") -> list[tuple[str, int]]:
        """The terms that start with `start`, each with its number of articles; deleted ones are not counted."""
        with _reading(self.folder):
            terms = self.searcher.terms_with_prefix(field, start, TantivyQuery.all_query())
        return [(term, count) for term, count in terms if count]

    def expand(self, field: str, start: str) -> list[str]:
        """The terms that start with `start`, in order, those of deleted articles included."""
        with _reading(self.folder):
            return sorted(term for term, _count in self.searcher.terms_with_prefix(field, start))


class _Search:
    """The evaluation of a query on a view.

    `strict` matches the articles with all the words, `loose` those with enough of them.
    """

    def __init__(self, view: _View, query: Query) -> None:
        self._view = view
        self._query = query
        words = [_word("words", word) for word in query.words]
        required = query.required(sum(view.frequency(word) > 0 for word in query.words))
        self.strict = self.loose = self._bounded([(Occur.Must, word) for word in words])
        if required < len(words):
            enough = TantivyQuery.boolean_query([(Occur.Should, word) for word in words], required)
            clauses = [(Occur.Must, enough)]
            if query.has_long_words:
                long_words = (_word("words", word) for word in query.words if len(word) > 1)
                clauses.append((Occur.Must, _unscored(_any(long_words))))
            self.loose = self._bounded(clauses)

    def _bounded(self, words: list[tuple[Occur, TantivyQuery]]) -> TantivyQuery:
        """The words together with all required and excluded parts of the query."""
        query = self._query
        clauses = [*words, *((Occur.Must, self._select(node)) for node in query.must)]
        for facet in ("source", "section", "credit"):
            if value := getattr(query, facet):
                clauses.append((Occur.Must, _unscored(_word(f"by_{facet}", value))))
        if query.among is not None:
            clauses.append((Occur.Must, _unscored(_one_of(query.among))))
        if query.since or query.until:
            clauses.append((Occur.Must, self._select(Between(query.since, query.until))))
        if not clauses:
            clauses.append((Occur.Must, _unscored(TantivyQuery.all_query())))
        clauses += ((Occur.MustNot, self._select(node)) for node in query.unwanted)
        clauses += ((Occur.Should, _word("words", word)) for word in query.ranked if word not in query.words)
        return TantivyQuery.boolean_query(clauses)

    def best(self, end: int, order: Order) -> tuple[list[Match], int, int]:
        """The first `end` matches; how many articles match, and how many of them have all the words."""
        matches, whole = self._top(self.strict, end, order)
        if self.loose is self.strict:
            return matches, whole, whole
        if order == "relevance" and not self._query.is_short:  # by score alone, whether all the words or some
            ids = {match.id for match in matches}
            matches, total = self._top(self.loose, end, order)
            return [replace(match, whole=match.id in ids) for match in matches], total, whole
        others = TantivyQuery.boolean_query([(Occur.Must, self.loose), (Occur.MustNot, self.strict)])
        rest, partial = self._top(others, end - len(matches), order)
        return [*matches, *(replace(match, whole=False) for match in rest)], whole + partial, whole

    def _top(self, query: TantivyQuery, end: int, order: Order) -> tuple[list[Match], int]:
        """The first `end` articles that match, and how many do."""
        view = self._view
        end = min(end, view.size)
        if not end:
            return [], view.count(query)
        if order == "relevance" and self._query.ranked:
            hits, count = self._scored(query, end)
            dates = view.dates([address for _score, address in hits])
            newest_first = sorted(zip(hits, dates, strict=True), key=lambda item: (-item[0][0], -item[1]))
            return [Match(view.id(address), score) for (score, address), _date in newest_first[:end]], count
        dated, count = view.by_date(query, end, order)
        return [Match(view.id(address), 0.0) for _date, address in dated], count

    def _scored(self, query: TantivyQuery, end: int) -> tuple[list[tuple[float, tantivy.DocAddress]], int]:
        """The best `end` hits and all that score like the last of them, so that the newer of these can be chosen."""
        size = end + _TIES
        while True:
            hits, count = self._view.best(query, size)
            if len(hits) < size or hits[-1][0] < hits[end - 1][0]:
                return hits, count
            size *= 2

    def _select(self, node: Node) -> TantivyQuery:
        """The articles that match a part of the query; adds nothing to the score."""
        return _unscored(self._translate(node))

    def _translate(self, node: Node) -> TantivyQuery:
        match node:
            case Words(words, field):
                return _all(_word(WORDS_OF[field], word) for word in words)
            case Quote(characters, _words, "title"):
                return _phrase("headline", characters)
            case Quote(characters):
                return _any(_phrase(field, characters) for field in ("exact", "headline"))
            case Prefix(start, field):
                terms = self._view.expand(WORDS_OF[field], start)[:MAX_EXPANSIONS]
                return TantivyQuery.term_set_query(_SCHEMA, WORDS_OF[field], terms)
            case Either(nodes):
                return _any(map(self._select, nodes))
            case Every(nodes, unwanted):
                excluded = [(Occur.MustNot, self._select(node)) for node in unwanted]
                return TantivyQuery.boolean_query([(Occur.Must, self._select(node)) for node in nodes] + excluded)
            case Between(since, until):
                first, before = (seconds(time) if time else end for time, end in ((since, _UNDATED), (until, 2**62)))
                return _range("published", first, before - 1)
            case Amount(first, last):
                return _range("amount", first, last)
            case Near(ids=ids) | Same(ids=ids):
                return self._translate(loosened(node)) if ids is None else _one_of(ids)
            case Among(ids=ids):
                return _one_of(ids)


def _word(field: str, word: str) -> TantivyQuery:
    return TantivyQuery.term_query(_SCHEMA, field, word, "freq" if field == "words" else "basic")


def _phrase(field: str, characters: tuple[str, ...]) -> TantivyQuery:
    terms: list[str | tuple[int, str]] = [_SEPARATOR if sign == SEPARATOR else sign for sign in characters]
    return TantivyQuery.phrase_query(_SCHEMA, field, terms) if len(terms) > 1 else _word(field, characters[0])


def _one_of(ids: Iterable[str]) -> TantivyQuery:
    return TantivyQuery.term_set_query(_SCHEMA, "id", list(ids))


def _range(field: str, first: int, last: int) -> TantivyQuery:
    if first > last:
        return TantivyQuery.empty_query()
    return TantivyQuery.range_query(_SCHEMA, field, tantivy.FieldType.Integer, first, last)


def _unscored(query: TantivyQuery) -> TantivyQuery:
    return TantivyQuery.const_score_query(query, 0.0)


def _all(queries: Iterable[TantivyQuery]) -> TantivyQuery:
    return TantivyQuery.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Iterable[TantivyQuery]) -> TantivyQuery:
    return TantivyQuery.boolean_query([(Occur.Should, query) for query in queries])


def _joined(characters: list[str]) -> str:
    return " ".join(characters).replace("   ", f" {_SEPARATOR} ")


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
