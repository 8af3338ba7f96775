"""Fetch what the sources show."""

from __future__ import annotations

from datetime import timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from archive import settings
from archive.lock import alone
from commands import Since, Until, create_archive, finish, indexing, open_archive
from terminal import counting, print_report, say

if TYPE_CHECKING:
    from archive.ledger import Section
    from archive.metrics import Sample
    from archive.store import ArticleStore
    from crawler.report import Report

app = typer.Typer()


@app.command()
def crawl(
    ctx: typer.Context,
    sources: Annotated[list[str], typer.Argument(metavar="[SOURCE...]", help=_("All there are, unless named."))] = [],  # noqa: B006
    url: Annotated[list[str], typer.Option(metavar="U", help=_("Only this page; of any site."))] = [],  # noqa: B006
    since: Since = "",
    until: Until = "",
    due: Annotated[bool, typer.Option("--due", help=_("Only what is due: for a schedule."))] = False,
    images: Annotated[bool, typer.Option("--images", help=_("Keep the pictures of articles too."))] = False,
    wait: Annotated[bool, typer.Option("--wait", help=_("Wait for another run to end."))] = False,
    max_pages: Annotated[int, typer.Option(min=0, metavar="N", help=_("Stop after this many pages."))] = 0,
    max_time: Annotated[float, typer.Option(min=0, metavar="S", help=_("Stop after this many seconds."))] = 0,
) -> int:
    """Fetch, extract and archive what the sources show, and index what is new while it comes in."""
    from crawler import sources as known
    from crawler.addresses import refuse_nameless
    from crawler.report import Report
    from indexer.period import period

    chosen = [known.load(name) for name in sources or known.names()]
    first = period(since)[0] if since else None
    end = period(until)[1] if until else None
    last = end and (end - timedelta(days=1)).date()
    refuse_nameless(ctx.obj.contact, url or [list for source in chosen for list in source.lists])
    create_archive(ctx.obj).close()  # what is wrong with it is said before anything is fetched

    from crawler.run import crawl

    report = Report()
    with alone(ctx.obj.data / "crawl.lock", wait), indexing(ctx.obj), counting(_("pages")) as progress:
        report.notice = lambda report: progress(report.read)
        crawl(
            chosen, report, urls=url, since=first and first.date(), until=last, due=due,
            images=images or ctx.obj.images, max_pages=max_pages, max_time=max_time,
        )  # fmt: skip
        if not url:
            _note_runs(ctx.obj, report)
    print_report(report)
    return finish(ctx.obj, report)


def _note_runs(settings: settings.Settings, report: Report) -> None:
    """Note what the run came to; say what wants a person, here and by the ways the operator has set."""
    from archive import clock, metrics
    from archive.ledger import Ledger
    from archive.notice import announce
    from crawler import alarms
    from crawler.report import RUNS

    now = clock.now()
    with open_archive(settings) as store:
        ledger = Ledger(store)
        sections = ledger.sections()
        found = alarms.silent(sections, ledger.brought(now - alarms.PERIOD), now) + alarms.unchecked(sections, now)
        for run in report.runs(now):
            found += alarms.worse(run, ledger.last_runs(run.source, RUNS))
            ledger.note_run(run)
        samples = _samples(store, sections)
    for alarm in found:
        say(alarm.text)
    for fault in announce(settings, found, now):
        say(f"wencang: {fault}")
    if settings.metrics:
        metrics.write(settings.metrics, samples)


def _samples(store: ArticleStore, sections: list[Section]) -> list[Sample]:
    """What Prometheus is told."""
    from archive.metrics import Sample

    kept, checked = _("Articles that are kept."), _("When a list was last walked, since 1970.")
    articles = [
        Sample("wencang_articles", kept, "gauge", {"source": count.source}, count.articles) for count in store.counts()
    ]
    return articles + [
        Sample(
            "wencang_section_checked_seconds", checked, "gauge", {"source": one.source, "list": one.list},
            one.checked.timestamp(),
        )
        for one in sections
        if one.checked
    ]  # fmt: skip
