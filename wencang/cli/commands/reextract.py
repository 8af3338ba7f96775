"""Read the archived raw pages again."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import Sources, archive_of
from wencang.cli.commands._run import exit_code
from wencang.cli.output.report import counting_run

app = typer.Typer()


@app.command()
def reextract(
    ctx: typer.Context,
    sources: Sources = [],  # noqa: B006
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only report what would change."))] = False,
    restart: Annotated[bool, typer.Option("--restart", help=_("Read all again, not only what a run left."))] = False,
) -> int:
    """Re-extract stored pages with the current rules, without the network, and index what changed.

    Examples:
        wencang reextract --dry-run
        wencang reextract tibet_cn
    """
    with counting_run(_("articles")) as (progress, indexed):
        result = archive_of(ctx).reextract(
            sources, dry_run=dry_run, restart=restart, progress=progress, indexed=indexed
        )
    return exit_code(archive_of(ctx), result, news=not dry_run)
