"""List who aids which place."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import (
    DONE,
    NO_FILTERS,
    NOTHING,
    QUESTION,
    Csv,
    Engine,
    Json,
    TableFile,
    Words,
    archive_of,
    chosen,
    narrowed,
    question_of,
    say_nothing,
    to_file,
)
from wencang.cli.output import say, say_notices
from wencang.cli.output.tables import print_rows
from wencang.filters import Filters

app = typer.Typer()


@app.command(**QUESTION)
@narrowed
def aid(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    count: Annotated[bool, typer.Option("--count", help=_("Each pair once, with its number of articles."))] = False,
    stories: Annotated[bool, typer.Option("--stories", help=_("Each pair of a story and its reprints once."))] = False,
    filters: Filters = NO_FILTERS, engine: Engine = "", as_json: Json = False, as_csv: Csv = False,
    out: TableFile = None,
) -> int:  # fmt: skip
    """List which province, city, enterprise or authority aids which place, each with the sentence that says so.

    Examples:
        wencang aid 援藏 --count --stories
        wencang aid --csv -o aid.csv
    """
    form = chosen(out, csv=as_csv, json=as_json)
    pairs = archive_of(ctx).aid(question_of(query), stories=stories, engine=engine, **filters)
    say_notices(pairs.notices)
    table = pairs.counts() if count else pairs
    if next(table.rows(), None) is None:
        if query:
            return say_nothing(query)
        say(_("no article says who aids a place"))
        return NOTHING
    if out:
        return to_file(table, out, form)
    print_rows(table if form or count else pairs.brief(), form)
    return DONE
