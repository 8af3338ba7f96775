"""What a timeline stands before: all articles by period, the archive's known gaps, and the period that is not over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby

from archive import clock
from archive.article import SHANGHAI
from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from crawler.health.gaps import DayGap, Gap, SpanGap
from wencang.archive import Archive
from wencang.desk.count.periods import By, period_of, start
from wencang.keeping.state import State

_KEPT = 64  # answers
FRESH = timedelta(minutes=10)  # how long gaps are shown that may be no more
_DAY = timedelta(days=1)
_NAMED = 3  # sources


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known to be missing of a period.

    `unread` days on which a source was not crawled, `thin` days with few articles, or the rest of a
    period that is not over. `parts` are where in the period this is, from 0 to 1.
    """

    unread: int
    thin: int
    sources: tuple[str, ...]
    is_open: bool
    parts: tuple[tuple[float, float], ...]

    @property
    def text(self) -> str:
        """The same in words."""
        unread = ngettext("{count} day without a crawl", "{count} days without a crawl", self.unread)
        thin = ngettext("{count} day with few articles", "{count} days with few articles", self.thin)
        counts = ((unread, self.unread), (thin, self.thin))
        gaps = _(", ").join(text.format(count=count) for text, count in counts if count)
        if gaps:
            gaps = _("{gaps} ({sources})").format(gaps=gaps, sources=self._names())
        return _(", ").join(filter(None, (gaps, _("not over yet") if self.is_open else "")))

    def _names(self) -> str:
        more = len(self.sources) - _NAMED
        return " ".join(self.sources[:_NAMED]) + (_(" and {count} more").format(count=more) if more > 0 else "")


Marks = Mapping[str, Mark]


class Background:
    """Works both out once: the calendar for each state of the index, the gaps every ten minutes. Thread-safe."""

    def __init__(self) -> None:
        self._calendar = lru_cache(_KEPT)(_calendar)
        self._marks = lru_cache(_KEPT)(_marks)

    def calendar(self, archive: Archive, by: By, source: str = "") -> Mapping[str, int]:
        """All articles, or those of a source, by period."""
        return self._calendar(archive, archive.state(), by, source)

    def marks(self, archive: Archive, by: By, source: str = "") -> Marks:
        """The periods of which something is known to be missing, of any source or of one."""
        now = clock.now().astimezone(SHANGHAI)
        return self._marks(archive, now.date(), now.timestamp() // FRESH.total_seconds(), by, source)


def _calendar(archive: Archive, _state: State, by: By, source: str) -> Mapping[str, int]:
    return archive.calendar(by=by, source=source).series[0].counts


def _marks(archive: Archive, today: date, _moment: float, by: By, source: str) -> Marks:
    gaps = archive.gaps(addresses=False).gaps
    names = (source, source.replace("_", ".")) if source else {gap.source for gap in gaps}
    return marks([gap for gap in gaps if gap.source in names], today, by)


def marks(gaps: list[Gap], today: date, by: By) -> dict[str, Mark]:
    """What gaps mean for periods, and for the one that `today` is in."""
    missing: defaultdict[str, dict[date, bool]] = defaultdict(dict)  # days of a period, and whether each is thin only
    sources: defaultdict[str, set[str]] = defaultdict(set)
    for gap in gaps:
        for day in _days(gap):
            period = period_of(day.isoformat(), by)
            sources[period].add(gap.source)
            missing[period][day] = isinstance(gap, DayGap) and missing[period].get(day, True)
    current = period_of(today.isoformat(), by)
    return {
        period: _mark(period, by, missing[period], sorted(sources[period]), today if period == current else None)
        for period in {*missing, current}
    }


def _mark(period: str, by: By, days: Mapping[date, bool], sources: list[str], today: date | None) -> Mark:
    first, size = start(period), _length(period, by)
    places = {(day - first).days for day in days}
    places |= set(range((today - first).days, size)) if today else set()
    thin = sum(days.values())
    parts = tuple((first / size, last / size) for first, last in _runs(sorted(places)))
    return Mark(len(days) - thin, thin, tuple(sources), today is not None, parts)


def _days(gap: Gap) -> Iterator[date]:
    match gap:
        case DayGap():
            yield gap.day
        case SpanGap():
            first, last = _day(gap.since) + _DAY, _day(gap.until)  # on both days themselves there was a crawl
            yield from (first + number * _DAY for number in range((last - first).days))


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _length(period: str, by: By) -> int:
    """The number of days of a period."""
    first = start(period)
    if by == "year":
        return (first.replace(year=first.year + 1) - first).days
    if by == "month":
        return ((first + 31 * _DAY).replace(day=1) - first).days
    return 7 if by == "week" else 1


def _runs(places: list[int]) -> Iterator[tuple[int, int]]:
    """Consecutive numbers as ranges, their ends exclusive."""
    for _difference, run in groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
        numbers = [place for _number, place in run]
        yield numbers[0], numbers[-1] + 1
