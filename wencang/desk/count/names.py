"""Names counted: in how many articles each person, place or institution is named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal, NamedTuple

from archive.errors import UsageFault
from archive.tables.names import Named
from archive.text.messages import Message
from archive.text.translation import gettext as _
from indexer.figures.figure import Kind
from indexer.figures.named import NAMED
from wencang.desk.count.figures import kinds_of
from wencang.desk.count.periods import By, in_time, period_of
from wencang.desk.count.ranking import Ranking
from wencang.desk.count.recorded import NamesOf

_Named = tuple[str, str]  # kind and name
_TITLES = 3


class NameCount(NamedTuple):
    """A name, and how many articles and places in them name it.

    `titles` are the three titles that stand beside it in most articles, with 、 between them.
    """

    name: str
    articles: int
    mentions: int
    kind: str
    titles: str = ""

    @property
    def row(self) -> tuple[str, int, int, str, str]:
        """Name, articles, mentions, kind and titles."""
        return self.name, self.articles, self.mentions, self.kind, self.titles


@dataclass(frozen=True, slots=True)
class NameCounts(Ranking[NameCount]):
    """The names in the articles of a question, or of each period: those in most articles first.

    A person under a full and a short form in an article is counted once, a place under its present
    full name; Traditional and Simplified forms are one, under
    the form that is printed more often. Names are counted, not persons: two bearers of one name in different
    articles are one row, whose titles tell them apart. `reader` says what found the persons, "" if
    none are counted: counts of different readers are not comparable.
    """

    reader: str = ""
    names = ("name", "articles", "mentions", "kind", "titles")

    def side_by_side(self) -> Iterator[tuple[str, ...]]:
        """Rows of texts for a reader: the rank, then the name of that rank in each period, with its articles."""
        columns = ([f"{count.name} {count.articles}" for count in counts] for counts in self.words.values())
        return ((str(rank), *cells) for rank, cells in enumerate(zip_longest(*columns, fillvalue=""), 1))


def named_kinds(names: Collection[str]) -> list[Kind]:
    """These kinds of names, persons by default. Raises UsageFault for any other."""
    kinds = kinds_of(names or ("person",))
    if other := [kind for kind in kinds if kind not in NAMED]:
        raise UsageFault(other[0], _("is not counted by name"), _("kinds: {names}").format(names=", ".join(NAMED)))
    return kinds


def count_names(articles: Iterable[NamesOf], by: By | Literal[""], limit: int) -> dict[str, tuple[NameCount, ...]]:
    """The `limit` most frequent names of each period, or under "" of all."""
    counts: dict[str, dict[_Named, _Count]] = defaultdict(lambda: defaultdict(_Count))
    for article in articles:
        of_period = counts[period_of(article.day, by) if by else ""]
        for name in article.names:
            if name.sentences:
                of_period[name.kind, name.name].add(name)
    forms: dict[_Named, Counter[str]] = defaultdict(Counter)
    for names in counts.values():
        for named, count in names.items():
            forms[named].update(count.forms)
    printed = {named: max(found, key=lambda form: (found[form], form == named[1])) for named, found in forms.items()}
    return {period: _most(names, printed, limit) for period, names in in_time(counts) if names}


@dataclass(slots=True)
class _Count:
    """The articles and mentions of a name, its printed forms and its titles, each by the number of articles."""

    articles: int = 0
    mentions: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    titles: Counter[str] = field(default_factory=Counter)

    def add(self, name: Named) -> None:
        self.articles += 1
        self.mentions += len(name.sentences)
        self.forms[name.printed] += len(name.sentences)
        if name.title:
            self.titles[name.title] += 1


def _most(counts: Mapping[_Named, _Count], printed: Mapping[_Named, str], limit: int) -> tuple[NameCount, ...]:
    def rank(named: _Named) -> tuple[int, int, _Named]:
        return -counts[named].articles, -counts[named].mentions, named

    chosen = sorted(counts, key=rank)[: limit or None]
    return tuple(_row(named, printed[named], counts[named]) for named in chosen)


def _row(named: _Named, printed: str, count: _Count) -> NameCount:
    return NameCount(printed, count.articles, count.mentions, named[0], common_titles(count.titles))


def common_titles(titles: Counter[str]) -> str:
    """The commonest titles of a name, by which its bearers can be told apart."""
    return "、".join(sorted(titles, key=lambda title: (-titles[title], title))[:_TITLES])


def by_reader(kinds: Collection[str], reader: str) -> tuple[Message, ...]:
    """The notice that names the reader of an answer with persons."""
    return (Message("names-reader", {"reader": reader}),) if "person" in kinds else ()
