"""List what may be missing from the archive."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.commands import CHECK, DONE, Json, OneSource, Since, Until, archive_of
from wencang.cli.output import print_json, say, say_notices

app = typer.Typer()


@app.command()
def gaps(
    ctx: typer.Context,
    source: OneSource = "",
    since: Since = "",
    until: Until = "",
    every: Annotated[bool, typer.Option("--all", help=_("Also addresses without an article, and withdrawn."))] = False,
    as_json: Json = False,
) -> int:
    """What may be missing: days with too few articles, times without a crawl, addresses that are not kept.

    Examples:
        wencang gaps
        wencang gaps tibet_cn --json
    """
    from wencang.cli.output.gaps import print_gap

    gaps = archive_of(ctx).gaps(source, since=since, until=until)
    say_notices(gaps.notices)
    for gap in gaps.gaps if every else gaps.unexplained:
        print_json(gap.to_json()) if as_json else print_gap(gap)
    explained = len(gaps.gaps) - len(gaps.unexplained)
    if explained and not every:
        line = ngettext(
            "{count} more address holds no article or was withdrawn: --all",
            "{count} more addresses hold no article or were withdrawn: --all", explained,
        )  # fmt: skip
        say(line.format(count=explained))
    return CHECK if gaps.unexplained else DONE
