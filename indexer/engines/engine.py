"""The protocol that every search engine implements, and how an engine is opened.

An engine's index holds terms and ids; the text stays in the archive. It records its position in
the archive's sequence, and the analyzer version and the lexicon that its articles were cut with.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib import import_module
from math import floor
from pathlib import Path
from threading import Lock
from typing import Generic, Literal, NamedTuple, Protocol, Self, TypeVar

from archive.article import SHANGHAI, Article, Revision
from archive.disk import atomic_write
from archive.errors import IndexUnusable, UsageFault
from archive.store import ArticleStore
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from indexer import engines
from indexer.figures.amounts import amounts
from indexer.figures.figure import readable
from indexer.figures.places import within
from indexer.question.query import Query
from indexer.text import analyzer
from indexer.text.analyzer import Analyzer, characters

Order = Literal["relevance", "newest", "oldest"]
Unit = Literal["month", "day"]
REBUILD = "`wencang index --rebuild` rebuilds it"
TITLE_WEIGHT = 3  # times a word of the title is counted
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FACETS = ("source", "section", "credit", "month")


def facets_of(article: Article) -> tuple[str, ...]:
    """An article's value for each of FACETS, truncated to what Tantivy accepts: 64 KB."""
    month = f"{article.published:%Y-%m}" if article.published else ""
    return tuple(value[:16_000] for value in (article.source, article.section, article.credit, month))


def seconds(time: datetime) -> int:
    """Whole seconds since 1970; negative for an earlier time."""
    return floor(time.timestamp())


def day(seconds: int) -> str:
    """The day in Asia/Shanghai, as 2022-06-01, of a time in seconds since 1970."""
    return (_EPOCH + timedelta(seconds=seconds)).astimezone(SHANGHAI).date().isoformat()


class Cut(NamedTuple):
    """The terms that an engine indexes of an article, by field."""

    words: list[str]  # of title and body, those of the title TITLE_WEIGHT times: used for ranking
    title: list[str]
    origin: list[str]  # of site and credit
    section: list[str]
    author: list[str]
    exact: list[str]  # characters of the body: quotes are matched against these
    headline: list[str]  # characters of the title
    place: list[str]  # places in title or body by their full names, and the prefectures they lie in
    amount: list[int]  # amounts of money in title or body, as keys (indexer/figures/amounts.py)


def cut(article: Article, analyzer: Analyzer) -> Cut:
    """An article's terms for each field."""
    terms, title = analyzer.terms, analyzer.terms(article.title)
    text = readable(f"{article.title}\n{article.body}")
    return Cut(
        words=title * TITLE_WEIGHT + terms(article.body),
        title=title,
        origin=terms(f"{article.source} {article.credit}"),
        section=terms(article.section),
        author=terms(" ".join(article.authors)),
        exact=characters(article.body),
        headline=characters(article.title),
        place=within(text),
        amount=amounts(text),
    )


@dataclass(frozen=True, slots=True)
class Match:
    """A matching article; it has all the words of the query if `whole`, otherwise some of them."""

    id: str
    score: float
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Matches:
    """A page of the matching articles, best first.

    `total` counts all matching articles, `whole` those that have all the words. `facets`, if requested,
    counts all matching articles for each of FACETS by value: months as 2022-06, "" for articles without one.
    """

    total: int
    whole: int
    matches: tuple[Match, ...]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class SearchEngine(Protocol):
    """The index in one folder. Use it as a context manager.

    It may be shared by threads, also while another thread or process writes: each call reads one
    committed state of the index, never an older one than the call before.
    Methods raise IndexUnusable (the index is damaged) or Busy (another process is writing).
    """

    @property
    def analyzer(self) -> Analyzer:
        """Cuts queries the way the indexed articles were cut."""

    def __enter__(self) -> SearchEngine: ...
    def __exit__(self, *exc: object) -> None: ...

    def state(self) -> State:
        """What was recorded at the last commit."""

    def position(self) -> int:
        """The sequence of the last indexed revision."""

    def lexicon(self) -> str:
        """The words that the analyzer knows in addition to jieba's."""

    def write(self, revisions: Iterable[Revision]) -> None:
        """Index these articles in one transaction, replacing older versions and deleting withdrawn articles."""

    def search(
        self, query: Query, limit: int | None = None, offset: int = 0, order: Order = "relevance", facets: bool = False
    ) -> Matches:
        """The matching articles, all of them without a limit; `facets` counts them in the same pass.

        By relevance: articles with all the words before the others if the query is short
        (Query.is_short), then by BM25 score; of equal scores the newer article first. By date:
        articles with all the words before the others, undated ones last in each group.
        """

    def dates(self, query: Query, by: Unit, facet: str = "") -> dict[str, dict[str, int]]:
        """The number of articles with all the words by date, for each value of a facet.

        Months as 2022-06, days as 2022-06-01, in Asia/Shanghai; "" for undated articles. Without a
        facet the only value is "". Every article matches a query without words.
        """

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """The number of articles that contain each word."""

    def count(self) -> int:
        """The number of indexed articles."""

    def vocabulary(self, start: str = "") -> dict[str, int]:
        """The indexed words that start with `start`, in order, each with its number of articles.

        Older versions of articles may be counted too, until their segments are merged.
        """

    def ids(self) -> set[str]:
        """The ids of all indexed articles."""


