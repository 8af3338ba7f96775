"""Withdraw an article: a takedown."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from gettext import gettext as _
from typing import Annotated

import typer

from archive.errors import UsageFault, Withdrawn
from commands import DONE, INTERRUPTED, indexes, kept, open_archive, tell_news
from terminal import say, shown

app = typer.Typer()


@app.command()
def remove(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help=_("Why; it stays in the archive."))],
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
) -> int:  # fmt: skip
    """Withdraw an article for good: text, raw pages, pictures and index entries; no later crawl brings it back.

    Run it again where it was ended before it was done.

    Examples:
        wencang remove tibet.cn-7210688 --reason 'asked for by the publisher'
    """
    from archive import clock, manifest
    from archive.pages import Pages
    from archive.pictures import Pictures
    from desk import stories
    from indexer.update import bring_up, rebuild

    if not reason.strip():
        raise UsageFault("--reason", _("is empty"), _("say why the article is withdrawn"))
    with open_archive(ctx.obj) as store, ExitStack() as work:
        try:
            article = kept(store, id_or_url).article
            id = article.id
            question = _("Withdraw {id} {title}, {count} versions? Nothing brings them back.")
            asked = question.format(id=id, title=shown(article.title), count=store.versions(id))
            if not yes and sys.stdin.isatty() and not typer.confirm(asked, err=True):
                return INTERRUPTED
        except Withdrawn as error:
            id = error.subject
        store.withdraw(id, " ".join(reason.split()))
        # Each of these is tried, the last first, whatever becomes of the others. A rebuild, as what an engine
        # only marks as deleted stays in its files; a writer behind it, for that takes the old files away.
        work.callback(tell_news, ctx.obj)  # out of the feeds, too
        for name in indexes(ctx.obj):
            work.callback(bring_up, store, ctx.obj.data, name)
            work.callback(rebuild, store, ctx.obj.data, name)
        work.callback(stories.bring_up, store)
        work.callback(manifest.close, store, ctx.obj.data, clock.now(), withdrawn=True)
        pages = Pages(ctx.obj.data)
        pictures = Pictures(store).of(store.addresses(id))
        for raw in {*pictures, *(raw for revision in store.history(id) for raw in revision.pages)}:
            work.callback(pages.withdraw, raw)
    for copy in sorted(ctx.obj.data.glob("archive.db.v*.bak")):
        say(_("{path}: a backup of an older archive, it may still hold the text").format(path=copy))
    print(_("{id} withdrawn").format(id=id))
    return DONE
