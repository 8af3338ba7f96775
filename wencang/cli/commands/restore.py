"""Make an archive of a backup."""

from __future__ import annotations

from gettext import gettext as _
from pathlib import Path
from typing import Annotated

import typer

from wencang.cli.commands import DONE

app = typer.Typer()


@app.command()
def restore(ctx: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> int:
    """Make an archive of a backup, in a data folder that holds none.

    Examples:
        wencang --data new restore /mnt/disk/wencang
    """
    from archive.proof.backup import restore

    restore(folder, ctx.obj.data)
    print(_("{data}: restored; `wencang index` builds its index again").format(data=ctx.obj.data))
    return DONE
