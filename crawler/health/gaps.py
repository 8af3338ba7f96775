"""What may be missing from the archive: thin days, spans without a crawl, addresses without an article. Pure."""

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
WEEKS = 8  # before and after a day, whose same weekdays are compared with it
_FEWEST = 4  # such weekdays that are needed to judge a day
_SIGNIFICANCE = 1e-4
_LONGEST = timedelta(hours=26)  # without a crawl


@dataclass(frozen=True, slots=True)
class ThinDay:
    """A day of publication with fewer articles than expected."""

    day: date
    articles: int
    expected: float


def judged(first: datetime, last: datetime) -> tuple[date, date]:
    """The first and the last day that can be judged, for a source that was first and last crawled at these times.

    Articles from before the first crawl may not have been on the lists any more, and a list may
    wait a day for its next check.
    """
    return first.astimezone(SHANGHAI).date(), last.astimezone(SHANGHAI).date() - 2 * DAY


def thin_days(articles: Mapping[date, int], first: date, last: date) -> Iterator[ThinDay]:
    """The days from `first` to `last`, both included, with fewer articles than expected.

    Expected is the median of the same weekdays of eight weeks before and after, as far as they lie
    between `first` and `last`. A day is thin with less than half of that, if so few would occur at
    random (Poisson) on fewer than one in 10,000 days.
    """
    for day in (first + n * DAY for n in range((last - first).days + 1)):
        weekdays = (day + 7 * week * DAY for week in range(-WEEKS, WEEKS + 1) if week)
        usual = [articles.get(other, 0) for other in weekdays if first <= other <= last]
        if len(usual) >= _FEWEST and _is_thin(articles.get(day, 0), expected := median(usual)):
            yield ThinDay(day, articles.get(day, 0), expected)


def _is_thin(count: int, expected: float) -> bool:
    return count < expected / 2 and _at_most(count, expected) < _SIGNIFICANCE


def _at_most(count: int, mean: float) -> float:
    """The probability of `count` or fewer under a Poisson distribution."""
    return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def unread_spans(walks: Iterable[tuple[datetime, datetime]], now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The spans of more than 26 hours between the end of a run that read a list and the start of the next."""
    last = None
    for started, finished in chain(walks, [(now, now)]):
        if last and started - last > _LONGEST:
            yield last, started
        last = finished


def why(candidate: Candidate) -> Literal["unread", "failed", "skipped"]:
    """Why there is no article for an address that was on a list."""
    return "skipped" if candidate.fetched else "failed" if candidate.failures else "unread"
