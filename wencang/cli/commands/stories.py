"""List the stories with most copies, or bring them up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import (
    DONE,
    NO_FILTERS,
    NOTHING,
    QUESTION,
    Engine,
    Json,
    Limit,
    TableFile,
    Words,
    archive_of,
    chosen,
    narrowed,
    question_of,
    say_nothing,
    to_file,
)
from wencang.cli.output import counting, say, say_notices
from wencang.cli.output.stories import print_stories
from wencang.cli.output.tables import print_rows
from wencang.filters import Filters

app = typer.Typer()


@app.command(**QUESTION)
@narrowed
def stories(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    limit: Limit = 10, filters: Filters = NO_FILTERS, engine: Engine = "",
    update: Annotated[bool, typer.Option("--update", help=_("Process new articles first."))] = False,
    as_json: Json = False, out: TableFile = None,
) -> int:  # fmt: skip
    """List the stories of most articles, or of most among those that a question finds.

    Examples:
        wencang stories --update
        wencang stories 援藏 --limit 5
    """
    form = chosen(out, json=as_json)
    with counting(_("articles processed")) as progress:
        stories = archive_of(ctx).stories(
            question_of(query), limit=limit, update=update, engine=engine, **filters,
            progress=progress,
        )  # fmt: skip
    say_notices(stories.notices)
    if not stories.stories:
        if query:
            return say_nothing(query)
        say(_("no article has a copy"))
        return NOTHING
    if out:
        return to_file(stories, out, form)
    if as_json:
        print_rows(stories, "json")
    else:
        print_stories(stories)
    return DONE
