"""Count the places that articles name, and draw them on a map."""

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
    question_of,
    say_nothing,
    to_file,
)
from wencang.cli.output import counting, say, say_notices, written_to
from wencang.cli.output.tables import print_rows
from wencang.desk.table import ENDINGS
from wencang.filters import Filters

app = typer.Typer()
_ENDINGS = {"svg": ("svg",), "png": ("png",), "geojson": ("geojson",), **ENDINGS}


@app.command(**QUESTION)
@narrowed
def map(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    level: Annotated[Literal["prefecture", "province", "county"], typer.Option(help=_("Which places."))] = "prefecture",
    filters: Filters = NO_FILTERS, engine: Engine = "", as_json: Json = False, as_csv: Csv = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help=_("A map: .svg or .png; points: .geojson; or a table.")),
    ] = None,
) -> int:  # fmt: skip
    """Count the articles by the places that they name, as a table, or as a map of circles without borders.

    Examples:
        wencang map 援藏 -o map.svg
        wencang map --level province
        wencang map 援藏 --level county -o places.geojson
    """
    from wencang.desk.draw import picture
    from wencang.desk.files import format_of

    form = chosen(csv=as_csv, json=as_json)
    form = (format_of(out, form, _ENDINGS) or "svg") if out else form
    with counting(_("articles processed")) as progress:
        places = archive_of(ctx).map(question_of(query), level=level, engine=engine, progress=progress, **filters)
    say_notices(places.notices)
    if not places.places:
        if query:
            return say_nothing(query)
        say(_("no article names a place"))
        return NOTHING
    if form in ("svg", "png") and out:
        picture.save(places.svg(), out)
        say(_("{path}: drawn").format(path=out))
    elif form == "geojson" and out:
        with written_to(out) as file:
            file.write(places.geojson().encode())
        say(_("{path}: written").format(path=out))
    elif out:
        return to_file(places, out, form)
    else:
        print_rows(places, form)
    return DONE
