"""Notes on articles."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from archive.errors import UsageFault
from archive.text.escaping import printable
from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, NOTHING, ByName, Json, archive_of
from wencang.cli.output import say
from wencang.cli.output.tables import print_rows

app = typer.Typer()


@app.command()
def note(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")],
    text: Annotated[
        list[str], typer.Argument(metavar="[TEXT...]", help=_('"-": read it from stdin.'), show_default=False)
    ] = [],  # noqa: B006  # never changed
    edit: Annotated[int, typer.Option(min=0, metavar="N", help=_("Replace the text of note N."))] = 0,
    remove: Annotated[int, typer.Option(min=0, metavar="N", help=_("Delete note N."))] = 0,
    by: ByName = "", as_json: Json = False,
) -> int:  # fmt: skip
    """Write a note on an article, change or delete one; without a text list them.

    Articles stay as they are.

    Examples:
        wencang note tibet.cn-7210688 '金额与报道二不同'
        wencang note tibet.cn-7210688
        wencang note tibet.cn-7210688 --edit 1 '金额已核对'
    """
    archive = archive_of(ctx)
    if remove and (edit or text):
        raise UsageFault("--remove", _("excludes --edit and a text"), _("choose one"))
    if remove:
        archive.remove_note(id_or_url, remove)
        print(_("note {number}: deleted").format(number=remove))
        return DONE
    if not (text or edit):
        return _list(ctx, id_or_url, as_json)
    body = sys.stdin.read() if text == ["-"] else " ".join(text)
    written = archive.note(id_or_url, body, number=edit, by=by)
    print(printable(_("note {number}: written").format(number=written.number)))
    return DONE


def _list(ctx: typer.Context, id_or_url: str, as_json: bool) -> int:
    notes = archive_of(ctx).notes(id_or_url)
    if not notes.notes:
        say(_("{name}: has no note").format(name=id_or_url))
        return NOTHING
    if as_json:
        print_rows(notes, "json")
    for written in notes.notes if not as_json else ():
        print(printable(f"{written.number}  {written.time:%Y-%m-%d %H:%M}Z  {written.by}\n{written.text}\n"))
    return DONE
