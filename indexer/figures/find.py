"""Figures and names in a text: amounts, counts, percentages, dates, places, institutions, persons. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from archive.article import Article
from indexer.figures import dates, institutions, persons, places, quantities
from indexer.figures.figure import KINDS, Figure, Kind, Name, Period, Quantity, readable

_ENDS = "。！？；!?\n"


def figures(text: str, published: date | None = None, kinds: Collection[Kind] = KINDS) -> list[Figure]:
    """What is found in a text, in its order; a place may stand in an institution's name, each other figure by itself.

    `published` is the day in Asia/Shanghai that 去年, 上月 and 5月12日 are counted from.
    """
    return [figure for figure in sorted(_all(text, published), key=_place) if figure.kind in kinds]


def _all(text: str, published: date | None) -> Iterator[Figure]:
    folded = readable(text)
    days = list(dates.find(folded, text, published))
    taken = {at for day in days for at in range(day.start, day.end)}
    yield from days
    yield from (one for one in quantities.find(folded, text) if taken.isdisjoint(range(one.start, one.end)))
    named = [*places.find(folded, text), *institutions.find(folded, text)]
    people = list(persons.find(folded, text, named))
    people_at = {at for person in people for at in range(person.start, person.end)}
    yield from people
    yield from (one for one in named if people_at.isdisjoint(range(one.start, one.end)))


def _place(figure: Figure) -> tuple[int, int]:
    return figure.start, -figure.end


@dataclass(frozen=True, slots=True)
class Found:
    """A figure in an article's body, with the sentence that it stands in."""

    figure: Figure
    article: Article
    sentence: str


def found(articles: Iterable[Article], kinds: Collection[Kind] = KINDS) -> Iterator[Found]:
    """What stands in the bodies of these articles, article by article."""
    for article in articles:
        for figure in figures(article.body, article.day, kinds):
            yield Found(figure, article, _sentence(article.body, figure))


def _sentence(text: str, figure: Figure) -> str:
    before = max(text.rfind(sign, 0, figure.start) for sign in _ENDS)
    ends = (text.find(sign, figure.end) for sign in _ENDS)
    return text[before + 1 : min((end + 1 for end in ends if end >= 0), default=len(text))].strip()


def by_value(one: Found) -> tuple[int, str, Decimal | int, str]:
    """What found ones are sorted by: kind and unit, then the largest, the earliest, or the name."""
    kind = KINDS.index(one.figure.kind)
    match one.figure.value:
        case Quantity(_low, high, unit):
            return kind, unit, -high, ""
        case Period(first):
            return kind, "", first.toordinal() if first else 0, ""
        case Name(name, title):
            return kind, name, 0, title
