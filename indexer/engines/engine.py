"""What every search engine can do, and how one is opened.

An engine holds terms and ids; the text stays in the archive. It keeps its own position in
the archive's sequence, and with it the analyzer's version and the lexicon it was cut with.
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
from archive.messages import of_error
from archive.store import ArticleStore
from archive.translation import gettext as _
from indexer import engines
from indexer.figures.amounts import amounts
from indexer.figures.figure import readable
from indexer.figures.places import within
from indexer.question.query import Query
from indexer.text import analyzer
from indexer.text.analyzer import Analyzer, characters

Order = Literal["relevance", "newest", "oldest"]
Unit = Literal["month", "day"]
REBUILD = "`wencang index --rebuild` makes it anew"
TITLE_COUNTS = 3  # times a word of the title counts as often as one of the body
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FACETS = ("source", "section", "credit", "month")


def facets_of(article: Article) -> tuple[str, ...]:
    """An article's value for each of FACETS, if need be cut to what Tantivy can hold: 64 KB."""
    month = f"{article.published:%Y-%m}" if article.published else ""
    return tuple(value[:16_000] for value in (article.source, article.section, article.credit, month))


def seconds(time: datetime) -> int:
    """Whole seconds since 1970; of an earlier time fewer than none."""
    return floor(time.timestamp())


def day(seconds: int) -> str:
    """The day in Asia/Shanghai, as 2022-06-01, on which so many seconds since 1970 had passed."""
    return (_EPOCH + timedelta(seconds=seconds)).astimezone(SHANGHAI).date().isoformat()


class Cut(NamedTuple):
    """What an engine holds of an article, field by field."""

    words: list[str]  # of title and body, those of the title TITLE_COUNTS times: what ranking counts
    title: list[str]
    origin: list[str]  # of site and credit
    section: list[str]
    author: list[str]
    exact: list[str]  # characters of the body: what a quote is matched against
    headline: list[str]  # characters of the title
    place: list[str]  # named in title or body, by their full names, and those that they lie in
    amount: list[int]  # of money in title or body, as keys (indexer/figures/amounts.py)


