"""Read saved pages, texts and exports into the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import archive_of
from wencang.cli.commands._run import exit_code
from wencang.cli.output.report import counting_run

app = typer.Typer()


@app.command(name="import")
def import_(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...")],
    source: Annotated[str, typer.Option(metavar="S", help=_("Source of articles from plain text."))] = "text",
) -> int:
    """Read saved pages (.html), plain text (.txt), JSON Lines (.jsonl) and WARC files into the archive.

    A JSON line needs the keys url, title and body, and may have published (2022-06-01 10:32, 2022/6/1, 2022年6月1日),
    source, section, authors, editor, credit and the others that `export --format jsonl` writes.

    Examples:
        wencang import saved/ notes.txt
        wencang import all.jsonl crawl.warc.gz
    """
    with counting_run(_("articles")) as (progress, indexed):
        result = archive_of(ctx).import_(paths, source=source, progress=progress, indexed=indexed)
    return exit_code(archive_of(ctx), result)
