"""Tell what may be missing from the archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive.escaping import printable
from wencang.cli.commands import CHECK, DONE, Json, OneSource, Since, Until, open_archive
from wencang.cli.output import print_json, say

if TYPE_CHECKING:
    from archive.store import ArticleStore
    from archive.tables.ledger import Candidate, Ledger

app = typer.Typer()
_Gap = dict[str, Any]  # as JSON tells it
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_EXPLAINED = ("skipped", "withdrawn")
_LINES = {  # by kind of gap, and why an address is missing
    "day": _("{source}: {day}: {articles} articles, usual are {expected:g}"),
    "span": _("{source}: no list was read from {since} to {until}"),
    "unread": _("{source}: never read: {url}"),
    "failed": _("{source}: failed {failures} times: {url}: {reason}"),
    "skipped": _("{source}: holds no article: {url}: {reason}"),
    "withdrawn": _("{source}: withdrawn: {url}"),
}


@app.command()
def gaps(
    ctx: typer.Context,
    source: OneSource = "",
    since: Since = "",
    until: Until = "",
    every: Annotated[bool, typer.Option("--all", help=_("Also addresses without an article, and withdrawn."))] = False,
    as_json: Json = False,
) -> int:
    """What may be missing: days with too few articles, times without a crawl, addresses that are not kept.

    Examples:
        wencang gaps
        wencang gaps tibet_cn --json
    """
    from archive import clock
    from archive.store import named_source
    from archive.tables.ledger import Ledger
    from indexer.question.period import span

    start, end = span(since, until)
    bounds = max(start or _FIRST, _FIRST), end or clock.now()
    found = explained = 0
    with open_archive(ctx.obj) as store:
        names = Ledger(store).sources()
        if not names:
            say(_("no run is noted yet; `wencang crawl` makes one"))
        for name in [named_source(names, source)] if source else names:
            for gap in _gaps(store, name, *bounds):
                known = gap.get("why") in _EXPLAINED
                found, explained = found + (not known), explained + known
                if every or not known:
                    print_json(gap) if as_json else print(printable(_line(gap)))
    if explained and not every:
        told = ngettext(
            "{count} more address holds no article or was withdrawn: --all",
            "{count} more addresses hold no article or were withdrawn: --all", explained,
        )  # fmt: skip
        say(told.format(count=explained))
    return CHECK if found else DONE


def _line(gap: _Gap) -> str:
    from archive.reasons import told

    reason = {"reason": told(gap["reason"])} if "reason" in gap else {}
    return _LINES[gap.get("why") or gap["gap"]].format(**gap | reason).removesuffix(": ")  # a reason need not be known


def _gaps(store: ArticleStore, source: str, start: datetime, end: datetime) -> Iterator[_Gap]:
    from archive.tables.ledger import Ledger
    from crawler.health.gaps import why

    ledger = Ledger(store)
    if crawled := ledger.crawled(source):
        yield from _days(store, source, *crawled, start, end)
    yield from _spans(ledger, source, start, end)
    for candidate in ledger.missing(source, start, end):
        yield _address(candidate, why(candidate))
    for candidate in ledger.withdrawn(source, start, end):
        yield _address(candidate, "withdrawn")


def _days(
    store: ArticleStore, source: str, first: datetime, last: datetime, start: datetime, end: datetime
) -> Iterator[_Gap]:
    from archive.article import SHANGHAI
    from archive.tables.stats import by_day
    from crawler.health.gaps import judged, thin_days

    counts = by_day(store, source, first - timedelta(days=1), last)
    for thin in thin_days(counts, *judged(first, last)):
        day = datetime(thin.day.year, thin.day.month, thin.day.day, tzinfo=SHANGHAI)
        if start <= day < end:
            told = {"day": thin.day.isoformat(), "articles": thin.articles, "expected": thin.expected}
            yield {"gap": "day", "source": source, **told}


def _spans(ledger: Ledger, source: str, start: datetime, end: datetime) -> Iterator[_Gap]:
    from archive import clock
    from crawler.health.gaps import unread_spans

    began = ledger.unanswered().get(source)
    for since, until in unread_spans([(began, began)] if began else ledger.walks(source), clock.now()):
        if since < end and until > start:
            yield {"gap": "span", "source": source, "since": _time(since), "until": _time(until)}


def _address(candidate: Candidate, why: str) -> _Gap:
    return {
        "gap": "address", "source": candidate.source, "url": candidate.url, "list": candidate.list,
        "found": _time(candidate.found),
        "why": why, "failures": candidate.failures, "reason": candidate.reason,
    }  # fmt: skip


def _time(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
