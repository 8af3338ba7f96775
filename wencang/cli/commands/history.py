"""List the versions of an article."""

from __future__ import annotations

from typing import Annotated

import typer

from wencang.cli.commands import DONE, Json, archive_of
from wencang.cli.output import print_json
from wencang.cli.output.versions import print_history

app = typer.Typer()


@app.command()
def history(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")], as_json: Json = False
) -> int:
    """List every version of an article: when it was fetched, and what changed.

    Examples:
        wencang history tibet.cn-7210688
    """
    history = archive_of(ctx).history(id_or_url)
    if as_json:
        for step in history.steps:
            print_json(step.to_json())
    else:
        print_history(history)
    return DONE
