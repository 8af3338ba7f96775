"""Figures and names in a text: amounts, counts, percentages, dates, places, institutions, persons. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from indexer.figures import dates, institutions, persons, places, quantities
from indexer.figures.figure import KINDS, Figure, Kind, readable


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
