"""What may be missing from the archive: thin days, spans without a crawl, addresses that were shown; pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from statistics import median
from typing import Literal

from archive.article import SHANGHAI
from archive.tables.ledger import Candidate

DAY = timedelta(days=1)
WEEKS = 8  # before and after, whose same weekdays tell what is usual
_FEWEST = 4  # of them, or nothing is expected
_CHANCE = 1e-4
_LONGEST = timedelta(hours=26)  # without a crawl


@dataclass(frozen=True, slots=True)
class ThinDay:
    """A day of publication with fewer articles than expected."""

    day: date
    articles: int
    expected: float


def judged(first: datetime, last: datetime) -> tuple[date, date]:
    """The days that can be judged, of a source that was first and last crawled then.

    What was published before the first crawl need not have been shown any more, and a list
    may wait a day for its next check.
    """
    return first.astimezone(SHANGHAI).date(), last.astimezone(SHANGHAI).date() - 2 * DAY


def thin_days(articles: Mapping[date, int], first: date, last: date) -> Iterator[ThinDay]:
    """The days from `first` to `last`, both included, with fewer articles than expected.

    Expected is the median of the same weekdays of eight weeks before and after, as far as they lie
    between `first` and `last`. A day is thin with less than half of that, where so few would
    come by chance (Poisson) less than once in 10,000 days.
    """
    for day in (first + n * DAY for n in range((last - first).days + 1)):
        weekdays = (day + 7 * week * DAY for week in range(-WEEKS, WEEKS + 1) if week)
        usual = [articles.get(other, 0) for other in weekdays if first <= other <= last]
        if len(usual) >= _FEWEST and _is_thin(articles.get(day, 0), expected := median(usual)):
            yield ThinDay(day, articles.get(day, 0), expected)


def _is_thin(count: int, expected: float) -> bool:
    return count < expected / 2 and _at_most(count, expected) < _CHANCE


def _at_most(count: int, mean: float) -> float:
    """How probable so many or fewer are, where `mean` are usual (Poisson)."""
    return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def unread_spans(walks: Iterable[tuple[datetime, datetime]], now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The times of more than 26 hours between the end of a run that read a list and the next one's beginning."""
    last = None
    for started, finished in chain(walks, [(now, now)]):
        if last and started - last > _LONGEST:
            yield last, started
        last = finished


def why(candidate: Candidate) -> Literal["unread", "failed", "skipped"]:
    """Why no article is kept under an address that was shown."""
    return "skipped" if candidate.fetched else "failed" if candidate.failures else "unread"
