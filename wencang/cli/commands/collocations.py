"""Tell what stands near a word."""

from __future__ import annotations

from gettext import gettext as _
from typing import Annotated, Literal

import typer

from archive.errors import UsageFault
from wencang.cli.commands import (
    DONE,
    NOTHING,
    Csv,
    Engine,
    Json,
    Least,
    Limit,
    Period,
    chosen,
    counted,
    open_archive,
    open_index,
)
from wencang.cli.output import counting, say
from wencang.cli.output.tables import print_ranked

app = typer.Typer()


@app.command()
def collocations(
    ctx: typer.Context, word: Annotated[str, typer.Argument(metavar="WORD", show_default=False)],
    window: Annotated[int, typer.Option(min=1, metavar="N", help=_("So many words on either side."))] = 5,
    measure: Annotated[Literal["logdice", "pmi", "ll"], typer.Option()] = "logdice",
    by: Period = "", limit: Limit = 30, least: Least = 5, engine: Engine = "",
    as_csv: Csv = False, as_json: Json = False,
) -> int:  # fmt: skip
    """Words that stand near a word more often than by chance; the whole archive is read, the strongest come first.

    Examples:
        wencang collocations 援藏
        wencang collocations 援藏 --window 5 --measure pmi --by year
    """
    from wencang.desk.count.collocations import COLUMNS, collocations

    form = chosen(csv=as_csv, json=as_json)
    if not any(map(str.isalnum, word)):
        raise UsageFault(word or '""', _("is no word"), _("type one"))
    with (
        open_archive(ctx.obj) as store,
        open_index(ctx.obj, engine) as index,
        counting(_("articles read")) as progress,
    ):
        read = counted(store.kept(), progress)
        found = collocations(read, index.analyzer, word, window, measure, limit, least, by)
    if not any(found.values()):
        hint = _("{name}: stands nowhere as a word, or nothing {least} times near it").format(name=word, least=least)
        say(f"{hint}; " + _("`wencang lexicon add` keeps a word whole, --least asks for fewer times"))
        return NOTHING
    print_ranked(COLUMNS, {name: [one.row for one in words] for name, words in found.items()}, form, bool(by))
    return DONE
