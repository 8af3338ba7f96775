"""Count articles, or stories, by when they were published."""

from __future__ import annotations

from pathlib import Path
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
    Words,
    archive_of,
    chosen,
    narrowed,
    to_file,
)
from wencang.cli.output import say, say_notices
from wencang.desk.table import ENDINGS
from wencang.filters import Filters

app = typer.Typer()
_TABLES = {f".{ending}" for endings in ENDINGS.values() for ending in endings}


@app.command(**QUESTION)
@narrowed
def timeline(
    ctx: typer.Context, query: Words,
    more: Annotated[list[str], typer.Option("--query", metavar="Q", help=_("A further question to compare."))] = [],  # noqa: B006
    by: Annotated[Literal["day", "week", "month", "year"], typer.Option()] = "month",
    share: Annotated[bool, typer.Option("--share", help=_("As a share of all articles in each period."))] = False,
    group: Annotated[
        Literal["", "source", "section", "credit", "place"],
        typer.Option(metavar="source|section|credit|place", help=_("Group results by this field."), show_default=False),
    ] = "",
    stories: Annotated[bool, typer.Option("--stories", help=_("Count a story and its reprints once."))] = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help=_("A picture, .svg or .png, or a table, .xlsx or .csv.")),
    ] = None,
    filters: Filters = NO_FILTERS, engine: Engine = "",
    as_csv: Csv = False, as_json: Json = False,
) -> int:  # fmt: skip
    """Count the articles that have all the words by time of publication, several questions side by side.

    Examples:
        wencang timeline 援藏 --by year
        wencang timeline 援藏 --query 旅游 --share -o shares.svg
    """
    from wencang.cli.output.bars import print_timeline
    from wencang.desk.draw import picture

    drawn = out if out and out.suffix.lower() not in _TABLES else None
    form = chosen(None if drawn else out, csv=as_csv, json=as_json)
    if drawn:
        picture.check(drawn, 1 + len(more))
    timeline = archive_of(ctx).timeline(
        " ".join(query), *more, by=by, share=share, group=group, stories=stories, engine=engine, **filters,
    )  # fmt: skip
    say_notices(timeline.notices)
    if out and not drawn:
        return to_file(timeline, out, form)
    if drawn:
        picture.save(timeline.svg(), drawn)
        say(_("{path}: drawn").format(path=drawn))
    print_timeline(timeline, form, bars=not drawn)
    return DONE if timeline.total else NOTHING
