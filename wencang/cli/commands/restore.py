"""Make an archive of a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, archive_of

app = typer.Typer()


@app.command()
def restore(ctx: typer.Context, folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> int:
    """Make an archive of a backup, in a data folder that holds none.

    Examples:
        wencang --data new restore /mnt/disk/wencang
    """
    from archive.proof.backup import restore

    data = archive_of(ctx).data
    restore(folder, data)
    print(_("{data}: restored; `wencang index` builds its index again").format(data=data))
    return DONE
