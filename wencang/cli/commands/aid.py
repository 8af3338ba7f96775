"""List who aids which place."""

from __future__ import annotations

from pathlib import Path
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
    Words,
    archive_of,
    chosen,
    narrowed,
    question_of,
    say_nothing,
)
from wencang.cli.output import say, say_notices, written_to
from wencang.cli.output.tables import print_rows, write_rows
from wencang.filters import Filters

app = typer.Typer()
_ENDINGS = {"csv": ("csv",), "json": ("jsonl", "json")}


@app.command(**QUESTION)
@narrowed
def aid(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    count: Annotated[bool, typer.Option("--count", help=_("Each pair once, with its number of articles."))] = False,
    filters: Filters = NO_FILTERS, engine: Engine = "", as_json: Json = False, as_csv: Csv = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="PATH", help=_("A file, else stdout."))] = None,
) -> int:  # fmt: skip
    """List which province, city, enterprise or authority aids which place, each with the sentence that says so.

    Examples:
        wencang aid 援藏 --count
        wencang aid --csv -o aid.csv
    """
    from wencang.desk.files import format_of

    form = chosen(csv=as_csv, json=as_json)
    form = (format_of(out, form, _ENDINGS) or "csv") if out else form
    pairs = archive_of(ctx).aid(question_of(query), engine=engine, **filters)
    say_notices(pairs.notices)
    table = pairs.counts() if count else pairs
    if next(table.rows(), None) is None:
        if query:
            return say_nothing(query)
        say(_("no article says who aids a place"))
        return NOTHING
    if form:
        with written_to(out) as file:
            write_rows(table, form, file)
    else:
        print_rows(table if count else pairs.brief(), "")
    return DONE
