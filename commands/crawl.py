"""Fetch what the sources show."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from archive import settings
from archive.lock import alone
from commands import Since, create_archive, finish, indexing, open_archive
from terminal import counting, print_report, say

if TYPE_CHECKING:
    from crawler.report import Report

app = typer.Typer()


@app.command()
def crawl(
    ctx: typer.Context,
    sources: Annotated[list[str], typer.Argument(metavar="[SOURCE...]", help=_("All there are, unless named."))] = [],  # noqa: B006
    url: Annotated[list[str], typer.Option(metavar="U", help=_("Only this page; of any site."))] = [],  # noqa: B006
    since: Since = "",
    max_pages: Annotated[int, typer.Option(min=0, metavar="N", help=_("Stop after this many pages."))] = 0,
    max_time: Annotated[float, typer.Option(min=0, metavar="S", help=_("Stop after this many seconds."))] = 0,
) -> int:
    """Fetch, extract and archive what the sources show, and index what is new while it comes in."""
    from crawler import sources as known
    from crawler.report import Report
    from indexer.period import period

    chosen = [known.load(name) for name in sources or known.names()]
    first = period(since)[0] if since else None
    create_archive(ctx.obj).close()  # what is wrong with it is said before anything is fetched

    from crawler.run import crawl

    report = Report()
    with alone(ctx.obj.data / "crawl.lock"), indexing(ctx.obj), counting(_("pages")) as progress:
        report.notice = lambda report: progress(report.read)
        crawl(chosen, report, urls=url, since=first and first.date(), max_pages=max_pages, max_time=max_time)
    print_report(report)
    if not url:
        _note_runs(ctx.obj, report)
    return finish(ctx.obj, report)


def _note_runs(settings: settings.Settings, report: Report) -> None:
    """Note what the run came to, and warn where a share of its pages rose above what it was."""
    from datetime import UTC, datetime

    from crawler.report import RUNS, risen

    told = {
        "general": _(
            "{source}: {count} of {read} pages read by general means, {old:.0%} before: has a layout changed? "
            "`wencang check {source}` tells which rule finds nothing"
        ),
        "failed": _("{source}: {count} of {read} pages failed, {old:.0%} before: has the site changed?"),
    }
    with open_archive(settings) as store:
        for run in report.runs(datetime.now(UTC)):
            for kind, old in risen(run, store.last_runs(run.source, RUNS)):
                say(told[kind].format(source=run.source, count=getattr(run, kind), read=run.read, old=old))
            store.note_run(run)
