"""Fetch what the sources show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from archive import settings
from archive.errors import NotTold, UsageFault, WencangError
from archive.lock import exclusive
from wencang.cli.commands import Since, Sources, Until, create_archive, open_archive
from wencang.cli.commands._run import finish, indexing
from wencang.cli.output import counting, say
from wencang.cli.output.report import print_report

if TYPE_CHECKING:
    from crawler.report import Report

app = typer.Typer()


@app.command()
def crawl(
    ctx: typer.Context,
    sources: Sources = [],  # noqa: B006
    url: Annotated[list[str], typer.Option(metavar="U", help=_("Only this page; of any site."))] = [],  # noqa: B006
    since: Since = "",
    until: Until = "",
    due: Annotated[bool, typer.Option("--due", help=_("Only what is due: for a schedule."))] = False,
    images: Annotated[bool, typer.Option("--images", help=_("Keep the pictures of articles too."))] = False,
    wait: Annotated[bool, typer.Option("--wait", help=_("Wait for another run to end."))] = False,
    max_pages: Annotated[int, typer.Option(min=0, metavar="N", help=_("Stop after this many pages."))] = 0,
    max_time: Annotated[float, typer.Option(min=0, metavar="S", help=_("Stop after this many seconds."))] = 0,
) -> int:
    """Fetch, extract and archive what the sources show, and index what is new while it comes in.

    Examples:
        wencang crawl tibet_cn --since 2022
        wencang crawl --due
        wencang crawl --url http://www.example.cn/1.html
    """
    from crawler import sources as known
    from crawler.http.addresses import refuse_nameless
    from crawler.report import Report
    from indexer.question.period import span

    if url and (sources or since or until or due):
        reason = _("names all there is to fetch")
        raise UsageFault("--url", reason, _("leave out SOURCE, --since, --until and --due"))
    chosen = [known.load(name) for name in sources or known.names()]
    first, end = span(since, until)
    last = end and (end - timedelta(days=1)).date()
    refuse_nameless(ctx.obj.contact, url or [list for source in chosen for list in source.lists])
    create_archive(ctx.obj).close()  # what is wrong with it is said before anything is fetched

    from crawler.run import crawl

    report = Report()
    with exclusive(ctx.obj.data / "crawl.lock", wait), indexing(ctx.obj), counting(_("pages")) as progress:
        report.notice = lambda report: progress(report.read)
        with nullcontext() if url else _noted(ctx.obj, report):
            crawl(
                chosen, report, urls=url, since=first and first.date(), until=last, due=due,
                images=images or ctx.obj.images, max_pages=max_pages, max_time=max_time,
            )  # fmt: skip
    print_report(report)
    if due and not report.did_anything:
        _print_next(ctx.obj, {url for source in chosen for url in source.lists})
    return finish(ctx.obj, report)


def _print_next(settings: settings.Settings, lists: set[str]) -> None:
    from archive.tables.ledger import Ledger

    with open_archive(settings) as store:
        times = [section.due for section in Ledger(store).sections() if section.list in lists]
    said = _("nothing is due; the next list is from {time} on") if times else _("nothing is due")
    print(said.format(time=f"{min(times):%Y-%m-%d %H:%M}Z") if times else said)


@contextmanager
def _noted(settings: settings.Settings, report: Report) -> Iterator[None]:
    """A run that is noted at its end; one that a fault ended too, where the archive still takes it."""
    try:
        yield
    except Exception:
        with suppress(WencangError):
            _note_runs(settings, report)
        raise
    _note_runs(settings, report)


def _note_runs(settings: settings.Settings, report: Report) -> None:
    """Note what the run came to; say what wants a person, here and by the ways the operator has set."""
    from archive import clock
    from archive.notify.notice import announce
    from archive.tables.ledger import Ledger
    from crawler.health import alarms

    now = clock.now()
    with open_archive(settings) as store:
        ledger = Ledger(store)
        for run in report.runs():
            ledger.note_run(run)
        found = alarms.found(store, now)
    for alarm in found:
        say(alarm.text)
    faults = announce(settings, found, now)
    if settings.metrics:
        from archive.notify import metrics

        try:
            with open_archive(settings) as store:
                metrics.write(settings.metrics, metrics.gauges(store))
        except NotTold as error:
            faults.append(error)
    for fault in faults:
        say(f"wencang: {fault}")
