"""How many articles, or stories, answer a question in each period of publication, in Asia/Shanghai and without gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from archive.store import ArticleStore
from archive.tables.chronology import appearances
from archive.text.messages import Message
from archive.text.translation import gettext as _
from indexer.engines.engine import SearchEngine, Unit, check_follows
from indexer.question.query import Query
from indexer.search import every_id
from wencang.desk.count.periods import UNDATED, By, between, ordinal, period_of
from wencang.desk.count.recorded import places_of
from wencang.desk.draw.plot import LINES, MOST, Chart, Gap, Line, svg
from wencang.desk.reprints.story import with_stories
from wencang.desk.table import Table


@dataclass(frozen=True, slots=True)
class Series:
    """The articles or stories of one question, or of one group of them, by period; the undated under ""."""

    query: str
    group: str  # "" where nothing is grouped, and for articles that do not say
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Timeline(Table):
    """Counts by period of publication: a series for each question, or for each group of one question's answer.

    `periods` are all from the first to the last that has articles, as 2022, 2022-06, 2022-W22 (ISO
    weeks) or 2022-06-01, in Asia/Shanghai. `of` are all articles, or stories, by period, of the
    source that was asked for; None unless shares were asked for. Jupyter shows it as a picture.
    """

    by: By
    periods: tuple[str, ...]
    series: tuple[Series, ...]
    of: Mapping[str, int] | None = None
    grouped: bool = False
    stories: bool = False  # stories are counted, not articles
    notices: tuple[Message, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """period, query, group, articles or stories, of, share."""
        return "period", "query", "group", "stories" if self.stories else "articles", "of", "share"

    @property
    def total(self) -> int:
        return sum(series.total for series in self.series)

    @property
    def undated(self) -> int:
        return sum(series.counts.get(UNDATED, 0) for series in self.series)

    def share(self, series: Series, period: str) -> float | None:
        """From 0 to 1; None for a period without any article, or where shares were not asked for."""
        of = self.of.get(period, 0) if self.of else 0
        return series.counts.get(period, 0) / of if of else None

    def value(self, series: Series, period: str) -> float | None:
        """What is drawn: the count, or the share where shares were asked for."""
        return series.counts.get(period, 0) if self.of is None else self.share(series, period)

    def name(self, series: Series) -> str:
        """The group of a series where the answer is grouped, else its question."""
        return (series.group or _("not said")) if self.grouped else series.query

    def rows(self) -> Iterator[tuple[str | int | float | None, ...]]:
        """The values of `columns`, one series after the other; the period of the undated is None."""
        for series in self.series:
            for period in (*self.periods, UNDATED):
                if period != UNDATED or period in series.counts:
                    count, of = series.counts.get(period, 0), None if self.of is None else self.of.get(period, 0)
                    share = self.share(series, period)
                    yield period or None, series.query, series.group, count, of, share and round(share, 6)

    def largest(self, most: int) -> Timeline:
        """The same with at most so many groups: the smallest ones are added up as one."""
        if not self.grouped or len(self.series) <= most:
            return self
        large, rest = self.series[: most - 1], self.series[most - 1 :]
        others = Series("", _("{count} others").format(count=len(rest)), _added_up(rest))
        return replace(self, series=(*large, others))

    def svg(self, *, gaps: Sequence[Gap] = (), link: Callable[[Series, str], str] | None = None) -> str:
        """A picture of 720 by 400 pixels: bars of one series, lines of several; of groups the eight largest.

        `gaps` are hatched. `link` gives the address that a period of a series leads to where the picture
        is part of a page.
        """
        return svg(self.largest(MOST)._chart(tuple(gaps), link))

    def _chart(self, gaps: tuple[Gap, ...], link: Callable[[Series, str], str] | None) -> Chart:
        counted = _("stories") if self.stories else _("articles")
        shares = _("share of all stories") if self.stories else _("share of all articles")
        return Chart(
            caption=counted if self.of is None else shares,
            periods=self.periods,
            ordinals=tuple(ordinal(period, self.by) for period in self.periods),
            lines=tuple(self._line(series, link) for series in self.series),
            percent=self.of is not None,
            footnote="; ".join(filter(None, (self._undated(), _("hatched: known gaps") if gaps else ""))),
            gaps=gaps,
        )

    def _undated(self) -> str:
        return _("undated: {count}").format(count=self.undated) if self.undated else ""

    def _line(self, series: Series, link: Callable[[Series, str], str] | None) -> Line:
        values = tuple(self.value(series, period) for period in self.periods)
        links = (
            tuple(link(series, period) if series.counts.get(period) else "" for period in self.periods) if link else ()
        )
        return Line(self.name(series), values, links)

    def _repr_html_(self) -> str:
        """The picture; the table where there are more series than a picture can show."""
        return self.svg() if len(self.largest(MOST).series) <= LINES else Table._repr_html_(self)


def timeline(
    store: ArticleStore, engine: SearchEngine, questions: Mapping[str, Query], by: By = "month",
    share: bool = False, group: str = "", stories: bool = False,
) -> Timeline:  # fmt: skip
    """Count the articles with all the words of each question: those that an export has.

    `group` splits the answers by source, section, credit or place, the largest group first. With
    `stories` a story counts once, where the first of its articles in the answer does; an
    article that is in none is one by itself.
    """
    check_follows(store, engine)
    unit: Unit = "day" if by in ("day", "week") else "month"
    dates_of = partial(_first_dates, store, engine) if stories else engine.dates
    if group == "place":
        dates_of = partial(_place_dates, store, engine, stories)
    series = [
        Series(name, value, _by_period(dates, by))
        for name, query in questions.items()
        for value, dates in sorted(dates_of(query, unit, group).items())
    ]
    if group:
        series.sort(key=lambda each: -each.total)
    dated = sorted({period for each in series for period in each.counts if period != UNDATED})
    periods = tuple(between(dated[0], dated[-1], by)) if dated else ()
    of = None
    if share and stories:
        of = _stories_by_period(store, by, _everything(questions).source)
    elif share:
        of = _by_period(engine.dates(_everything(questions), unit)[""], by)
    return Timeline(by, periods, tuple(series), of, bool(group), stories)


def _first_dates(
    store: ArticleStore, engine: SearchEngine, query: Query, unit: Unit, group: str
) -> dict[str, dict[str, int]]:
    """The counterpart of SearchEngine.dates for stories."""
    size = len("2022-06-01" if unit == "day" else "2022-06")
    counts: dict[str, Counter[str]] = {} if group else {"": Counter()}
    seen = set[str]()
    for story, article in with_stories(store, appearances(store, every_id(store, engine, query))):
        if story not in seen:
            seen.add(story)
            counts.setdefault(getattr(article, group) if group else "", Counter())[article.day[:size]] += 1
    return {value: dict(dates) for value, dates in counts.items()}


def _place_dates(
    store: ArticleStore, engine: SearchEngine, stories: bool, query: Query, unit: Unit, _group: str
) -> dict[str, dict[str, int]]:
    """The same by each place that an article names, or the first of a story."""
    size = len("2022-06-01" if unit == "day" else "2022-06")
    counts: dict[str, Counter[str]] = {}
    first: dict[str, str] = {}
    for story, each in with_stories(store, appearances(store, every_id(store, engine, query))):
        first.setdefault(story if stories else each.id, each.id)
    for article in places_of(store, first.values()):
        for place in article.places or [""]:
            counts.setdefault(place, Counter())[article.day[:size]] += 1
    return {value: dict(dates) for value, dates in counts.items()}


def _stories_by_period(store: ArticleStore, by: By, source: str) -> dict[str, int]:
    """How many stories have an article in a period, so that those which begin in it are a part of them."""
    of_source = (article for article in appearances(store) if source in ("", article.source))
    periods = groupby(with_stories(store, of_source), lambda pair: period_of(pair[1].day, by))
    return {period: len({story for story, _article in pairs}) for period, pairs in periods}


def _everything(questions: Mapping[str, Query]) -> Query:
    """The question that every article of the source that was asked for answers."""
    return Query((), source=next(iter(questions.values())).source)


def _added_up(series: tuple[Series, ...]) -> dict[str, int]:
    counts = Counter[str]()
    for each in series:
        counts.update(each.counts)
    return dict(counts)


def _by_period(dates: Mapping[str, int], by: By) -> dict[str, int]:
    """Counts of days or months as counts of periods."""
    counts = Counter[str]()
    for day, count in dates.items():
        counts[period_of(day, by)] += count
    return dict(counts)
