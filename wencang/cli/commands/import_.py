"""Read saved pages, texts and exports into the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive.errors import UsageFault
from archive.translation import gettext as _
from wencang.cli.commands import create_archive
from wencang.cli.commands._run import finish
from wencang.cli.output import counting
from wencang.cli.output.report import print_report

app = typer.Typer()


@app.command(name="import")
def import_(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...")],
    source: Annotated[str, typer.Option(metavar="S", help=_("The source that plain text gets."))] = "text",
) -> int:
    """Read saved pages (.html), plain text (.txt), JSON Lines of an export and WARC files into the archive.

    Examples:
        wencang import saved/ notes.txt
        wencang import all.jsonl crawl.warc.gz
    """
    from archive.proof import manifest
    from archive.warc.pages import Pages
    from crawler.importer import files, import_files
    from crawler.report import Report

    if not source.strip():
        raise UsageFault("--source", _("is empty"), _("name the source that plain text gets"))
    found = files(paths)
    report = Report()
    data = ctx.obj.data
    with (
        create_archive(ctx.obj) as store,
        Pages(data, ends=manifest.ends(data)) as pages,
        counting(_("articles")) as progress,
    ):
        report.notice = lambda report: progress(report.read)
        import_files(store, pages, found, report, source)
    print_report(report)
    return finish(ctx.obj, report)
