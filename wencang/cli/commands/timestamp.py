"""Have what was archived time-stamped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, archive_of

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
    stamp = archive_of(ctx).timestamp(url=url, roots=roots)
    print(f"{stamp.path}: {stamp.time.isoformat()}")
    return DONE
