"""Send the operator a notice."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, FAILURES, archive_of
from wencang.cli.output import say

app = typer.Typer()


@app.command()
def notice(
    ctx: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="[TEXT...]", help=_("Default: that it is a test."))] = [],  # noqa: B006
) -> int:  # fmt: skip
    """Send the operator a line like an alarm, by the hook and by mail; without TEXT, to test the settings.

    Examples:
        wencang notice
        wencang notice nothing came for 26 hours
    """
    deliveries = archive_of(ctx).notice(" ".join(text))
    for delivery in deliveries:
        sent = _("sent by {way}: {text}").format(way=delivery.way, text=delivery.text)
        say(f"wencang: {delivery.fault}" if delivery.fault else sent)
    return FAILURES if any(delivery.fault for delivery in deliveries) else DONE
