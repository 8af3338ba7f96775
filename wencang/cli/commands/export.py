"""Write cleaned text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from archive.errors import UsageFault
from archive.progress import silent
from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.commands import (
    DONE,
    NO_FILTERS,
    NOTHING,
    QUESTION,
    Engine,
    Question,
    Words,
    archive_of,
    narrowed,
    question_of,
    say_nothing,
)
from wencang.cli.output import answers, counting, say, say_notices
from wencang.desk.export.export import names
from wencang.desk.export.script import Region
from wencang.desk.groups import GROUPS, SplitBy
from wencang.filters import Filters

app = typer.Typer()
_REGIONS: dict[str, Region] = {"tw": "tw", "hk": "hk"}


class Export(Question):
    """A command in which the value of --traditional may be left out, also before the words of the question."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, list(_with_values(args)))


def _with_values(args: list[str]) -> Iterator[str]:
    for arg, value in pairwise([*args, ""]):
        yield "--traditional=t" if arg == "--traditional" and value not in _REGIONS else arg


EXPORT = QUESTION | {"cls": Export}


@app.command(**EXPORT)
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
        bool, typer.Option("--simplified", help=_("Convert the text to Simplified characters, with OpenCC."))
    ] = False,
    traditional: Annotated[
        Literal["", "t", "tw", "hk"],
        typer.Option(
            metavar="[tw|hk]", show_default=False,
            help=_("Convert the text to Traditional characters, by the standard of Taiwan or Hong Kong if named."),
        ),
    ] = "",
    filters: Filters = NO_FILTERS, engine: Engine = "",
) -> int:  # fmt: skip
    """Write the cleaned text of the hits, or of the whole archive, with its attribution; the earliest first.

    Examples:
        wencang export --format jsonl -o all.jsonl
        wencang export 援藏 --since 2022 --format md --split-by month -o aid
        wencang export 唐卡 --format epub --traditional tw -o thangka.epub
        wencang export 援藏 -o aid.xlsx
    """
    path = None if str(out) == "-" else out
    with _progress(path) as progress:
        exported = archive_of(ctx).export(
            question_of(query), out=path or answers(), format=format, split_by=split_by,
            simplified=_script(simplified, traditional), region=_REGIONS.get(traditional, ""), engine=engine,
            progress=progress, **filters,
        )  # fmt: skip
    say_notices(exported.notices)
    if path:
        line = ngettext("{count} article in {path}", "{count} articles in {path}", exported.count)
        line = line if exported.count else _("no articles: {path} was not written")
        say(line.format(count=exported.count, path=path))
    elif not exported.count:
        say_nothing(query or [str(archive_of(ctx).data)])
    return DONE if exported.count else NOTHING


def _script(simplified: bool, traditional: str) -> bool | None:
    if simplified and traditional:
        raise UsageFault("--simplified --traditional", _("exclude each other"), _("choose one"))
    return True if simplified else False if traditional else None


def _progress(path: Path | None) -> AbstractContextManager[Callable[[int], None]]:
    """A running count, unless the articles themselves scroll over the terminal."""
    return counting(_("articles")) if path or not sys.stdout.isatty() else nullcontext(silent)
