"""Find articles."""

from __future__ import annotations

from typing import Literal

import typer

from commands import (
    DONE,
    NOTHING,
    QUESTION,
    Engine,
    Json,
    Limit,
    Since,
    SourceName,
    Until,
    Words,
    open_archive,
    open_index,
    read_question,
    say_if_behind,
)
from terminal import print_hits

app = typer.Typer()


@app.command(**QUESTION)
def search(
    ctx: typer.Context, query: Words, limit: Limit = 10, source: SourceName = "",
    since: Since = "", until: Until = "", sort: Literal["relevance", "newest", "oldest"] = "relevance",
    engine: Engine = "", as_json: Json = False,
) -> int:  # fmt: skip
    """Find articles: all words wanted, "exact text" in quotes, -word unwanted."""
    from indexer.search import search

    with open_archive(ctx.obj) as store, open_index(ctx.obj, engine) as index:
        question = read_question(store, index, query, source, since, until)
        results = search(store, index, question, limit, order=sort)
        print_hits(results, as_json)
        say_if_behind(store, index)
    return DONE if results.total else NOTHING
