"""Names counted: in how many articles each person, place or institution is named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from archive.article import Revision
from archive.errors import UsageFault
from archive.text.messages import Message
from archive.text.translation import gettext as _
from indexer.figures.figure import Kind, Name
from indexer.figures.find import Mention
from indexer.text.analyzer import fold
from wencang.desk.count.figures import kinds_of
from wencang.desk.count.periods import PERIODS, in_time
from wencang.desk.count.ranking import Ranking

NAMED: tuple[Kind, ...] = ("place", "institution", "person")
_Named = tuple[Kind, str]


class NameCount(NamedTuple):
    """A name, and how many articles and places in them name it."""

    name: str
    articles: int
    mentions: int
    kind: Kind

    @property
    def row(self) -> tuple[str, int, int, str]:
        """Name, articles, mentions and kind."""
        return self.name, self.articles, self.mentions, self.kind


@dataclass(frozen=True, slots=True)
class NameCounts(Ranking[NameCount]):
    """The names in the articles of a question, or of each period: those in most articles first.

    A person under a full and a short form in an article is counted once, a place under its present
    full name; Traditional and Simplified forms are one, under
    the form that is printed more often. `reader` says what found the persons, "" if
    none are counted: counts of different readers are not comparable.
    """

    reader: str = ""
    names = ("name", "articles", "mentions", "kind")

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


def count_names(
    revisions: Iterable[Revision], found: Callable[[Revision], Iterable[Mention]], by: str, limit: int
) -> dict[str, tuple[NameCount, ...]]:
    """The `limit` most frequent names of each period, or under "" of all; `found` gives the names of an article."""
    articles: dict[str, Counter[_Named]] = defaultdict(Counter)
    mentions: dict[str, Counter[_Named]] = defaultdict(Counter)
    forms: dict[_Named, Counter[str]] = defaultdict(Counter)
    for revision in revisions:
        names = Counter[_Named]()
        for mention in found(revision):
            if isinstance(mention.figure.value, Name):
                named = mention.figure.kind, fold(mention.figure.value.name)
                names[named] += 1
                forms[named][mention.figure.value.name] += 1
        period = PERIODS[by](revision)
        articles[period].update(names.keys())
        mentions[period].update(names)
    printed = {named: max(counts, key=lambda form: (counts[form], form == named[1])) for named, counts in forms.items()}
    return {period: _most(counts, mentions[period], printed, limit) for period, counts in in_time(articles) if counts}


def _most(
    articles: Counter[_Named], mentions: Counter[_Named], printed: Mapping[_Named, str], limit: int
) -> tuple[NameCount, ...]:
    ranked = sorted(articles, key=lambda named: (-articles[named], -mentions[named], named))
    return tuple(
        NameCount(printed[named], articles[named], mentions[named], named[0]) for named in ranked[: limit or None]
    )


def by_reader(kinds: Collection[str], reader: str) -> tuple[Message, ...]:
    """The notice that names the reader of an answer with persons."""
    return (Message("names-reader", {"reader": reader}),) if "person" in kinds else ()
