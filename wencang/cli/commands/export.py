"""Write cleaned text."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from archive.progress import silent
from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.commands import (
    DONE,
    NO_FILTERS,
    NOTHING,
    QUESTION,
    Engine,
    Words,
    archive_of,
    narrowed,
    question_of,
    say_nothing,
)
from wencang.cli.output import answers, counting, say, say_notices
from wencang.desk.export.export import names
from wencang.desk.groups import GROUPS, SplitBy
from wencang.filters import Filters

app = typer.Typer()


@app.command(**QUESTION)
@narrowed
def export(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    format: Annotated[
        str, typer.Option(metavar="F", autocompletion=names, help=", ".join(names()), show_default=False)
    ] = "",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="PATH", help=_("A file; by default stdout."))
    ] = None,
    split_by: Annotated[
        SplitBy,
        typer.Option(
            metavar="|".join(GROUPS), help=_("Make -o a folder with a file for each of these."), show_default=False
        ),
    ] = "",
    simplified: Annotated[
        bool | None, typer.Option("--simplified/--traditional", help=_("Convert the text, with OpenCC."))
    ] = None,
    filters: Filters = NO_FILTERS, engine: Engine = "",
) -> int:  # fmt: skip
    """Write the cleaned text of the hits, or of the whole archive, with its attribution; the earliest first.

    Examples:
        wencang export --format jsonl -o all.jsonl
        wencang export 援藏 --since 2022 --format md --split-by month -o aid
        wencang export 唐卡 --format epub --traditional -o thangka.epub
    """
    path = None if str(out) == "-" else out
    with _progress(path) as progress:
        exported = archive_of(ctx).export(
            question_of(query), out=path or answers(), format=format, split_by=split_by, simplified=simplified,
            engine=engine, progress=progress, **filters,
        )  # fmt: skip
    say_notices(exported.notices)
    if path:
        line = ngettext("{count} article in {path}", "{count} articles in {path}", exported.count)
        line = line if exported.count else _("no articles: {path} was not written")
        say(line.format(count=exported.count, path=path))
    elif not exported.count:
        say_nothing(query or [str(archive_of(ctx).data)])
    return DONE if exported.count else NOTHING


def _progress(path: Path | None) -> AbstractContextManager[Callable[[int], None]]:
    """A running count, unless the articles themselves scroll over the terminal."""
    return counting(_("articles")) if path or not sys.stdout.isatty() else nullcontext(silent)
