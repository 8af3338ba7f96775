"""Conditions that need an operator: silent lists, unreachable sources, worse pages, days with too few articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from archive.notify.notice import Alarm
from archive.store import ArticleStore
from archive.tables import stats
from archive.tables.doubts import Doubt, Doubts
from archive.tables.ledger import SKEW, Ledger, Run, Section, last_checks, latest_time
from archive.text.translation import gettext as _
from crawler.health.drift import risen
from crawler.health.gaps import WEEKS, ThinDay, judged, thin_days

_DAY = timedelta(days=1)
PERIOD = timedelta(days=60)  # from which the usual rates are taken
_LEAST = timedelta(days=2)  # a weekend
_IMPROBABLE = 9  # times the usual interval between articles: once in 8,000 intervals at random
_UNCHECKED = timedelta(hours=26)
_WEEK = timedelta(days=7)


def found(store: ArticleStore, now: datetime) -> list[Alarm]:
    """All current alarms of every source, also of those that this run did not crawl."""
    ledger = Ledger(store)
    sections = ledger.sections()
    alarms = future(latest_time(store), now)
    alarms += silent(sections, ledger.brought(now - PERIOD)) + unchecked(sections, ledger.unanswered(), now)
    alarms += doubted(Doubts(store).open())
    for source in ledger.sources():
        alarms += worse(source, ledger.reading_runs(source, now - PERIOD))
        alarms += thin(source, _thin_days(store, ledger, source))
    return alarms


def _thin_days(store: ArticleStore, ledger: Ledger, source: str) -> list[ThinDay]:
    """The thin days of the last week that can be judged."""
    if not (crawled := ledger.crawled(source)):
        return []
    first, last = crawled
    first = max(first, last - (WEEKS + 2) * _WEEK)
    days = thin_days(stats.by_day(store, source, first - _DAY, last), *judged(first, last))
    return [day for day in days if day.day > judged(first, last)[1] - _WEEK]


def future(latest: datetime | None, now: datetime) -> list[Alarm]:
    """Times that are yet to come: a clock is or was wrong. What is scheduled by them is due now."""
    if latest is None or latest <= now + SKEW:
        return []
    text = _("clock: {time:%Y-%m-%d %H:%M}Z is in the archive, and is yet to come; is the clock wrong, or was it?")
    return [Alarm("clock", "", text.format(time=latest))]


def doubted(doubts: Sequence[Doubt]) -> list[Alarm]:
    """The doubted pages of each source."""
    text = _(
        "{source}: {count} pages are doubted, the first since {time:%Y-%m-%d %H:%M}Z; `wencang doubts list {source}`"
    )
    first: dict[str, Doubt] = {}
    for doubt in doubts:
        first.setdefault(doubt.source, doubt)
    counts = Counter(doubt.source for doubt in doubts)
    return [
        Alarm("doubted", source, text.format(source=source, count=counts[source], time=doubt.found))
        for source, doubt in first.items()
    ]


def silent(sections: Iterable[Section], brought: Mapping[str, int]) -> list[Alarm]:
    """The lists with nothing new for improbably long; `brought` counts the articles each showed first in PERIOD.

    The time ends when the site last answered: a site that is down has no silent lists.
    """
    alarms = []
    for section in sections:
        usual = PERIOD / max(1, brought.get(section.list, 0))
        if section.newest and section.answered - section.newest > max(_LEAST, _IMPROBABLE * usual):
            text = _(
                "{list}: nothing new for {days:.0f} days, usually for {usual:.1f}; has the list moved? "
                "`wencang source mend {source}` looks"
            )
            days, usual_days = ((section.answered - section.newest) / _DAY, usual / _DAY)
            shown = text.format(list=section.list, days=days, usual=usual_days, source=section.source)
            alarms.append(Alarm("silent", section.list, shown))
    return alarms


def unchecked(sections: Iterable[Section], unanswered: Mapping[str, datetime], now: datetime) -> list[Alarm]:
    """The sources without a list that could be read for 26 hours; `unanswered`: those that never had one."""
    since = dict(unanswered) | {source: time for source, time in last_checks(sections).items() if time}
    text = _("{source}: no list could be read since {time:%Y-%m-%d %H:%M}Z; is the site down?")
    return [
        Alarm("unchecked", source, text.format(source=source, time=time))
        for source, time in sorted(since.items())
        if now - time > _UNCHECKED
    ]


def worse(source: str, runs: Sequence[Run]) -> list[Alarm]:
    """The shares of a source's latest pages that rose above their usual value."""
    texts = {
        "general": _(
            "{source}: {count} of the last {read} pages read by general means, {old:.0%} before: has a layout changed? "
            "`wencang source mend {source}` proposes new rules"
        ),
        "failed": _("{source}: {count} of the last {read} pages failed, {old:.0%} before: has the site changed?"),
    }
    return [
        Alarm(
            rise.kind, source, texts[rise.kind].format(source=source, count=rise.count, read=rise.read, old=rise.before)
        )
        for rise in risen(runs)
    ]


def thin(source: str, days: Sequence[ThinDay]) -> list[Alarm]:
    """An alarm for the days of a source with fewer articles than expected."""
    text = _("{source}: fewer articles than expected on {days}; see `wencang gaps {source}`")
    each = _("{day} ({count}, usually {expected:g})")
    listed = ", ".join(each.format(day=day.day, count=day.articles, expected=day.expected) for day in days)
    return [Alarm("thin", source, text.format(source=source, days=listed))] if days else []
