"""List the figures and names in the articles that a question finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from archive.errors import UsageFault
from archive.text.translation import gettext as _
from wencang.cli.commands import (
    DONE,
    NO_FILTERS,
    NOTHING,
    QUESTION,
    Csv,
    Engine,
    Json,
    Limit,
    Period,
    TableFile,
    Words,
    archive_of,
    chosen,
    narrowed,
    question_of,
    to_file,
)
from wencang.cli.output import counting, say, say_notices
from wencang.cli.output.tables import print_ranked, print_rows
from wencang.filters import Filters

if TYPE_CHECKING:
    from wencang.desk.count.figures import Figures

app = typer.Typer()
Kinds = Annotated[
    list[str],
    typer.Option(metavar="K", help=_("money, count, percent, date, place, institution or person; repeatable.")),
]


@app.command(**QUESTION)
@narrowed
def figures(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    kind: Kinds = [],  # noqa: B006  # never changed
    sort: Annotated[Literal["article", "value"], typer.Option(help=_("The largest, or earliest, first."))] = "article",
    stories: Annotated[bool, typer.Option("--stories", help=_("Each value of a story and its reprints once."))] = False,
    count: Annotated[
        bool, typer.Option("--count", help=_("Count the articles that name each person, place or institution."))
    ] = False,
    update: Annotated[bool, typer.Option("--update", help=_("Record the names in new articles first."))] = False,
    by: Period = "", limit: Limit = 50,
    filters: Filters = NO_FILTERS, engine: Engine = "", as_json: Json = False,
    as_csv: Csv = False,
    out: TableFile = None,
) -> int:  # fmt: skip
    """List amounts, counts, percentages, dates, places, institutions and persons in articles with all the words.

    For a question with NEAR or same:sentence(...) only those in the sentences where it holds. With --count, or with
    --update, which implies it, names are counted; without a question, in all articles.

    Examples:
        wencang figures 援藏 --kind money --sort value
        wencang figures 'same:sentence(援藏 投资)' --kind money --stories
        wencang figures 援藏 --kind person --count --by year
        wencang figures --update --kind institution
    """
    from wencang.cli.output.figures import print_figures
    from wencang.desk.count.names import NameCounts

    form = chosen(out, csv=as_csv, json=as_json)
    figures: Figures | NameCounts
    question = question_of(query)
    if count or update:
        with counting(_("articles read")) as progress:
            figures = archive_of(ctx).count_figures(
                question, kind=kind or ["person"], by=by, limit=limit, update=update, engine=engine, progress=progress,
                **filters,
            )  # fmt: skip
    else:
        if not question:
            raise UsageFault("figures", _("needs a question"), _("--count counts names in all articles without one"))
        figures = archive_of(ctx).figures(question, kind=kind, sort=sort, stories=stories, engine=engine, **filters)
    say_notices(figures.notices)
    if next(figures.rows(), None) is None:
        say(_("{name}: no figures are found").format(name=question or "figures"))
        return NOTHING
    if out:
        return to_file(figures, out, form)
    if isinstance(figures, NameCounts):
        print_ranked(figures, form)
    elif form:
        print_rows(figures, form)
    else:
        print_figures(figures, stories)
    return DONE
