"""What is counted by year or month: the names of periods, and lists of one for each as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, TypeVar

from archive.article import Revision
from wencang.desk.groups import GROUPS

T = TypeVar("T")
PERIODS: dict[str, Callable[[Revision], str]] = {
    "": lambda _revision: "", "year": GROUPS["year"], "month": GROUPS["month"],
}  # fmt: skip


def in_time(counts: Mapping[str, T]) -> list[tuple[str, T]]:
    """In the order of periods, the undated last."""
    return sorted(counts.items(), key=lambda one: (not one[0], one[0]))


def ranked(found: Mapping[str, Iterable[Sequence[Any]]]) -> Iterator[tuple[Any, ...]]:
    """Each period's rows with the period and their rank in it; None for the undated."""
    for period, rows in found.items():
        yield from ((period or None, rank, *row) for rank, row in enumerate(rows, 1))


def side_by_side(found: Mapping[str, Iterable[Sequence[Any]]]) -> Iterator[tuple[str, ...]]:
    """A column a period, of words with their scores."""
    columns = ([f"{word} {score:.1f}" for word, score, *_more in rows] for rows in found.values())
    return ((str(rank), *cells) for rank, cells in enumerate(zip_longest(*columns, fillvalue=""), 1))
