"""Find the words that are typical of some articles."""

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
    Least,
    Limit,
    Period,
    TableFile,
    Words,
    archive_of,
    chosen,
    narrowed,
    to_file,
)
from wencang.cli.output import counting, say, say_notices
from wencang.cli.output.tables import print_ranked
from wencang.filters import Filters

app = typer.Typer()


@app.command(**QUESTION)
@narrowed
def keywords(
    ctx: typer.Context, query: Words,
    measure: Annotated[Literal["ll", "tfidf"], typer.Option(help=_("Log-likelihood, or TF-IDF."))] = "ll",
    by: Period = "", limit: Limit = 30, least: Least = 3,
    filters: Filters = NO_FILTERS, engine: Engine = "",
    as_csv: Csv = False, as_json: Json = False, out: TableFile = None,
) -> int:  # fmt: skip
    """List the words that are typical of the articles found, against all others of the archive; the strongest first.

    Examples:
        wencang keywords 援藏
        wencang keywords 唐卡 --by year --csv
    """
    form = chosen(out, csv=as_csv, json=as_json)
    with counting(_("articles read")) as progress:
        keywords = archive_of(ctx).keywords(
            " ".join(query), measure=measure, by=by, limit=limit, least=least, engine=engine,
            progress=progress, **filters,
        )  # fmt: skip
    say_notices(keywords.notices)
    if not keywords.total:
        say(_("{name}: no keywords are found").format(name=" ".join(query)))
        return NOTHING
    if out:
        return to_file(keywords, out, form)
    print_ranked(keywords, form)
    return DONE