def cut(article: Article, analyzer: Analyzer) -> Cut:
    terms, title = analyzer.terms, analyzer.terms(article.title)
    text = readable(f"{article.title}\n{article.body}")
    return Cut(
        words=title * TITLE_COUNTS + terms(article.body),
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
    """An article that answers: with all the words that were asked for, or (not `whole`) with some of them."""

    id: str
    score: float
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Matches:
    """A part of the answer, best first; how many articles the answer has, and how many of these have all the words.

    `facets`, where asked for, has for each of FACETS the number of articles of the whole answer by value:
    months as 2022-06, "" for articles that do not say.
    """

    total: int
    whole: int
    matches: tuple[Match, ...]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class SearchEngine(Protocol):
    """One folder's index. Use it as a context manager.

    Several threads may call it at once, also while another thread or process writes: each call
    answers from one committed state, and none from an older one than the call before.
    Calls raise IndexUnusable (damaged) or Busy (another run is writing).
    """

    @property
    def analyzer(self) -> Analyzer:
        """Cuts questions as the articles were cut."""

    def __enter__(self) -> SearchEngine: ...
    def __exit__(self, *exc: object) -> None: ...

    def state(self) -> State:
        """What it noted when it was last written."""

    def position(self) -> int:
        """The sequence of the last revision it holds."""

    def lexicon(self) -> str:
        """The words that its analyzer knows beside jieba's."""

    def write(self, revisions: Iterable[Revision]) -> None:
        """Hold these articles, in place of their older versions; no more those that were withdrawn.

        All of them or, after a crash, none.
        """

    def search(
        self, query: Query, limit: int | None = None, offset: int = 0, order: Order = "relevance", facets: bool = False
    ) -> Matches:
        """The articles that match, all of them for no limit; with `facets` the whole answer counted in the same pass.

        Those with all the words come first, where these are few (Query.is_short); then by the
        BM25 of the words, the newer first of two alike. In an order of dates, those with all
        the words come first too, and the undated last of each.
        """

    def dates(self, query: Query, by: Unit, facet: str = "") -> dict[str, dict[str, int]]:
        """For each value of one of FACETS how many articles with all the words were published when.

        Months as 2022-06, days as 2022-06-01, in Asia/Shanghai, "" for the undated; without a
        facet all stand under "". A question without words is answered by every article.
        """

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """In how many articles each of these words stands."""

    def count(self) -> int:
        """How many articles it holds."""

    def vocabulary(self, start: str = "") -> dict[str, int]:
        """The words of all articles that begin so, each with the number of articles, in the words' order.

        Older versions of articles may count too, until they are merged away.
        """

    def ids(self) -> set[str]:
        """Every article it holds."""


def open_engine(name: str, folder: Path, create: bool = False, words: str | None = None) -> SearchEngine:
    """The engine of that name with its index in `folder`; made there if `create`.

    `words` is the lexicon that an index is made with, the shipped one where none is given.

    Raises UsageFault for an unknown name, IndexUnusable where there is no index, it is
    damaged, or it was cut by another version of the analyzer.
    """
    check_name(name)
    opened: SearchEngine = import_module(f"indexer.engines.{name}_engine").open_index(folder, create, words)
    return opened


def check_follows(store: ArticleStore, engine: SearchEngine) -> None:
    """Raises IndexUnusable for an index of another archive, or of one that was put back to an older state."""
    state = engine.state()
    if state.position and store.digest_at(state.position) != state.anchor:
        raise IndexUnusable(_("the index"), _("was made of another state of the archive"), _(REBUILD))


def check_name(name: str) -> None:
    """Raises UsageFault for a name no engine has."""
    if name not in engines.names():
        raise UsageFault(name, _("is no engine"), _("engines: {names}").format(names=", ".join(engines.names())))


@contextmanager
def writable(folder: Path, fault: type[Exception] = OSError) -> Iterator[None]:
    """Raises IndexUnusable for files that can't be written: `fault` is what a library makes of an OSError."""
    try:
        yield
    except (OSError, fault) as error:
        reason = of_error(error) if getattr(error, "strerror", None) else str(error)[:200]
        mend = _("when that is mended, `wencang index` brings it up to date")
        raise IndexUnusable(folder, reason, mend) from error


def is_made(folder: Path) -> bool:
    """Whether a folder holds an index."""
    return (folder / "state.json").exists()


# The field of a Cut that a field of a question is looked up in.
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
    """What an engine notes beside its own files, in one small file that is replaced whole."""

    position: int  # the sequence of the last revision it holds
    anchor: str  # the digest of that revision's text: tells whether an archive is the one it followed
    version: str
    lexicon: str  # the words that its analyzer knows beside jieba's

    @classmethod
    def new(cls, layout: str, words: str | None) -> State:
        """Of an empty index; `layout` is the version of the engine's own schema."""
        return cls(0, "", f"{analyzer.VERSION}.{layout}", analyzer.lexicon() if words is None else words)

    @classmethod
    def load(cls, folder: Path, layout: str) -> State:
        """The state kept in a folder; IndexUnusable where it can't be used."""
        path = folder / "state.json"
        try:
            state = cls(**json.loads(path.read_text(encoding="utf-8")))
            Analyzer.parse(state.lexicon)
        except FileNotFoundError as error:
            raise IndexUnusable(folder, _("holds no index yet"), _("`wencang index` makes one")) from error
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise IndexUnusable(folder, _("its state can't be read"), _(REBUILD)) from error
        ours = f"{analyzer.VERSION}.{layout}"
        if state.version != ours:
            other = _("was made by another analyzer (version {theirs}, this is {ours})")
            raise IndexUnusable(folder, other.format(theirs=state.version, ours=ours), _(REBUILD))
        return state

    @staticmethod
    def stamp(folder: Path, before: tuple[int, int] = (0, 0)) -> tuple[int, int]:
        """Another one each time that a state is saved; `before` where another index took the folder's place."""
        try:
            noted = (folder / "state.json").stat()
        except FileNotFoundError:
            return before
        return noted.st_ino, noted.st_mtime_ns

    def save(self, folder: Path) -> None:
        with writable(folder), atomic_write(folder / "state.json") as file:
            file.write(json.dumps(asdict(self), ensure_ascii=False).encode())


class View(Protocol):
    """An index as it was committed: what one call answers from."""

    @property
    def state(self) -> State: ...


V = TypeVar("V", bound=View)


class FolderEngine(ABC, Generic[V]):
    """What the engines share that keep their index in a folder: its newest view, opened again once it was written.

    Nothing is closed: a view is released with its last reference, so never under a search.
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
        """The view of what was last committed; its state is read first, so that it holds no less than that says."""

    def _now(self) -> V:
        with self._lock:
            if self._stamp != (stamp := State.stamp(self._folder, self._stamp)):
                self._follow(stamp)
            return self._view

    def _follow(self, stamp: tuple[int, int]) -> None:
        try:
            view = self._open()
        except IndexUnusable:
            if is_made(self._folder):
                raise
            return  # a rebuilt index took its place, and the folder was removed: the view stays readable
        if view.state.lexicon != self._view.state.lexicon:
            self.__dict__.pop("analyzer", None)
        self._view, self._stamp = view, stamp

    @cached_property
    def analyzer(self) -> Analyzer:
        return Analyzer(self._view.state.lexicon)

    def state(self) -> State:
        return self._now().state

    def position(self) -> int:
        return self.state().position

    def lexicon(self) -> str:
        return self.state().lexicon
