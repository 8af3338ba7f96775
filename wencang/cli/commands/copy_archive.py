"""Move an archive between SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE
from wencang.cli.output.report import counting_run

app = typer.Typer()


@app.command("copy-archive")
def copy_archive(
    source: Annotated[str, typer.Argument(metavar="FROM")], target: Annotated[str, typer.Argument(metavar="TO")]
) -> int:
    """Copy the database of an archive: each of FROM and TO is a data folder or a PostgreSQL address.

    Examples:
        wencang copy-archive data postgresql://wencang@db.example.org/wencang
    """
    from archive.store.transfer import copy_archive

    with counting_run(_("rows")) as (progress, _indexed):
        copied = copy_archive(source, target, progress=progress)
    line = _("{rows} rows are alike in both (SHA-256 {digest}), {written} of them written now")
    print(line.format(rows=copied.rows, digest=copied.digest, written=copied.written))
    return DONE
