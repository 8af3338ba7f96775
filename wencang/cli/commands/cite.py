"""Cite articles."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, QUESTION, Engine, Since, SourceName, Until, archive_of, say_nothing
from wencang.cli.output import answers, say_notices
from wencang.desk.export.citation import Style

app = typer.Typer()


@app.command(**QUESTION)
def cite(
    ctx: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="ID...|QUERY...", help=_("Ids or addresses, or a question."))],
    style: Annotated[Style, typer.Option()] = "gbt7714",
    source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "",
) -> int:  # fmt: skip
    """Cite articles, or all that a question finds, by GB/T 7714-2015 or for a reference manager.

    Examples:
        wencang cite tibet.cn-7210688
        wencang cite 援藏 招商引资 --since 2022 --style bibtex
    """
    citations = archive_of(ctx).cite(
        " ".join(query), style=style, source=source, since=since, until=until, engine=engine
    )
    say_notices(citations.notices)
    if not citations.count:
        return say_nothing(query)
    answers().write(citations.text.encode())
    return DONE
