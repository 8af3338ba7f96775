"""Find articles."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import (
    DONE,
    NO_FILTERS,
    NOTHING,
    QUESTION,
    Engine,
    Json,
    TableFile,
    Words,
    archive_of,
    chosen,
    narrowed,
    to_file,
)
from wencang.cli.output.hits import print_answer
from wencang.filters import Filters

app = typer.Typer()


@app.command(**QUESTION)
@narrowed
def search(
    ctx: typer.Context, query: Words,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help=_("Maximum number of hits; 0 only counts."))] = 10,
    offset: Annotated[int, typer.Option(min=0, metavar="N", help=_("Number of hits to skip."))] = 0,
    filters: Filters = NO_FILTERS, sort: Literal["relevance", "newest", "oldest"] = "relevance",
    engine: Engine = "", as_json: Json = False,
    out: TableFile = None,
    facets: Annotated[bool, typer.Option("--facets", help=_("Count the answer by source, section, date ..."))] = False,
    collapse: Annotated[bool, typer.Option(help=_("Show articles with the same text as one hit."))] = True,
    stories: Annotated[bool, typer.Option("--stories", help=_("Show a story and its reprints as one hit."))] = False,
) -> int:  # fmt: skip
    """Find articles: those with all words first, "exact text" in quotes, -word unwanted.

    Also OR and brackets, title: source: section: author: date:2022-05..2022-06, 招商* for a beginning,
    a NEAR/30 b and same:sentence(a b).

    Examples:
        wencang 援藏 招商引资
        wencang '"招商引资项目" -旅游' --since 2022-06 --until 2023
        wencang 标题:唐卡 --sort newest --json
    """
    form = chosen(out, json=as_json)
    answer = archive_of(ctx).search(
        " ".join(query), limit=limit, offset=offset, sort=sort,
        engine=engine, collapse=collapse, stories=stories, facets=facets, **filters,
    )  # fmt: skip
    if out:
        return to_file(answer, out, form)
    print_answer(answer, as_json, limit)
    return DONE if answer.total else NOTHING
