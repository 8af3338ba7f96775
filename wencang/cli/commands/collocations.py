"""Find the words that occur near a word."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import (
    DONE,
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
    to_file,
)
from wencang.cli.output import counting, say, say_notices
from wencang.cli.output.tables import print_ranked

app = typer.Typer()


@app.command()
def collocations(
    ctx: typer.Context, word: Annotated[str, typer.Argument(metavar="WORD", show_default=False)],
    window: Annotated[int, typer.Option(min=1, metavar="N", help=_("Number of words on either side."))] = 5,
    measure: Annotated[Literal["logdice", "pmi", "ll"], typer.Option()] = "logdice",
    by: Period = "", limit: Limit = 30, least: Least = 5, engine: Engine = "",
    as_csv: Csv = False, as_json: Json = False, out: TableFile = None,
) -> int:  # fmt: skip
    """List the words that occur near a word more often than by chance, the strongest first; reads the whole archive.

    Examples:
        wencang collocations 援藏
        wencang collocations 援藏 --window 5 --measure pmi --by year
    """
    form = chosen(out, csv=as_csv, json=as_json)
    with counting(_("articles read")) as progress:
        collocations = archive_of(ctx).collocations(
            word, window=window, measure=measure, by=by, limit=limit, least=least, engine=engine, progress=progress
        )
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
