"""Read one page without archiving it."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.escaping import printable
from archive.translation import gettext as _
from wencang.cli.commands import DONE, Json
from wencang.cli.output import print_json
from wencang.cli.output.tables import print_table

app = typer.Typer()


@app.command()
def extract(
    ctx: typer.Context,
    page: Annotated[str, typer.Argument(metavar="FILE|-|URL", show_default=False)],
    url: Annotated[str, typer.Option(metavar="U", help=_("The address that a file was saved from."))] = "",
    as_json: Json = False,
    explain: Annotated[
        bool, typer.Option("--explain", help=_("Which rule gave which field, and what was taken off."))
    ] = False,
) -> int:
    """Print the article of one page, without archiving it.

    Examples:
        wencang extract page.html --url http://www.example.cn/1.html --explain
        curl -s URL | wencang extract - --json
    """
    from crawler.onepage import read_page, reading_json
    from wencang.desk import txt

    reading = read_page(page, url)
    if as_json:
        print_json(reading_json(reading, explain))
        return DONE
    print(printable(txt.text(reading.article)), end="")
    if explain:
        print()
        print_table(
            (_("field"), _("how"), _("text")),
            [(step.field or _("not the body"), step.how, step.text) for step in reading.steps],
        )
    return DONE
