"""When a list is read again, and when an article is fetched again. Pure: the time is a parameter."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta

SHORTEST, USUAL, LONGEST = timedelta(minutes=15), timedelta(hours=1), timedelta(hours=24)
_BACKOFF = 1.5
_BUSY = 3  # new articles in one interval: with more of them the interval is halved
# News is corrected within hours, and withdrawn within weeks.
AGES = (
    timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3), timedelta(days=1), timedelta(days=3),
    timedelta(days=10), timedelta(days=30), timedelta(days=90), timedelta(days=365),
)  # fmt: skip
# Long enough that a site which is down, or shows error pages, for weeks loses nothing.
TRIES = (
    timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7),
    timedelta(days=30), timedelta(days=90),
)  # fmt: skip


def next_interval(interval: timedelta, new: int) -> timedelta:
    """The interval after one in which a list showed `new` articles."""
    if new > _BUSY:
        interval /= 2
    elif not new:
        interval *= _BACKOFF
    return min(max(interval, SHORTEST), LONGEST)


def next_look(first: datetime, now: datetime) -> datetime | None:
    """When an article that was first fetched at `first` is fetched again; None for no further fetch.

    Fetches that were missed are not made up for.
    """
    passed = bisect_right(AGES, now - first)
    return first + AGES[passed] if passed < len(AGES) else None


def next_try(failures: int, now: datetime) -> datetime | None:
    """When an address is tried again after so many failures in a row; None where it is given up."""
    return now + TRIES[failures - 1] if failures <= len(TRIES) else None
