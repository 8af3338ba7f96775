"""Try a source's rules on the live site."""

from __future__ import annotations

from typing import Annotated

import typer

from wencang.cli.commands import CHECK, DONE, archive_of, known_sources
from wencang.cli.output.report import print_check

app = typer.Typer()


@app.command()
def check(
    ctx: typer.Context, source: Annotated[str, typer.Argument(metavar="SOURCE", autocompletion=known_sources)]
) -> int:
    """Fetch one list and three articles of a source and name each rule that found nothing.

    Examples:
        wencang check tibet_cn
    """
    result = archive_of(ctx).check(source)
    print_check(result)
    return CHECK if result.failed else DONE
