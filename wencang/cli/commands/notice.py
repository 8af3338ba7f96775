"""Tell the operator something."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from archive.errors import UsageFault
from archive.translation import gettext as _
from wencang.cli.commands import DONE, FAILURES
from wencang.cli.output import say

app = typer.Typer()


@app.command()
def notice(
    ctx: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="[TEXT...]", help=_("Else that it is a trial."))] = [],  # noqa: B006
) -> int:  # fmt: skip
    """Tell the operator something as an alarm is told: by the hook and by mail; without TEXT, to try the settings.

    Examples:
        wencang notice
        wencang notice nothing came for 26 hours
    """
    from archive.notify.notice import tell, ways

    if not ways(ctx.obj):
        raise UsageFault("notice", _("neither `hook` nor `mail_to` is set"), _("docs/operations.md tells how"))
    line = " ".join(text) or _("A trial: alarms of {data} reach you.").format(data=ctx.obj.data.absolute())
    code = DONE
    for way, where in (
        (replace(ctx.obj, mail_to=()), _("the hook {command}").format(command=" ".join(ctx.obj.hook))),
        (replace(ctx.obj, hook=()), _("mail to {addresses}").format(addresses=", ".join(ctx.obj.mail_to))),
    ):
        faults = tell(way, f"wencang: {line}", [line])
        for fault in faults:
            say(f"wencang: {fault}")
            code = FAILURES
        if ways(way) and not faults:
            say(_("{way} was told: {text}").format(way=where, text=line))
    return code
