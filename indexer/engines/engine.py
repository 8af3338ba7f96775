"""The protocol that every search engine implements, and what they share.

An engine's index holds terms and ids; the text stays in the archive. It records its position in
the archive's sequence, and the analyzer version and the lexicon that its articles were cut with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import floor
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from archive.article import SHANGHAI, Article, Revision
from archive.errors import IndexUnusable, UsageFault
from archive.store.reads import Reads
from archive.text.outlets import outlet
from archive.text.translation import gettext as _
from indexer import engines
from indexer.question.query import Query
from indexer.text import analyzer
from indexer.text.analyzer import Analyzer, characters

A = TypeVar("A")
B = TypeVar("B")
Order = Literal["relevance", "newest", "oldest"]
Unit = Literal["month", "day"]
REBUILD = "`wencang index --rebuild` rebuilds it"
TITLE_WEIGHT = 3  # times a word of the title is counted
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FACETS = ("source", "section", "credit", "month")


def facets_of(article: Article) -> tuple[str, ...]:
    """An article's value for each of FACETS, the credit as an outlet, truncated to what every engine accepts: 32 KB."""
    month = f"{article.published:%Y-%m}" if article.published else ""
    return tuple(value[:8_000] for value in (article.source, article.section, outlet(article.credit), month))


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
    origin: list[str]  # of site and credit, as printed and by its normal name
    section: list[str]
    author: list[str]
    exact: list[str]  # characters of the body: quotes are matched against these
    headline: list[str]  # characters of the title
    place: list[str]  # places in title or body by their full names, and those they lie in
    amount: list[int]  # amounts of money in title or body, as keys (indexer/figures/amounts.py)


def cut(article: Article, analyzer: Analyzer) -> Cut:
    """An article's terms for each field."""
    from indexer.figures.amounts import amounts  # imported here: a search does without their expressions
    from indexer.figures.figure import readable
    from indexer.figures.origin import origin_of
    from indexer.figures.places import within

    terms, title = analyzer.terms, analyzer.terms(article.title)
    text = readable(f"{article.title}\n{article.body}")
    return Cut(
        words=title * TITLE_WEIGHT + terms(article.body),
        title=title,
        origin=terms(f"{article.source} {article.credit} {outlet(article.credit)}"),
        section=terms(article.section),
        author=terms(" ".join(article.authors)),
        exact=characters(article.body),
        headline=characters(article.title),
        place=within(text, origin_of(article)),
        amount=amounts(text),
    )


class Spread(Protocol):
    """As `map`, but it calls a function in other processes, a few values ahead; the results come in order.

    The function, the values and the results are pickled.
    """

    def __call__(self, function: Callable[[A], B], values: Iterable[A], /) -> Iterator[B]: ...


@lru_cache(maxsize=2)
def analyzer_of(words: str) -> Analyzer:
    """The analyzer with this lexicon: one in a process, as it remembers what it has cut."""
    return Analyzer(words)


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
    """An open index. Use it as a context manager.

    It may be shared by threads, also while another thread or process writes: each call reads one
    committed state of the index, never an older one than the call before.
    Methods raise IndexUnusable (the index is damaged, or out of reach) or Busy (another process is writing).
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

    def write(self, revisions: Iterable[Revision], spread: Spread | None = None) -> None:
        """Index these articles, replacing older versions and removing withdrawn articles, then record the position.

        Readers see all of them or none; an index on several machines may show some before the rest. After
        a failure the position is the old one, and the same articles can be written again. The text is cut
        in this process, or in others by `spread`.
        """

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

    def ids(self) -> Iterator[str]:
        """The ids of all indexed articles, each once, in no order."""


def check_follows(store: Reads, engine: SearchEngine) -> None:
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
    """What an engine records of its index, after each commit."""

    position: int  # the sequence of the last indexed revision
    anchor: str  # digest of that revision's text: identifies the archive that the index follows
    version: str
    lexicon: str  # the words that the analyzer knows in addition to jieba's

    @classmethod
    def new(cls, layout: str, words: str | None) -> State:
        """The state of an empty index; `layout` is the version of the engine's own schema."""
        return cls(0, "", f"{analyzer.VERSION}.{layout}", analyzer.lexicon() if words is None else words)

    @classmethod
    def read(cls, values: Any, layout: str, subject: object) -> State:
        """The state that was recorded as these values. Raises IndexUnusable, which names the subject."""
        try:
            state = cls(**values)
            if not (type(state.position) is int and 0 <= state.position < 1 << 63 and isinstance(state.anchor, str)):
                raise ValueError
            Analyzer.parse(state.lexicon)
        except (ValueError, TypeError, AttributeError) as error:
            raise IndexUnusable(subject, _("its state can't be read"), _(REBUILD)) from error
        ours = f"{analyzer.VERSION}.{layout}"
        if state.version != ours:
            reason = _("was built by another analyzer (version {theirs}, this is {ours})")
            raise IndexUnusable(subject, reason.format(theirs=state.version, ours=ours), _(REBUILD))
        return state
