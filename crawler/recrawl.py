"""When a list is checked again, and when an article is looked at again: pure, the time is a parameter."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta

SHORTEST, USUAL, LONGEST = timedelta(minutes=15), timedelta(hours=1), timedelta(hours=24)
_SLOWER = 1.5
_WANTED = 3  # new articles at a check: with more of them a list is checked twice as often
# News is corrected within hours, and withdrawn within weeks.
AGES = (
    timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3), timedelta(days=1), timedelta(days=3),
    timedelta(days=10), timedelta(days=30), timedelta(days=90), timedelta(days=365),
)  # fmt: skip
# A site that is down, or shows error pages, for weeks loses nothing.
TRIES = (
    timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7),
    timedelta(days=30), timedelta(days=90),
)  # fmt: skip


def next_interval(interval: timedelta, new: int) -> timedelta:
    """How long to wait for the next check of a list that brought so many new articles after `interval`."""
    if new > _WANTED:
        interval /= 2
    elif not new:
        interval *= _SLOWER
    return min(max(interval, SHORTEST), LONGEST)


def next_look(first: datetime, now: datetime) -> datetime | None:
    """When an article that was first fetched then is looked at again; None where it has come to rest.

    Looks that were missed are not made up for.
    """
    passed = bisect_right(AGES, now - first)
    return first + AGES[passed] if passed < len(AGES) else None


def next_try(failures: int, now: datetime) -> datetime | None:
    """When an address that failed so many times in a row is tried again; None where it is given up."""
    return now + TRIES[failures - 1] if failures <= len(TRIES) else None
