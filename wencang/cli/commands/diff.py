"""Show what changed between two versions of an article."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, NOTHING, Json, archive_of
from wencang.cli.output import print_json
from wencang.cli.output.versions import print_diff

app = typer.Typer()


@app.command()
def diff(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")],
    a: Annotated[int, typer.Argument(metavar="[A]", help=_("The older version; by default the last but one."))] = 0,
    b: Annotated[int, typer.Argument(metavar="[B]", help=_("The newer version; by default the last."))] = 0,
    other: Annotated[str, typer.Option("--from", metavar="ID", help=_("Compare with the text of this article."))] = "",
    as_json: Json = False, html: Annotated[bool, typer.Option("--html", help=_("Print a whole HTML page."))] = False,
) -> int:  # fmt: skip
    """Show what changed between two versions, numbered as in `history` or by place: 1 is the oldest.

    With --from, what changed between another article, such as the original of a copy, and this one.

    Examples:
        wencang diff tibet.cn-7210688
        wencang diff tibet.cn-7210688 1 2 --html
    """
    diff = archive_of(ctx).diff(id_or_url, a, b, other=other)
    if as_json:
        print_json(diff.to_json())
    elif html:
        print(diff.html())
    else:
        print_diff(diff)
    return DONE if diff.changes else NOTHING
