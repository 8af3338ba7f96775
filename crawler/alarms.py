"""What of a crawl wants a person: lists that fell silent, sources that nothing comes from, pages that read worse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from gettext import gettext as _

from archive.ledger import Run, Section, last_checks
from archive.notice import Alarm
from crawler.report import risen

_DAY = timedelta(days=1)
PERIOD = timedelta(days=60)  # in which it shows what is usual
_LEAST = timedelta(days=2)  # a weekend
_IMPROBABLE = 9  # times the usual wait for news: by chance once in 8,000 waits
_UNCHECKED = timedelta(hours=26)


def silent(sections: Iterable[Section], brought: Mapping[str, int], now: datetime) -> list[Alarm]:
    """The lists that brought nothing for longer than is usual; `brought` is what each showed first in PERIOD."""
    found = []
    for section in sections:
        usual = PERIOD / max(1, brought.get(section.list, 0))
        if section.newest and now - section.newest > max(_LEAST, _IMPROBABLE * usual):
            told = _("{list}: nothing new for {days:.0f} days, usual are {usual:.1f}; is it still the list?")
            days, usually = ((now - section.newest) / _DAY, usual / _DAY)
            found.append(Alarm("silent", section.list, told.format(list=section.list, days=days, usual=usually)))
    return found


def unchecked(sections: Iterable[Section], now: datetime) -> list[Alarm]:
    """The sources of which no list could be read for longer than a day."""
    told = _("{source}: no list could be read since {time:%Y-%m-%d %H:%M}Z; is the site down?")
    return [
        Alarm("unchecked", source, told.format(source=source, time=time))
        for source, time in last_checks(sections).items()
        if time and now - time > _UNCHECKED
    ]


def worse(run: Run, earlier: list[Run]) -> list[Alarm]:
    """The shares of a run's pages that rose above what they were."""
    told = {
        "general": _(
            "{source}: {count} of {read} pages read by general means, {old:.0%} before: has a layout changed? "
            "`wencang check {source}` tells which rule finds nothing"
        ),
        "failed": _("{source}: {count} of {read} pages failed, {old:.0%} before: has the site changed?"),
    }
    return [
        Alarm(kind, run.source, told[kind].format(source=run.source, count=getattr(run, kind), read=run.read, old=old))
        for kind, old in risen(run, earlier)
    ]
