"""Cite articles."""

from __future__ import annotations

from gettext import gettext as _
from itertools import chain
from typing import Annotated, Literal

import typer

from wencang.cli.commands import (
    DONE,
    QUESTION,
    Engine,
    Since,
    SourceName,
    Until,
    articles_of,
    named,
    open_archive,
    say_nothing,
)
from wencang.cli.output import answers

app = typer.Typer()


@app.command(**QUESTION)
def cite(
    ctx: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="ID...|QUERY...", help=_("Ids or addresses, else a question."))],
    style: Annotated[Literal["gbt7714", "bibtex", "ris", "csl-json"], typer.Option()] = "gbt7714",
    source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "",
) -> int:  # fmt: skip
    """Cite one article, or all that a question finds, by GB/T 7714-2015 or for a program that keeps references.

    Examples:
        wencang cite tibet.cn-7210688
        wencang cite 援藏 招商引资 --since 2022 --style bibtex
    """
    from wencang.desk.export.citation import STYLES

    with open_archive(ctx.obj) as store:
        articles = [named(store, word) for word in query]
        meant = [one for one in articles if one]
        is_question = len(meant) < len(articles)
        found = articles_of(ctx.obj, store, query, source, since, until, engine) if is_question else iter(meant)
        first = next(found, None)
        if first is None:
            return say_nothing(query)
        out = answers()
        for text in STYLES[style](chain([first], found)):
            out.write(text.encode())
    return DONE
