"""Show what is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import CHECK, DONE, Json, archive_of
from wencang.cli.output import print_json, say_notices

app = typer.Typer()


@app.command()
def status(
    ctx: typer.Context, as_json: Json = False,
    max_age: Annotated[
        str, typer.Option(metavar="TIME", help=_("Fail where a source was not checked for 26h, 3d ..."))
    ] = "",
) -> int:  # fmt: skip
    """What is kept, how fresh it is, and whether the index is up to date.

    Examples:
        wencang status
        wencang status --max-age 26h
    """
    from wencang.cli.output.keeping import print_status

    status = archive_of(ctx).status(max_age=max_age)
    print_json(status.to_json()) if as_json else print_status(status)
    say_notices(status.stale)
    return CHECK if status.stale else DONE
