"""Withdraw an article: a takedown."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from archive.errors import UsageFault, Withdrawn
from archive.text.escaping import printable
from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, INTERRUPTED, archive_of, code_of
from wencang.cli.output import say, say_notices

app = typer.Typer()


@app.command()
def remove(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help=_("Why; it stays in the archive."), show_default=False)
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask; a script needs it."))] = False,
) -> int:  # fmt: skip
    """Withdraw an article for good: text, raw pages, pictures and index entries; no later crawl brings it back.

    Run it again, without a reason, where something was left to do.

    Examples:
        wencang remove tibet.cn-7210688 --reason 'asked for by the publisher'
    """
    from wencang.cli.output.keeping import say_rest

    if reason.strip() and not (yes or _confirmed(ctx, id_or_url)):
        return INTERRUPTED
    removal = archive_of(ctx).remove(id_or_url, reason=reason)
    say_notices(removal.notices)
    if removal.faults:
        say_rest(removal)
        return code_of(removal.faults[0])
    print(printable(_("{id} withdrawn").format(id=removal.id)))
    return DONE


def _confirmed(ctx: typer.Context, id_or_url: str) -> bool:
    """Whether the user agrees; not asked for an article that is withdrawn already."""
    try:
        history = archive_of(ctx).history(id_or_url)
    except Withdrawn:
        return True
    article, count = history.steps[-1].revision.article, len(history.steps)
    if not sys.stdin.isatty():
        reason = _("withdraws for good, and there is no terminal to confirm it on")
        raise UsageFault("remove", reason, _("add --yes to do it without asking"))
    question = _("Withdraw {id} {title}, {count} versions? Nothing brings them back.")
    if typer.confirm(question.format(id=article.id, title=printable(article.title), count=count), err=True):
        return True
    say(_("{id}: nothing was withdrawn").format(id=article.id))
    return False
