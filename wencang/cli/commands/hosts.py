"""List the hosts that work on the archive."""

from __future__ import annotations

import typer

from wencang.cli.commands import DONE, NOTHING, Json, archive_of
from wencang.cli.output import say_notices

app = typer.Typer()


@app.command()
def hosts(ctx: typer.Context, as_json: Json = False) -> int:
    """Which host holds which source, or the manifests or an index, and since when.

    Examples:
        wencang hosts
    """
    from wencang.cli.output.tables import print_rows

    hosts = archive_of(ctx).hosts()
    if hosts.holders:
        print_rows(hosts, "json" if as_json else "")
    say_notices(hosts.notices)
    return DONE if hosts.holders else NOTHING
