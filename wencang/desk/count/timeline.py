"""How many articles, or stories, answer a question, by when they were published: in Asia/Shanghai, without gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from gettext import gettext as _
from itertools import groupby
from typing import Literal

from archive.store import ArticleStore
from archive.tables.chronology import Appearance, appearances
from archive.tables.sketches import parts
from archive.tables.stories import Stories
from indexer.engines.engine import SearchEngine, Unit, check_follows
from indexer.question.query import Query
from indexer.search import every_id

By = Literal["day", "week", "month", "year"]
UNDATED = ""


@dataclass(frozen=True, slots=True)
class Series:
    """The articles or stories of one question, or of one group of them, by period."""

    query: str
    group: str  # "" where nothing is grouped, and for articles that do not say
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Timeline:
    """`periods` from the first to the last that has articles, as 2022, 2022-06, 2022-W22 or 2022-06-01.

    `of` are all articles, or stories, by period where shares were asked for, of the source that was asked for.
    """

    by: By
    periods: tuple[str, ...]
    series: tuple[Series, ...]
    of: Mapping[str, int] | None = None
    grouped: bool = False
    stories: bool = False  # are counted, not articles

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of what `rows` tells."""
        return "period", "query", "group", "stories" if self.stories else "articles", "of", "share"

    @property
    def total(self) -> int:
        return sum(one.total for one in self.series)

    @property
    def undated(self) -> int:
        return sum(one.counts.get(UNDATED, 0) for one in self.series)

    def share(self, series: Series, period: str) -> float | None:
        """From 0 to 1; None of a period without any article."""
        of = self.of.get(period, 0) if self.of else 0
        return series.counts.get(period, 0) / of if of else None

    def name(self, series: Series) -> str:
        return (series.group or _("not said")) if self.grouped else series.query


def timeline(
    store: ArticleStore, engine: SearchEngine, questions: Mapping[str, Query], by: By = "month",
    share: bool = False, facet: str = "", stories: bool = False,
) -> Timeline:  # fmt: skip
    """Count the articles with all that was asked for, as an export has them.

    `facet` parts each answer by source, section or credit, the largest part first. With
    `stories` a story counts once, where the first of its articles in the answer does; an
    article that is in none is one by itself.
    """
    check_follows(store, engine)
    unit: Unit = "day" if by in ("day", "week") else "month"
    counted = partial(_first_dates, store, engine) if stories else engine.dates
    series = [
        Series(name, value, _rolled(dates, by))
        for name, query in questions.items()
        for value, dates in sorted(counted(query, unit, facet).items())
    ]
    if facet:
        series.sort(key=lambda one: -one.total)
    dated = sorted({period for one in series for period in one.counts if period != UNDATED})
    periods = tuple(_between(dated[0], dated[-1], by)) if dated else ()
    of = None
    if share and stories:
        of = _stories_by_period(store, by, _everything(questions).source)
    elif share:
        of = _rolled(engine.dates(_everything(questions), unit)[""], by)
    return Timeline(by, periods, tuple(series), of, bool(facet), stories)


def _first_dates(
    store: ArticleStore, engine: SearchEngine, query: Query, unit: Unit, facet: str
) -> dict[str, dict[str, int]]:
    """As SearchEngine.dates, of stories."""
    size = len("2022-06-01" if unit == "day" else "2022-06")
    counts: dict[str, Counter[str]] = {} if facet else {"": Counter()}
    seen = set[str]()
    for story, one in _with_stories(store, appearances(store, every_id(store, engine, query))):
        if story not in seen:
            seen.add(story)
            counts.setdefault(getattr(one, facet) if facet else "", Counter())[one.day[:size]] += 1
    return {value: dict(dates) for value, dates in counts.items()}


def _stories_by_period(store: ArticleStore, by: By, source: str) -> dict[str, int]:
    """How many stories have an article in a period, so that those which begin in it are a part of them."""
    of_source = (one for one in appearances(store) if source in ("", one.source))
    periods = groupby(_with_stories(store, of_source), lambda told: _period(told[1].day, by))
    return {period: len({story for story, _one in some}) for period, some in periods}


def _with_stories(store: ArticleStore, found: Iterable[Appearance]) -> Iterator[tuple[str, Appearance]]:
    stories = Stories(store)
    for some in parts(found):
        names = stories.of(one.id for one in some)
        yield from ((names.get(one.id, one.id), one) for one in some)


def _everything(questions: Mapping[str, Query]) -> Query:
    """The question that every article answers, of the source that was asked for."""
    return Query((), source=next(iter(questions.values())).source)


def rows(told: Timeline) -> Iterator[tuple[str | int | float | None, ...]]:
    """The values of its columns, one question after the other; of the undated the period is None."""
    for one in told.series:
        for period in (*told.periods, UNDATED):
            if period in told.periods or period in one.counts:
                of = told.of.get(period, 0) if told.of is not None else None
                share = told.share(one, period)
                yield period or None, one.query, one.group, one.counts.get(period, 0), of, share and round(share, 6)


def largest(told: Timeline, most: int) -> Timeline:
    """The same with the smaller of more groups than so many put together, for a picture."""
    if not told.grouped or len(told.series) <= most:
        return told
    kept, rest = told.series[: most - 1], told.series[most - 1 :]
    others = Series("", _("{count} others").format(count=len(rest)), _added_up(rest))
    return replace(told, series=(*kept, others))


def _added_up(series: tuple[Series, ...]) -> dict[str, int]:
    counts = Counter[str]()
    for one in series:
        counts.update(one.counts)
    return dict(counts)


def _rolled(dates: Mapping[str, int], by: By) -> dict[str, int]:
    """Counts of days or months as counts of periods."""
    counts = Counter[str]()
    for day, count in dates.items():
        counts[_period(day, by)] += count
    return dict(counts)


def _period(day: str, by: By) -> str:
    if by == "week" and day != UNDATED:
        year, week, _weekday = date.fromisoformat(day).isocalendar()
        return f"{year}-W{week:02}"
    return day[:4] if by == "year" else day[:7] if by == "month" else day


def start(period: str) -> date:
    """The day on which a period begins."""
    if "W" in period:
        return date.fromisocalendar(int(period[:4]), int(period[-2:]), 1)
    return date.fromisoformat(period + "-01-01"[len(period) - 4 :])


def _between(first: str, last: str, by: By) -> Iterator[str]:
    """Every period from one to another, both included."""
    days = (start(first) + timedelta(days=number) for number in range((start(last) - start(first)).days + 1))
    return iter(dict.fromkeys(_period(day.isoformat(), by) for day in days))
