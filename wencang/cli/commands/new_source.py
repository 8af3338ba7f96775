"""Write the files of a new source."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, archive_of
from wencang.cli.output import say

app = typer.Typer()


@app.command(name="new-source")
def new_source(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    pages: Annotated[list[str], typer.Argument(metavar="PAGE...", help=_("FILE or ADDRESS=FILE."))],
    lists: Annotated[list[str], typer.Option("--list", metavar="U", help=_("A list of the site."))] = [],  # noqa: B006
) -> int:
    """Write the file of a new source and its saved pages, as `wencang source add` does.

    Examples:
        wencang new-source example_cn http://www.example.cn/1.html=1.html --list http://www.example.cn/
    """
    for path in archive_of(ctx).add_source(name, pages, lists=lists):
        print(path)
    say(_("Review them: each .json must hold what its page says, which need not be what was extracted."))
    return DONE
