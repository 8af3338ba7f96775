"""What may be missing from the archive: thin days, spans without a crawl, addresses without an article. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from statistics import median
from typing import Any, Literal

from archive.article import SHANGHAI
from archive.store import ArticleStore
from archive.tables import stats
from archive.tables.captures import Capture, Captures
from archive.tables.ledger import Candidate, Ledger
from archive.text.messages import Message

DAY = timedelta(days=1)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
WEEKS = 8  # before and after a day, whose same weekdays are compared with it
_FEWEST = 4  # such weekdays that are needed to judge a day
_SIGNIFICANCE = 1e-4
_LONGEST = timedelta(hours=26)  # without a crawl
Why = Literal["unread", "failed", "skipped", "withdrawn"]


@dataclass(frozen=True, slots=True)
class ThinDay:
    """A day of publication with fewer articles than expected."""

    day: date
    articles: int
    expected: float


@dataclass(frozen=True, slots=True)
class DayGap:
    """A day (Asia/Shanghai) on which a source published fewer articles than expected, by those that are kept."""

    source: str
    day: date
    articles: int
    expected: float

    def to_json(self) -> dict[str, Any]:
        day = self.day.isoformat()
        return {"gap": "day", "source": self.source, "day": day, "articles": self.articles, "expected": self.expected}


@dataclass(frozen=True, slots=True)
class SpanGap:
    """A span of time (UTC) in which no list of a source was read."""

    source: str
    since: datetime
    until: datetime

    def to_json(self) -> dict[str, Any]:
        return {"gap": "span", "source": self.source, "since": _iso(self.since), "until": _iso(self.until)}


@dataclass(frozen=True, slots=True)
class AddressGap:
    """An address that a list showed and under which no article is kept.

    `found` is when the list showed it first (UTC), `failures` how often in a row it could not be
    fetched, `reason` why, or why it holds no article, where that is known.
    """

    source: str
    url: str
    list: str
    found: datetime
    why: Why
    failures: int
    reason: Message | None

    @property
    def is_explained(self) -> bool:
        """Whether nothing is missing: the page holds no article, or its article was withdrawn."""
        return self.why in ("skipped", "withdrawn")

    def to_json(self) -> dict[str, Any]:
        return {
            "gap": "address", "source": self.source, "url": self.url, "list": self.list, "found": _iso(self.found),
            "why": self.why, "failures": self.failures, "reason": self.reason.english if self.reason else "",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaptureGap:
    """Captures in a web archive that are not kept, and why: they wait, failed, or are doubted.

    `since` and `until` are the times (UTC) of the first and the last of them, `url` and `reason` those of the first.
    An index that could not be read to its end has no times, and is the `url`.
    """

    source: str
    archive: str
    captures: int
    why: Literal["unread", "failed", "doubted"]
    since: datetime | None = None
    until: datetime | None = None
    url: str = ""
    reason: Message | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "gap": "captures", "source": self.source, "archive": self.archive, "captures": self.captures,
            "why": self.why, "since": self.since and _iso(self.since), "until": self.until and _iso(self.until),
            "url": self.url, "reason": self.reason.english if self.reason else "",
        }  # fmt: skip


Gap = DayGap | SpanGap | AddressGap | CaptureGap


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


# From an archive


def find(
    store: ArticleStore, source: str, start: datetime, end: datetime, now: datetime, addresses: bool = True
) -> Iterator[Gap]:
    """What may be missing of a source between two times: days, spans, captures, then `addresses` too."""
    ledger = Ledger(store)
    if crawled := ledger.crawled(source):
        yield from _days(store, source, *crawled, start, end)
    yield from _spans(ledger, source, start, end, now)
    yield from _captures(Captures(store), source, start, end)
    if not addresses:
        return
    for candidate in ledger.missing(source, start, end):
        yield _address(candidate, why(candidate))
    for candidate in ledger.withdrawn(source, start, end):
        yield _address(candidate, "withdrawn")


def _days(
    store: ArticleStore, source: str, first: datetime, last: datetime, start: datetime, end: datetime
) -> Iterator[DayGap]:
    counts = stats.by_day(store, source, first - DAY, last)
    for thin in thin_days(counts, *judged(first, last)):
        if start <= datetime(thin.day.year, thin.day.month, thin.day.day, tzinfo=SHANGHAI) < end:
            yield DayGap(source, thin.day, thin.articles, thin.expected)


def _spans(ledger: Ledger, source: str, start: datetime, end: datetime, now: datetime) -> Iterator[SpanGap]:
    began = ledger.unanswered().get(source)
    for since, until in unread_spans([(began, began)] if began else ledger.walks(source), now):
        if since < end and until > start:
            yield SpanGap(source, since, until)


def _captures(captures: Captures, source: str, start: datetime, end: datetime) -> Iterator[CaptureGap]:
    for lookup in captures.unfinished(source):
        why: Literal["unread", "failed"] = "failed" if lookup.failures else "unread"
        yield CaptureGap(source, lookup.archive, 0, why, url=lookup.query, reason=lookup.reason)
    for archive, count, first, last in captures.waiting(source, start, end):
        yield CaptureGap(source, archive, count, "unread", first, last)
    groups: dict[tuple[str, str, str], list[Capture]] = {}
    for capture in captures.left(source, start, end):
        code = capture.reason.code if capture.reason else ""
        groups.setdefault((capture.archive, capture.state, code), []).append(capture)
    for (archive, state, _code), group in sorted(groups.items()):
        times = [capture.captured for capture in group]
        kind: Literal["failed", "doubted"] = "doubted" if state == "doubted" else "failed"
        yield CaptureGap(
            source, archive, len(group), kind, min(times), max(times), group[0].place, group[0].reason
        )  # fmt: skip


def _address(candidate: Candidate, why: Why) -> AddressGap:
    return AddressGap(
        candidate.source, candidate.url, candidate.list, candidate.found, why, candidate.failures, candidate.reason
    )


# Rules, without an archive


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