def open_engine(name: str, folder: Path, create: bool = False, words: str | None = None) -> SearchEngine:
    """Open the index of the engine `name` in `folder`; with `create` make one if there is none.

    `words` is the lexicon of a new index, by default the shipped one. Raises UsageFault for an
    unknown engine, IndexUnusable if there is no index, it is damaged, or it was built by another
    version of the analyzer.
    """
    check_name(name)
    engine: SearchEngine = import_module(f"indexer.engines.{name}_engine").open_index(folder, create, words)
    return engine


def check_follows(store: ArticleStore, engine: SearchEngine) -> None:
    """Raise IndexUnusable if the index follows another archive, or one that was restored to an older state."""
    state = engine.state()
    if state.position and store.digest_at(state.position) != state.anchor:
        raise IndexUnusable(_("the index"), _("was built from another state of the archive"), _(REBUILD))


def check_name(name: str) -> None:
    """Raise UsageFault if there is no engine of this name."""
    if name not in engines.names():
        raise UsageFault(
            name, _("is not a search engine"), _("engines: {names}").format(names=", ".join(engines.names()))
        )


@contextmanager
def writable(folder: Path, fault: type[Exception] = OSError) -> Iterator[None]:
    """Raise IndexUnusable for a write that fails; `fault` is the error that a library raises in place of OSError."""
    try:
        yield
    except (OSError, fault) as error:
        reason = of_error(error) if getattr(error, "strerror", None) else str(error)[:200]
        mend = _("once that is fixed, `wencang index` updates it")
        raise IndexUnusable(folder, reason, mend) from error


def has_index(folder: Path) -> bool:
    """Whether a folder contains an index."""
    return (folder / "state.json").exists()


# The field of Cut in which the words of each query field are looked up.
WORDS_OF = {
    "": "words",
    "title": "title",
    "source": "origin",
    "section": "section",
    "author": "author",
    "place": "place",
}


@dataclass(frozen=True, slots=True)
class State:
    """What an engine records beside its own files, in state.json, which is replaced atomically."""

    position: int  # the sequence of the last indexed revision
    anchor: str  # digest of that revision's text: identifies the archive that the index follows
    version: str
    lexicon: str  # the words that the analyzer knows in addition to jieba's

    @classmethod
    def new(cls, layout: str, words: str | None) -> State:
        """The state of an empty index; `layout` is the version of the engine's own schema."""
        return cls(0, "", f"{analyzer.VERSION}.{layout}", analyzer.lexicon() if words is None else words)

    @classmethod
    def load(cls, folder: Path, layout: str) -> State:
        """The state of the index in a folder. Raises IndexUnusable."""
        path = folder / "state.json"
        try:
            state = cls(**json.loads(path.read_text(encoding="utf-8")))
            if not (type(state.position) is int and 0 <= state.position < 1 << 63 and isinstance(state.anchor, str)):
                raise ValueError
            Analyzer.parse(state.lexicon)
        except FileNotFoundError as error:
            raise IndexUnusable(folder, _("contains no index yet"), _("`wencang index` builds one")) from error
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise IndexUnusable(folder, _("its state can't be read"), _(REBUILD)) from error
        ours = f"{analyzer.VERSION}.{layout}"
        if state.version != ours:
            reason = _("was built by another analyzer (version {theirs}, this is {ours})")
            raise IndexUnusable(folder, reason.format(theirs=state.version, ours=ours), _(REBUILD))
        return state

    @staticmethod
    def stamp(folder: Path, before: tuple[int, int] = (0, 0)) -> tuple[int, int]:
        """Identifies the saved state without reading it; `before` if the folder has been removed."""
        try:
            status = (folder / "state.json").stat()
        except FileNotFoundError:
            return before
        return status.st_ino, status.st_mtime_ns

    def save(self, folder: Path) -> None:
        with writable(folder), atomic_write(folder / "state.json") as file:
            file.write(json.dumps(asdict(self), ensure_ascii=False).encode())


class View(Protocol):
    """One committed state of an index: all that a call reads."""

    @property
    def state(self) -> State: ...


V = TypeVar("V", bound=View)


class FolderEngine(ABC, Generic[V]):
    """Base of the engines that keep their index in a folder: opens a new view of it after each commit.

    Views are not closed explicitly: each is freed with its last reference, hence never during a search.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._stamp = State.stamp(folder)
        self._view = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        pass

    @abstractmethod
    def _open(self) -> V:
        """A view of the last commit. Its state is read first, so that the index contains at least what that says."""

    def _current(self) -> V:
        with self._lock:
            if self._stamp != (stamp := State.stamp(self._folder, self._stamp)):
                self._follow(stamp)
            return self._view

    def _follow(self, stamp: tuple[int, int]) -> None:
        try:
            view = self._open()
        except IndexUnusable:
            if has_index(self._folder):
                raise
            return  # the folder was removed after a rebuild; the view stays readable
        if view.state.lexicon != self._view.state.lexicon:
            self.__dict__.pop("analyzer", None)
        self._view, self._stamp = view, stamp

    @cached_property
    def analyzer(self) -> Analyzer:
        return Analyzer(self._view.state.lexicon)

    def state(self) -> State:
        return self._current().state

    def position(self) -> int:
        return self.state().position

    def lexicon(self) -> str:
        return self.state().lexicon
