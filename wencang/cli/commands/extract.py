"""Read one page without archiving it."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, Json, archive_of
from wencang.cli.output import print_json
from wencang.cli.output.report import print_reading

app = typer.Typer()


@app.command()
def extract(
    ctx: typer.Context,
    page: Annotated[str, typer.Argument(metavar="FILE|-|URL", show_default=False)],
    url: Annotated[str, typer.Option(metavar="U", help=_("Address that the file was saved from."))] = "",
    as_json: Json = False,
    explain: Annotated[
        bool, typer.Option("--explain", help=_("Show which rule gave which field, and what was removed."))
    ] = False,
) -> int:
    """Print the article of one page, without archiving it.

    Examples:
        wencang extract page.html --url http://www.example.cn/1.html --explain
        curl -s URL | wencang extract - --json
    """
    reading = archive_of(ctx).extract(page, url=url)
    if as_json:
        print_json(reading.to_json(explain))
    else:
        print_reading(reading, explain)
    return DONE
