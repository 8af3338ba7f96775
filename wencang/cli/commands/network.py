"""Find who is named together, and who reprints whom."""

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
    to_file,
)
from wencang.cli.output import counting, say, say_notices
from wencang.cli.output.tables import print_rows
from wencang.desk.network.network import ENDINGS, NetworkKind
from wencang.filters import Filters

app = typer.Typer()


@app.command(**QUESTION)
@narrowed
def network(
    ctx: typer.Context,
    kind: Annotated[NetworkKind, typer.Argument(metavar="KIND", help=_("person, institution, place, reprint or aid."))],
    query: Words = [],  # noqa: B006  # never changed
    within: Annotated[Literal["article", "sentence"], typer.Option(help=_("Where both are named."))] = "article",
    by: Annotated[
        Literal["credit", "source"], typer.Option(help=_("Of reprints: who printed, by credit or by site."))
    ] = "credit",
    least: Annotated[int, typer.Option(min=1, metavar="N", help=_("Minimum weight of an edge."))] = 2,
    limit: Annotated[int, typer.Option(min=2, metavar="N", help=_("Nodes at most, those of most articles."))] = 500,
    filters: Filters = NO_FILTERS, engine: Engine = "", as_csv: Csv = False, as_json: Json = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help=_("A network, .gexf or .graphml, or a table of its edges.")),
    ] = None,
) -> int:  # fmt: skip
    """Join the persons, institutions or places that are named together, or the outlets that reprint one another.

    Examples:
        wencang network person 援藏 -o people.gexf
        wencang network person --within sentence --least 5
        wencang network reprint --by source -o reprints.graphml
    """
    form = chosen(out, ENDINGS, csv=as_csv, json=as_json)
    with counting(_("articles read")) as progress:
        network = archive_of(ctx).network(
            kind, question_of(query), within=within, by=by, least=least, limit=limit, engine=engine, progress=progress,
            **filters,
        )  # fmt: skip
    say_notices(network.notices)
    counts = _("{nodes} nodes, {edges} edges").format(nodes=len(network.nodes), edges=len(network.edges))
    say(counts)
    if not network.edges:
        return NOTHING
    if out:
        return to_file(network, out, form)
    print_rows(network, form)
    return DONE
