"""Periods of time by which articles are counted: days, ISO weeks, months and years in Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Literal, TypeVar

from archive.article import Revision
from wencang.desk.groups import GROUPS

T = TypeVar("T")
By = Literal["day", "week", "month", "year"]
UNDATED = ""
PERIODS: dict[str, Callable[[Revision], str]] = {
    "": lambda _revision: "", "year": GROUPS["year"], "month": GROUPS["month"],
}  # fmt: skip


def in_time(counts: Mapping[str, T]) -> list[tuple[str, T]]:
    """The items in chronological order of their periods, the undated last."""
    return sorted(counts.items(), key=lambda item: (item[0] == UNDATED, item[0]))


def period_of(day: str, by: By) -> str:
    """The period of a day (2022-06-01) or month (2022-06): 2022, 2022-06, 2022-W22 or the day itself."""
    if by == "week" and day != UNDATED:
        year, week, _weekday = date.fromisoformat(day).isocalendar()
        return f"{year}-W{week:02}"
    return day[:4] if by == "year" else day[:7] if by == "month" else day


def start(period: str) -> date:
    """The first day of a period."""
    if "W" in period:
        return date.fromisocalendar(int(period[:4]), int(period[-2:]), 1)
    return date.fromisoformat(period + "-01-01"[len(period) - 4 :])


def ordinal(period: str, by: By) -> int:
    """A number that grows by one from each period to the next."""
    day = start(period)
    if by == "year":
        return day.year
    return day.year * 12 + day.month - 1 if by == "month" else day.toordinal() // (7 if by == "week" else 1)


def between(first: str, last: str, by: By) -> Iterator[str]:
    """Every period from one to another, both included."""
    if by in ("year", "month"):
        numbers = range(ordinal(first, by), ordinal(last, by) + 1)
        return (f"{n:04}" if by == "year" else f"{n // 12:04}-{n % 12 + 1:02}" for n in numbers)
    days = (start(first) + timedelta(days=number) for number in range((start(last) - start(first)).days + 1))
    return iter(dict.fromkeys(period_of(day.isoformat(), by) for day in days))
