"""Print one article."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, NOTHING, Engine, Json, archive_of, chosen
from wencang.cli.output import print_json, say, say_notices
from wencang.cli.output.hits import print_marked

app = typer.Typer()


@app.command()
def show(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")], as_json: Json = False,
    raw: Annotated[bool, typer.Option("--raw", help=_("Write the page, or a picture, as it was fetched."))] = False,
    full_marks: Annotated[
        str, typer.Option(metavar="QUERY", help=_("Mark everything in it that a question finds."))
    ] = "",
    engine: Engine = "",
) -> int:  # fmt: skip
    """Print one article, by its id or any address it was found under.

    Examples:
        wencang show tibet.cn-7210688
        wencang show tibet.cn-7210688 --full-marks 援藏
        wencang show tibet.cn-7210688 --raw
    """
    if chosen(raw=raw, json=as_json) == "raw":
        pages = archive_of(ctx).raw(id_or_url)
        for page in pages:
            sys.stdout.buffer.write(page.body)
        if not pages:
            say(_("{name}: no raw page is kept").format(name=id_or_url))
        return DONE if pages else NOTHING
    view = archive_of(ctx).show(id_or_url, full_marks=full_marks, engine=engine)
    say_notices(view.notices)
    if as_json:
        print_json(view.to_json())
    else:
        print_marked(printable(view.text), view.marks.get("text", ()))
    return DONE
