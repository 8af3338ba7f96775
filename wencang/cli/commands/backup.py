"""Copy the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, archive_of

app = typer.Typer()


@app.command()
def backup(ctx: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> int:
    """Copy the archive into a folder, also while a crawl runs; the next time only what was added.

    Examples:
        wencang backup /mnt/disk/wencang
    """
    added = archive_of(ctx).backup(folder)
    print(_("{folder}: up to date, {size:.1f} MB of raw pages added").format(folder=folder, size=added / 1e6))
    return DONE
