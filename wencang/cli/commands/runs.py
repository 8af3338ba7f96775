"""List the runs of crawls."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, NOTHING, Json, OneSource, archive_of
from wencang.cli.output import print_json, say_notices

app = typer.Typer()


@app.command()
def runs(
    ctx: typer.Context,
    source: OneSource = "",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help=_("Maximum number of runs."))] = 20,
    sections: Annotated[bool, typer.Option("--sections", help=_("By list, too."))] = False,
    as_json: Json = False,
) -> int:
    """Results of the runs of a crawl, the newest first, and why pages failed.

    Examples:
        wencang runs tibet_cn --limit 5 --sections
    """
    from wencang.cli.output.keeping import print_runs

    found = archive_of(ctx).runs(source, limit=limit)
    if as_json:
        for run in found.runs:
            print_json(run.to_json())
    elif found.runs:
        print_runs(found.runs, sections)
    say_notices(found.notices)
    return DONE if found.runs else NOTHING
