"""Find articles."""

from __future__ import annotations

from gettext import gettext as _
from typing import Annotated, Literal

import typer

from commands import (
    DONE,
    NOTHING,
    QUESTION,
    Engine,
    Json,
    Since,
    SourceName,
    Until,
    Words,
    open_archive,
    open_index,
    read_question,
    say_if_behind,
    say_if_rebuild_due,
    say_if_stories_behind,
)
from terminal import print_facets, print_hits, say_proposals

app = typer.Typer()


@app.command(**QUESTION)
def search(
    ctx: typer.Context, query: Words,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help=_("Show at most so many; 0 counts them."))] = 10,
    source: SourceName = "",
    since: Since = "", until: Until = "", sort: Literal["relevance", "newest", "oldest"] = "relevance",
    engine: Engine = "", as_json: Json = False,
    count: Annotated[bool, typer.Option("--facets", help=_("Count the answer by source, section, date ..."))] = False,
    collapse: Annotated[bool, typer.Option(help=_("Show articles with the same text as one hit."))] = True,
    stories: Annotated[bool, typer.Option("--stories", help=_("Show a story and its reprints as one hit."))] = False,
) -> int:  # fmt: skip
    """Find articles: those with all words first, "exact text" in quotes, -word unwanted.

    Also OR and brackets, title: source: section: author: date:2022-05..2022-06, and 招商* for a beginning.

    Examples:
        wencang 援藏 招商引资
        wencang '"招商引资项目" -旅游' --since 2022-06 --until 2023
        wencang 标题:唐卡 --sort newest --json
    """
    from indexer.search import Collapse, facets, search

    with open_archive(ctx.obj) as store, open_index(ctx.obj, engine) as index:
        question = read_question(store, index, query, source, since, until)
        together: Collapse = "stories" if stories else "texts" if collapse else "nothing"
        results = search(store, index, question, limit, order=sort, collapse=together)
        print_hits(results, as_json)
        if count:
            print_facets(facets(index, question), as_json)
        if not results.total:
            from indexer.suggest import suggest

            say_proposals(suggest(index, question))
        say_if_behind(store, index)
        if stories:
            say_if_stories_behind(store)
        say_if_rebuild_due(ctx.obj, engine, index)
    return DONE if results.total else NOTHING
