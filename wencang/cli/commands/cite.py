"""Cite articles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from archive.errors import UsageFault
from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.commands import DONE, NO_FILTERS, QUESTION, Engine, archive_of, narrowed, say_nothing
from wencang.cli.output import say, say_notices, written_to
from wencang.desk.export.citation import ENDINGS, Style
from wencang.filters import Filters

app = typer.Typer()


@app.command(**QUESTION)
@narrowed
def cite(
    ctx: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="ID...|QUERY...", help=_("Ids or addresses, or a question."))],
    style: Annotated[
        Style | None, typer.Option(help=_("By default that of the ending of -o, or gbt7714."), show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help=_("A file; by default stdout."))
    ] = None,
    attach: Annotated[
        Literal["", "html", "page"],
        typer.Option(
            metavar="html|page", show_default=False,
            help=_("Attach each article as HTML, or its page as fetched, in a folder beside -o."),
        ),
    ] = "",
    filters: Filters = NO_FILTERS, engine: Engine = "",
) -> int:  # fmt: skip
    """Cite articles, or all that a question finds, by GB/T 7714-2015 or for a reference manager.

    Examples:
        wencang cite tibet.cn-7210688
        wencang cite 援藏 招商引资 --since 2022 --style bibtex
        wencang cite 援藏 -o aid.ris --attach html
    """
    from wencang.desk.files import format_of

    name = format_of(out, style or "", ENDINGS) if out else style
    if attach and not out:
        raise UsageFault("--attach", _("needs a file to stand beside"), _("name it with -o"))
    citations = archive_of(ctx).cite(
        " ".join(query), style=cast(Style, name or "gbt7714"), engine=engine, raw=attach == "page",
        files=out.with_name(f"{out.stem}_files") if out and attach else None, **filters,
    )  # fmt: skip
    say_notices(citations.notices)
    if not citations.count:
        return say_nothing(query)
    with written_to(out) as file:
        file.write(citations.text.encode())
    if out:
        count = ngettext("{count} citation in {path}", "{count} citations in {path}", citations.count)
        say(count.format(count=citations.count, path=out))
    return DONE
