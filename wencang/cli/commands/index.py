"""Bring a search engine up to date."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import Annotated

import typer

from wencang.cli.commands import DONE, Engine, open_archive, open_index, say_if_rebuild_due
from wencang.cli.output import counting

app = typer.Typer()


@app.command()
def index(
    ctx: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help=_("Make the whole index anew."))] = False,
    engine: Engine = "",
) -> int:
    """Bring a search engine up to date with the archive.

    Examples:
        wencang index
        wencang index --rebuild --engine tantivy
    """
    from indexer import update

    write = update.rebuild if rebuild else update.bring_up
    with open_archive(ctx.obj) as store, counting(_("articles")) as progress:
        count = write(store, ctx.obj.data, engine or ctx.obj.engine, progress)
    with open_index(ctx.obj, engine) as opened:
        say_if_rebuild_due(ctx.obj, engine, opened)
    print(ngettext("{count} article indexed", "{count} articles indexed", count).format(count=count))
    return DONE
