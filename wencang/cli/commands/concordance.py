"""List each place where something stands, with what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _
from gettext import ngettext
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wencang.cli.commands import (
    DONE,
    NOTHING,
    QUESTION,
    Csv,
    Engine,
    Json,
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
from wencang.cli.output import answers, counting, say
from wencang.cli.output.marks import print_concordance
from wencang.cli.output.tables import print_rows

if TYPE_CHECKING:
    from wencang.desk.count.concordance import Line

app = typer.Typer()


@app.command(**QUESTION)
def concordance(
    ctx: typer.Context, query: Words,
    window: Annotated[int, typer.Option(min=1, metavar="N", help=_("So many characters on either side."))] = 20,
    sort: Annotated[Literal["date", "left", "right"], typer.Option(help=_("By the text on that side."))] = "date",
    sample: Annotated[int | None, typer.Option(min=1, metavar="N", help=_("So many lines, by chance."))] = None,
    seed: Annotated[int, typer.Option(metavar="N", help=_("Another one draws another sample."))] = 0,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help=_("The first so many."))] = None,
    source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "",
    as_csv: Csv = False, as_tsv: Annotated[bool, typer.Option("--tsv", help=_("Parted by tabs."))] = False,
    as_html: Annotated[bool, typer.Option("--html", help=_("A page for a browser."))] = False, as_json: Json = False,
) -> int:  # fmt: skip
    """Each place where the words or "exact text" stand, with what stands before and behind.

    Examples:
        wencang concordance 援藏 --sort right --limit 20
        wencang concordance '"招商引资"' --window 20 --tsv
    """
    from archive.tables.chronology import in_order
    from indexer.highlight import Highlighter
    from indexer.search import every_id
    from wencang.desk.count import concordance

    form = chosen(csv=as_csv, tsv=as_tsv, html=as_html, json=as_json)
    with open_archive(ctx.obj) as store:
        with open_index(ctx.obj, engine) as index:
            question = read_question(store, index, query, source, since, until)
            ids = every_id(store, index, question)
            say_if_behind(store, index)
        lines = concordance.lines(in_order(store, ids), Highlighter(question), window)
        if sample or sort != "date":  # nothing is printed before all are found
            with counting(_("lines")) as progress:
                lines = concordance.picked(counted(lines, progress), sort, limit, sample, seed)
        else:
            lines = islice(lines, limit)
        printed = _print(lines, " ".join(query), window, form)
    say(ngettext("{count} line", "{count} lines", printed).format(count=printed))
    return DONE if printed else NOTHING


def _print(lines: Iterator[Line], title: str, window: int, form: str) -> int:
    """Print the lines; how many there were."""
    from wencang.desk.count.concordance import COLUMNS, page

    printed = 0

    def told(number: int) -> None:
        nonlocal printed
        printed = number

    counting_them = counted(lines, told)
    if form == "html":
        for text in page(counting_them, title):
            answers().write(text.encode())
    elif form:
        print_rows(COLUMNS, (line.row for line in counting_them), form)
    else:
        print_concordance(counting_them, window)
    return printed
