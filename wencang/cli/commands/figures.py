"""List the figures and names in the articles that a question finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Literal

import typer

from archive.disk import atomic_write
from archive.errors import UsageFault
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from wencang.cli.commands import (
    DONE,
    QUESTION,
    Csv,
    Engine,
    Json,
    Since,
    SourceName,
    Until,
    Words,
    archive_of,
    say_nothing,
)
from wencang.cli.output import answers, say_notices
from wencang.cli.output.tables import write_rows

app = typer.Typer()
Kinds = Annotated[
    list[str],
    typer.Option(metavar="K", help=_("money, count, percent, date, place, institution or person; repeatable.")),
]


@app.command(**QUESTION)
def figures(
    ctx: typer.Context, query: Words,
    kind: Kinds = [],  # noqa: B006  # never changed
    sort: Annotated[Literal["article", "value"], typer.Option(help=_("The largest, or earliest, first."))] = "article",
    source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "", as_json: Json = False,
    as_csv: Csv = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="PATH", help=_("A file, else stdout."))] = None,
) -> int:  # fmt: skip
    """List amounts, counts, percentages, dates, places, institutions and persons in articles with all the words.

    Examples:
        wencang figures 援藏 --kind money --sort value
    """
    from wencang.cli.output.figures import print_figures

    figures = archive_of(ctx).figures(
        " ".join(query), kind=kind, sort=sort, source=source, since=since, until=until, engine=engine
    )
    say_notices(figures.notices)
    if next(figures.rows(), None) is None:
        return say_nothing(query)
    if out or as_csv or as_json:
        with _writable(out) as file:
            write_rows(figures, "json" if as_json else "csv", file)
    else:
        print_figures(figures)
    return DONE


@contextmanager
def _writable(path: Path | None) -> Iterator[IO[bytes]]:
    """A file that is written atomically; stdout for None."""
    if path is None or str(path) == "-":
        yield answers()
        return
    try:
        with atomic_write(path, public=True) as file:
            yield file
    except OSError as error:
        raise UsageFault(path, of_error(error), _("name another file with -o")) from error
