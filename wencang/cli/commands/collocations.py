"""Find the words that occur near a word."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import (
    DONE,
    NO_FILTERS,
    NOTHING,
    Csv,
    Engine,
    Json,
    Least,
    Limit,
    Period,
    TableFile,
    archive_of,
    chosen,
    narrowed,
    to_file,
)
from wencang.cli.output import counting, say, say_notices
from wencang.cli.output.tables import print_ranked
from wencang.filters import Filters

app = typer.Typer()


@app.command()
@narrowed
def collocations(
    ctx: typer.Context, word: Annotated[str, typer.Argument(metavar="WORD", show_default=False)],
    among: Annotated[
        str, typer.Option(metavar="QUERY", help=_("Only in the articles that have all words of this question."))
    ] = "",
    window: Annotated[int, typer.Option(min=1, metavar="N", help=_("Number of words on either side."))] = 5,
    measure: Annotated[Literal["logdice", "pmi", "ll"], typer.Option()] = "logdice",
    by: Period = "", limit: Limit = 30, least: Least = 5, filters: Filters = NO_FILTERS, engine: Engine = "",
    as_csv: Csv = False, as_json: Json = False, out: TableFile = None,
) -> int:  # fmt: skip
    """List the words that occur near a word more often than by chance, the strongest first; reads the articles.

    Examples:
        wencang collocations 援藏
        wencang collocations 援藏 --window 5 --measure pmi --by year
        wencang collocations 援藏 --among place:林芝 --since 2017
    """
    form = chosen(out, csv=as_csv, json=as_json)
    with counting(_("articles read")) as progress:
        collocations = archive_of(ctx).collocations(
            word, among=among, window=window, measure=measure, by=by, limit=limit, least=least, engine=engine,
            progress=progress, **filters,
        )  # fmt: skip
    say_notices(collocations.notices)
    if not collocations.total and any(notice.code == "counted-alone" for notice in collocations.notices):
        return NOTHING
    if not collocations.total:
        reason = _("{name}: does not occur as a word, or no word {least} times near it").format(name=word, least=least)
        say(f"{reason}; " + _("`wencang lexicon add` makes it a word, --least lowers the number"))
        return NOTHING
    if out:
        return to_file(collocations, out, form)
    print_ranked(collocations, form)
    return DONE
