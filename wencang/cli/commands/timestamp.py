"""Have what was archived time-stamped."""

from __future__ import annotations

from gettext import gettext as _
from pathlib import Path
from typing import Annotated

import typer

from archive.errors import UsageFault
from wencang.cli.commands import DONE, open_archive

app = typer.Typer()


@app.command()
def timestamp(
    ctx: typer.Context,
    url: Annotated[str, typer.Option(metavar="TSA", help=_("The authority's address; else the setting."))] = "",
    roots: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=_("Certificates to trust (PEM); else the setting, the system's.")),
    ] = None,
) -> int:
    """Have the newest manifest time-stamped (RFC 3161): proof for others of when it was there.

    Examples:
        wencang timestamp --url http://tsa.example.org
    """
    from archive import clock
    from archive.proof import manifest, timestamp

    if not (authority := url or ctx.obj.timestamp):
        raise UsageFault("timestamp", _("no authority is named"), _("name one with --url, or as WENCANG_TIMESTAMP"))
    with open_archive(ctx.obj) as store:
        manifest.close(store, ctx.obj.data, clock.now())
    if not (made := manifest.manifests(ctx.obj.data)):
        raise UsageFault(
            ctx.obj.data, _("holds nothing to stamp yet"), _("`wencang crawl` or `wencang import PATH` adds")
        )
    time = timestamp.fetch(made[-1], authority, roots or ctx.obj.roots)
    print(f"{timestamp.path_of(made[-1])}: {time.isoformat()}")
    return DONE
