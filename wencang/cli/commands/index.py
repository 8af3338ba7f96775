"""Bring the index of an engine up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.commands import DONE, Engine, archive_of
from wencang.cli.output import counting, say_notices

app = typer.Typer()


@app.command()
def index(
    ctx: typer.Context,
    rebuild: Annotated[bool, typer.Option("--rebuild", help=_("Build the whole index anew."))] = False,
    engine: Engine = "",
) -> int:
    """Bring the index of a search engine up to date with the archive.

    Examples:
        wencang index
        wencang index --rebuild --engine tantivy
    """
    archive = archive_of(ctx)
    with counting(_("articles")) as progress:
        count = archive.index(rebuild=rebuild, engine=engine, progress=progress)
    say_notices(archive.lexicon.rebuild_due(engine or archive.settings.engine))
    print(ngettext("{count} article indexed", "{count} articles indexed", count).format(count=count))
    return DONE
