"""Tell what may be missing from the archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import CHECK, DONE, Json, Since, Until, one_of, open_archive
from terminal import print_json, say, shown

if TYPE_CHECKING:
    from archive.ledger import Ledger
    from archive.store import ArticleStore

app = typer.Typer()
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Gap:
    """One thing that is missing; one that is `explained` is no fault."""

    line: str
    values: dict[str, Any]
    explained: bool = False


@app.command()
def gaps(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="[SOURCE]", help=_("Of all, unless named."))] = "",
    since: Since = "",
    until: Until = "",
    every: Annotated[bool, typer.Option("--all", help=_("Also what holds no article, and what was withdrawn."))] = False,
    as_json: Json = False,
) -> int:
    """Days with fewer articles than expected, addresses that a list showed and that are not kept, times without a crawl."""
    from archive import clock
    from archive.ledger import Ledger
    from indexer.period import period

    start = period(since)[0] if since else None
    end = period(until)[1] if until else None
    bounds = (start or datetime.min.replace(tzinfo=UTC), end or clock.now())
    count = explained = 0
    with open_archive(ctx.obj) as store:
        ledger = Ledger(store)
        for name in [one_of(ledger.sources(), source)] if source else ledger.sources():
            for gap in _gaps(store, ledger, name, *bounds):
                count, explained = count + (not gap.explained), explained + gap.explained
                if every or not gap.explained:
                    print_json(gap.values) if as_json else print(shown(gap.line))
    if explained and not every:
        say(_("{count} more addresses hold no article, or were withdrawn: --all").format(count=explained))
    return CHECK if count else DONE


def _gaps(store: ArticleStore, ledger: Ledger, source: str, start: datetime, end: datetime) -> Iterator[_Gap]:
    """What is missing of one source."""
    yield from _thin_days(store, ledger, source, start, end)
    yield from _spans(ledger, source, start, end)
    yield from _addresses(ledger, source, start, end)


def _thin_days(store: ArticleStore, ledger: Ledger, source: str, start: datetime, end: datetime) -> Iterator[_Gap]:
    from crawler.gaps import judged, thin_days

    if not (crawled := ledger.crawled(source)):
        return
    first, last = judged(*crawled)
    counts = store.days(source, crawled[0] - _DAY, crawled[1])
    asked = _day(start), _day(end - timedelta(microseconds=1))
    told = _("{source}: {day}: {count} articles, usual are {expected:g}")
    for day in thin_days(counts, first, last):
        if asked[0] <= day.day <= asked[1]:
            line = told.format(source=source, day=day.day, count=day.articles, expected=day.expected)
            values = {"day": day.day.isoformat(), "articles": day.articles, "expected": day.expected}
            yield _Gap(line, {"gap": "day", "source": source, **values})


def _day(time: datetime) -> date:
    from archive.article import SHANGHAI

    return time.date() if time.year < 2 else time.astimezone(SHANGHAI).date()


def _spans(ledger: Ledger, source: str, start: datetime, end: datetime) -> Iterator[_Gap]:
    from archive import clock
    from crawler.gaps import unread_spans

    told = _("{source}: no list was read from {since:%Y-%m-%d %H:%M}Z to {until:%Y-%m-%d %H:%M}Z")
    for span in unread_spans(ledger.walks(source), clock.now()):
        if span.since < end and span.until > start:
            values = {"since": span.since.isoformat(), "until": span.until.isoformat()}
            line = told.format(source=source, since=span.since, until=span.until)
            yield _Gap(line, {"gap": "span", "source": source, **values})


def _addresses(ledger: Ledger, source: str, start: datetime, end: datetime) -> Iterator[_Gap]:
    from crawler.gaps import why

    for lead in ledger.missing(source, start, end):
        yield _address(lead, why(lead))
    for lead in ledger.withdrawn(source, start, end):
        yield _address(lead, "withdrawn")
