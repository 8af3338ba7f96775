"""Fetch the articles of the sources."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import Since, Sources, Until, archive_of
from wencang.cli.commands._run import exit_code
from wencang.cli.output.report import counting_run

app = typer.Typer()
_SOURCES = _("With --due: take this many sources at most, and leave the rest to other hosts.")
_PAGES = _("Stop after this many pages (with --due 2,000, unless set).")
_SECONDS = _("Stop after this many seconds (with --due 3,600, unless set).")


@app.command()
def crawl(
    ctx: typer.Context,
    sources: Sources = [],  # noqa: B006
    url: Annotated[list[str], typer.Option(metavar="U", help=_("Fetch only this page, of any site."))] = [],  # noqa: B006
    since: Since = "",
    until: Until = "",
    due: Annotated[bool, typer.Option("--due", help=_("Only what is due, for scheduled runs."))] = False,
    images: Annotated[bool, typer.Option("--images", help=_("Archive the pictures of articles too."))] = False,
    wait: Annotated[bool, typer.Option("--wait", help=_("Wait for another run of a source to end."))] = False,
    max_sources: Annotated[int, typer.Option(min=0, metavar="N", help=_SOURCES)] = 0,
    max_pages: Annotated[int, typer.Option(min=0, metavar="N", help=_PAGES)] = 0,
    max_time: Annotated[float, typer.Option(min=0, metavar="S", help=_SECONDS)] = 0,
) -> int:
    """Fetch, extract and archive the articles of the sources, and index them at the same time.

    Examples:
        wencang crawl tibet_cn --since 2022
        wencang crawl --due
        wencang crawl --url http://www.example.cn/1.html
    """
    with counting_run(_("pages")) as (progress, indexed):
        result = archive_of(ctx).crawl(
            sources, url=url, since=since, until=until, due=due, images=images, wait=wait,
            max_sources=max_sources, max_pages=max_pages, max_time=max_time, progress=progress, indexed=indexed,
        )  # fmt: skip
    return exit_code(archive_of(ctx), result)
