"""Find the words that are typical of some articles."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import (
    DONE,
    NOTHING,
    QUESTION,
    Csv,
    Engine,
    Json,
    Least,
    Limit,
    Period,
    Since,
    SourceName,
    Until,
    Words,
    archive_of,
    chosen,
)
from wencang.cli.output import counting, say, say_notices
from wencang.cli.output.tables import print_ranked

app = typer.Typer()


@app.command(**QUESTION)
def keywords(
    ctx: typer.Context, query: Words,
    measure: Annotated[Literal["ll", "tfidf"], typer.Option(help=_("Log-likelihood, or TF-IDF."))] = "ll",
    by: Period = "", limit: Limit = 30, least: Least = 3,
    source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "",
    as_csv: Csv = False, as_json: Json = False,
) -> int:  # fmt: skip
    """List the words that are typical of the articles found, against all others of the archive; the strongest first.

    Examples:
        wencang keywords 援藏
        wencang keywords 唐卡 --by year --csv
    """
    form = chosen(csv=as_csv, json=as_json)
    with counting(_("articles read")) as progress:
        keywords = archive_of(ctx).keywords(
            " ".join(query), measure=measure, by=by, limit=limit, least=least, source=source, since=since,
            until=until, engine=engine, progress=progress,
        )  # fmt: skip
    say_notices(keywords.notices)
    if not keywords.total:
        say(_("{name}: no keywords are found").format(name=" ".join(query)))
        return NOTHING
    print_ranked(keywords, form)
    return DONE
