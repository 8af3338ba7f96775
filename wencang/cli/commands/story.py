"""Show an article's copies."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import (
    DONE,
    NOTHING,
    Json,
    TableFile,
    archive_of,
    chosen,
    to_file,
)
from wencang.cli.output import say, say_notices
from wencang.cli.output.stories import print_story
from wencang.cli.output.tables import print_rows

app = typer.Typer()


@app.command()
def story(
    ctx: typer.Context,
    id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")],
    as_json: Json = False,
    out: TableFile = None,
) -> int:
    """Show the story of an article: its first publication, then the copies of it, edited and shortened ones too.

    Examples:
        wencang story tibet.cn-7210688
    """
    form = chosen(out, json=as_json)
    story = archive_of(ctx).story(id_or_url)
    say_notices(story.notices)
    if not story.copies:
        say(_("{id}: no copy of it is known").format(id=story.id))
        return NOTHING
    if out:
        return to_file(story, out, form)
    if as_json:
        print_rows(story, "json")
    else:
        print_story(story)
    return DONE
