"""Check what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from wencang.cli.commands import CHECK, DONE, archive_of
from wencang.cli.output import counting, say_notices

app = typer.Typer()


@app.command()
def verify(
    ctx: typer.Context,
    manifest: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("Only compare the archive with a manifest kept elsewhere."))
    ] = None,
) -> int:
    """Check every version, every record of the raw pages, the chain of manifests, and the index.

    Examples:
        wencang verify
        wencang verify --manifest elsewhere/000012-20260701T060000Z.jsonl
    """
    with counting(_("records read")) as progress:
        result = archive_of(ctx).verify(manifest=manifest, progress=progress)
    say_notices(result.notices)
    for fault in result.faults:
        print(printable(fault))
    return CHECK if result.faults else DONE
