"""List every place where something occurs, with the text around it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.commands import (
    DONE,
    NO_FILTERS,
    NOTHING,
    QUESTION,
    Csv,
    Engine,
    Json,
    TableFile,
    Words,
    archive_of,
    chosen,
    narrowed,
    to_file,
)
from wencang.cli.output import counting, say, say_notices
from wencang.filters import Filters

app = typer.Typer()


@app.command(**QUESTION)
@narrowed
def concordance(
    ctx: typer.Context, query: Words,
    window: Annotated[int, typer.Option(min=1, metavar="N", help=_("Number of characters on either side."))] = 20,
    sort: Annotated[Literal["date", "left", "right"], typer.Option(help=_("By the text on that side."))] = "date",
    sample: Annotated[int | None, typer.Option(min=1, metavar="N", help=_("Random sample of N lines."))] = None,
    seed: Annotated[int, typer.Option(metavar="N", help=_("Another seed takes another sample."))] = 0,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help=_("Maximum number of lines."))] = None,
    filters: Filters = NO_FILTERS, engine: Engine = "",
    as_csv: Csv = False, as_tsv: Annotated[bool, typer.Option("--tsv", help=_("Tab-separated values."))] = False,
    as_html: Annotated[bool, typer.Option("--html", help=_("A page for a browser."))] = False, as_json: Json = False,
    out: TableFile = None,
) -> int:  # fmt: skip
    """List every place where the words or "exact text" occur, with the text before and after.

    Examples:
        wencang concordance 援藏 --sort right --limit 20
        wencang concordance '"招商引资"' --window 20 --tsv
    """
    from wencang.cli.output.lines import print_lines

    form = chosen(out, csv=as_csv, tsv=as_tsv, html=as_html, json=as_json)
    with counting(_("lines")) as progress:
        concordance = archive_of(ctx).concordance(
            " ".join(query), window=window, sort=sort, sample=sample, seed=seed, limit=limit, engine=engine,
            progress=progress, **filters,
        )  # fmt: skip
    say_notices(concordance.notices)
    if out:
        return to_file(concordance, out, form)
    printed = print_lines(concordance, form)
    say(ngettext("{count} line", "{count} lines", printed).format(count=printed))
    return DONE if printed else NOTHING
