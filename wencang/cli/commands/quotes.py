"""List who said what in articles."""

from __future__ import annotations

from typing import Annotated, Literal

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
    to_file,
)
from wencang.cli.output import say, say_notices
from wencang.cli.output.quotes import print_quotes, print_speakers
from wencang.cli.output.tables import print_rows
from wencang.filters import Filters

app = typer.Typer()


@app.command(**QUESTION)
@narrowed
def quotes(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    speaker: Annotated[str, typer.Option(metavar="NAME", help=_("Only those whose name contains this."))] = "",
    kind: Annotated[
        Literal["", "person", "institution", "role"],
        typer.Option(help=_("Only persons by name, only institutions, or only roles without a name.")),
    ] = "",
    count: Annotated[bool, typer.Option("--count", help=_("Count articles and quotations of each speaker."))] = False,
    filters: Filters = NO_FILTERS, engine: Engine = "", as_json: Json = False, as_csv: Csv = False,
    out: TableFile = None,
) -> int:  # fmt: skip
    """List who said what: direct speech with its speaker, in the articles that a question finds or in all.

    Examples:
        wencang quotes 援藏 --speaker 齐扎拉
        wencang quotes 援藏 --count
        wencang quotes 援藏 --kind role
    """
    form = chosen(out, csv=as_csv, json=as_json)
    question = question_of(query)
    quotes = archive_of(ctx).quotes(question, speaker=speaker, kind=kind, engine=engine, **filters)
    say_notices(quotes.notices)
    if next(quotes.rows(), None) is None:
        say(_("no quotation is found"))
        return NOTHING
    speakers = quotes.speakers() if count else None
    table = speakers or quotes
    if out:
        return to_file(table, out, form)
    if form:
        print_rows(table, form)
    elif speakers:
        print_speakers(speakers)
    else:
        print_quotes(quotes)
    return DONE
