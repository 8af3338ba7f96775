"""Hold a source's rules against the live site."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.translation import gettext as _
from wencang.cli.commands import CHECK, DONE, known_sources
from wencang.cli.output import say

app = typer.Typer()


@app.command()
def check(
    ctx: typer.Context, source: Annotated[str, typer.Argument(metavar="SOURCE", autocompletion=known_sources)]
) -> int:
    """Fetch one list and three articles of a source and name each rule that found nothing.

    Examples:
        wencang check tibet_cn
    """
    from crawler import sources

    chosen = sources.load(source)

    from crawler.check import check

    findings = check(chosen)
    for finding in findings:
        print(
            f"{'ok     ' if finding.found else 'NOTHING'}  {finding.rule:<16}  {finding.url}  {finding.found}".rstrip()
        )
    found = {finding.rule for finding in findings if finding.found}
    nothing = sorted({finding.rule for finding in findings} - found)
    if nothing or not findings:
        say(_("found nothing anywhere: {rules}").format(rules=", ".join(nothing)))
    return CHECK if nothing or not findings else DONE
