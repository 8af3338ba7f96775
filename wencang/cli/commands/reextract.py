"""Read the kept raw pages again."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.translation import gettext as _
from wencang.cli.commands import Sources, open_archive, source_kept
from wencang.cli.commands._run import finish
from wencang.cli.output import counting
from wencang.cli.output.report import print_report

app = typer.Typer()


@app.command()
def reextract(
    ctx: typer.Context,
    sources: Sources = [],  # noqa: B006
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only tell what would change."))] = False,
) -> int:
    """Read the kept raw pages again by the present rules, without the network, then index what changed.

    Examples:
        wencang reextract --dry-run
        wencang reextract tibet_cn
    """
    from archive.lock import refuse_read_only
    from crawler.reextract import reextract
    from crawler.report import Report

    report = Report()
    if not dry_run:
        refuse_read_only(ctx.obj.data)
    with open_archive(ctx.obj) as store, counting(_("articles")) as progress:
        report.notice = lambda report: progress(report.read)
        chosen = {source_kept(store, name) for name in sources}
        reextract(store, ctx.obj.data, report, chosen, dry_run=dry_run)
    print_report(report)
    return finish(ctx.obj, report, index=not dry_run)
