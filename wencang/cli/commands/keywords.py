"""Tell what marks some articles."""

from __future__ import annotations

from gettext import gettext as _
from typing import Annotated, Literal

import typer

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
    chosen,
    counted,
    open_archive,
    open_index,
    read_question,
    say_if_behind,
)
from wencang.cli.output import counting, say
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
    """Words that mark the articles found, against all others of the archive; the strongest first.

    Examples:
        wencang keywords 援藏
        wencang keywords 唐卡 --by year --csv
    """
    from indexer.search import every_match
    from wencang.desk.count.keywords import COLUMNS, keywords

    form = chosen(csv=as_csv, json=as_json)
    with open_archive(ctx.obj) as store, open_index(ctx.obj, engine) as index:
        question = read_question(store, index, query, source, since, until)
        with counting(_("articles read")) as progress:
            read = counted(every_match(store, index, question), progress)
            found = keywords(read, index, measure, limit, least, question.ranked, by)
        say_if_behind(store, index)
    if not any(found.values()):
        say(_("{name}: no keywords are found").format(name=" ".join(query)))
        return NOTHING
    print_ranked(COLUMNS, {name: [one.row for one in words] for name, words in found.items()}, form, bool(by))
    return DONE
