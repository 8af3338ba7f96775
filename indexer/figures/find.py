"""Finds figures and names in a text: amounts, counts, percentages, dates, places, institutions, persons. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from archive.article import Article
from indexer.figures import dates, institutions, persons, places, quantities
from indexer.figures.figure import KINDS, Figure, Kind, Name, Period, Quantity, readable
from indexer.figures.origin import origin_of_body
from indexer.persons.reader import RULES, Reader
from indexer.text.sentences import SENTENCE_END

_NAMED: frozenset[Kind] = frozenset(("place", "institution", "person"))


def figures(
    text: str,
    published: date | None = None,
    kinds: Collection[Kind] = KINDS,
    reader: Reader = RULES,
    origin: str = "",
) -> list[Figure]:
    """The figures in a text, in order. They do not overlap, except for places inside an institution's name.

    `published` is the day in Asia/Shanghai to which 去年, 上月 and 5月12日 are relative; `reader` finds the
    persons. `origin` is what else tells which of several places of one name is meant: title, outlet, site.
    """
    folded = readable(text)
    every: list[Figure] = []
    if not _NAMED.issuperset(kinds):
        every += _quantities(folded, text, published)
    if not _NAMED.isdisjoint(kinds):
        every += _names(folded, text, reader, origin)
    return [figure for figure in sorted(every, key=_position) if figure.kind in kinds]


def _quantities(folded: str, text: str, published: date | None) -> Iterator[Figure]:
    days = list(dates.find(folded, text, published))
    yield from days
    yield from _outside(days, quantities.find(folded, text))


def _names(folded: str, text: str, reader: Reader, origin: str) -> Iterator[Figure]:
    names = [*places.find(folded, text, origin), *institutions.find(folded, text)]
    people = list(persons.find(folded, text, names, reader))
    yield from people
    yield from _outside(people, names)


def _outside(others: Iterable[Figure], figures: Iterable[Figure]) -> Iterator[Figure]:
    """The figures that do not overlap others."""
    covered = {position for other in others for position in range(other.start, other.end)}
    return (figure for figure in figures if covered.isdisjoint(range(figure.start, figure.end)))


def _position(figure: Figure) -> tuple[int, int]:
    return figure.start, -figure.end


@dataclass(frozen=True, slots=True)
class Mention:
    """A figure in the body of an article, its sentence, and how many articles of a story report it."""

    figure: Figure
    article: Article
    sentence: str
    reports: int = 1


def mentions(articles: Iterable[Article], kinds: Collection[Kind] = KINDS, reader: Reader = RULES) -> Iterator[Mention]:
    """The figures in the bodies of articles, article by article."""
    for article in articles:
        ends = [match.end() for match in SENTENCE_END.finditer(article.body)]
        for figure in figures(article.body, article.day, kinds, reader, origin_of_body(article)):
            yield Mention(figure, article, _sentence(article.body, ends, figure))


def _sentence(text: str, ends: Sequence[int], figure: Figure) -> str:
    """The sentence of a figure in a text whose sentences end at these places."""
    before, after = bisect_right(ends, figure.start), bisect_right(ends, figure.end)
    return text[ends[before - 1] if before else 0 : ends[after] if after < len(ends) else len(text)].strip()


def by_value(mention: Mention) -> tuple[int, str, Decimal | int, str]:
    """A sort key: kind and unit, then the largest quantity, the earliest date, or the name."""
    kind = KINDS.index(mention.figure.kind)
    match mention.figure.value:
        case Quantity(_low, high, unit):
            return kind, unit, -high, ""
        case Period(first):
            return kind, "", first.toordinal() if first else 0, ""
        case Name(name, title):
            return kind, name, 0, title
