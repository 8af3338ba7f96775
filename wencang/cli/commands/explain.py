"""Explain a query."""

from __future__ import annotations

import typer

from wencang.cli.commands import DONE, NO_FILTERS, NOTHING, QUESTION, Engine, Json, Words, archive_of, narrowed
from wencang.cli.output import print_json, say_notices
from wencang.cli.output.explanation import print_explanation
from wencang.filters import Filters

app = typer.Typer()


@app.command(**QUESTION)
@narrowed
def explain(
    ctx: typer.Context, query: Words, filters: Filters = NO_FILTERS,
    engine: Engine = "", as_json: Json = False,
) -> int:  # fmt: skip
    """Show how a query is parsed; with the id or address of an article as last word, why that answers it.

    Examples:
        wencang explain 援藏 招商引资
        wencang explain 援藏 招商引资 tibet.cn-7210688
    """
    explanation = archive_of(ctx).explain(" ".join(query), engine=engine, **filters)
    say_notices(explanation.notices)
    if as_json:
        print_json(explanation.to_json())
    else:
        print_explanation(explanation)
    return DONE if explanation.total and (not explanation.reason or explanation.reason.rank) else NOTHING
