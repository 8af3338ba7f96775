"""What of a crawl wants a person: silent lists, sources that nothing comes from, worse pages, days with too little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from archive.notify.notice import Alarm
from archive.store import ArticleStore
from archive.tables import stats
from archive.tables.ledger import Ledger, Run, Section, last_checks
from archive.translation import gettext as _
from crawler.health.drift import risen
from crawler.health.gaps import WEEKS, ThinDay, judged, thin_days

_DAY = timedelta(days=1)
PERIOD = timedelta(days=60)  # in which it shows what is usual
_LEAST = timedelta(days=2)  # a weekend
_IMPROBABLE = 9  # times the usual wait for news: by chance once in 8,000 waits
_UNCHECKED = timedelta(hours=26)
_WEEK = timedelta(days=7)


def found(store: ArticleStore, now: datetime) -> list[Alarm]:
    """All the alarms there are at this moment, of every source: one that no run asked for now is not over."""
    ledger = Ledger(store)
    sections = ledger.sections()
    alarms = silent(sections, ledger.brought(now - PERIOD)) + unchecked(sections, ledger.unanswered(), now)
    for source in ledger.sources():
        alarms += worse(source, ledger.reading_runs(source, now - PERIOD))
        alarms += thin(source, _thin_days(store, ledger, source))
    return alarms


def _thin_days(store: ArticleStore, ledger: Ledger, source: str) -> list[ThinDay]:
    """Those of the last week that can be judged."""
    if not (crawled := ledger.crawled(source)):
        return []
    first, last = crawled
    first = max(first, last - (WEEKS + 2) * _WEEK)
    days = thin_days(stats.by_day(store, source, first - _DAY, last), *judged(first, last))
    return [day for day in days if day.day > judged(first, last)[1] - _WEEK]


def silent(sections: Iterable[Section], brought: Mapping[str, int]) -> list[Alarm]:
    """The lists that brought nothing for longer than is usual; `brought` is what each showed first in PERIOD.

    Told from when the site last answered: one that is down is no silent list.
    """
    found = []
    for section in sections:
        usual = PERIOD / max(1, brought.get(section.list, 0))
        if section.newest and section.answered - section.newest > max(_LEAST, _IMPROBABLE * usual):
            told = _("{list}: nothing new for {days:.0f} days, usual are {usual:.1f}; is it still the list?")
            days, usually = ((section.answered - section.newest) / _DAY, usual / _DAY)
            found.append(Alarm("silent", section.list, told.format(list=section.list, days=days, usual=usually)))
    return found


def unchecked(sections: Iterable[Section], unanswered: Mapping[str, datetime], now: datetime) -> list[Alarm]:
    """The sources of which no list could be read for longer than a day; `unanswered`: of which none ever was."""
    since = dict(unanswered) | {source: time for source, time in last_checks(sections).items() if time}
    told = _("{source}: no list could be read since {time:%Y-%m-%d %H:%M}Z; is the site down?")
    return [
        Alarm("unchecked", source, told.format(source=source, time=time))
        for source, time in sorted(since.items())
        if now - time > _UNCHECKED
    ]


def worse(source: str, runs: Sequence[Run]) -> list[Alarm]:
    """The shares of a source's latest pages that rose above what they were."""
    told = {
        "general": _(
            "{source}: {count} of the last {read} pages read by general means, {old:.0%} before: has a layout changed? "
            "`wencang check {source}` tells which rule finds nothing"
        ),
        "failed": _("{source}: {count} of the last {read} pages failed, {old:.0%} before: has the site changed?"),
    }
    return [
        Alarm(one.kind, source, told[one.kind].format(source=source, count=one.count, read=one.read, old=one.before))
        for one in risen(runs)
    ]


def thin(source: str, days: Sequence[ThinDay]) -> list[Alarm]:
    """That a source has days with fewer articles than expected."""
    told = _("{source}: fewer articles than expected on {days}; `wencang gaps {source}` tells more")
    each = _("{day} ({count}, usual are {expected:g})")
    named = ", ".join(each.format(day=day.day, count=day.articles, expected=day.expected) for day in days)
    return [Alarm("thin", source, told.format(source=source, days=named))] if days else []
