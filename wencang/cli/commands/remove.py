"""Withdraw an article: a takedown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from archive import settings
from archive.errors import ArchiveUnusable, UsageFault, WencangError, Withdrawn
from archive.escaping import printable
from wencang.cli.commands import DONE, INTERRUPTED, code_of, indexes, kept, open_archive
from wencang.cli.commands._run import tell_news
from wencang.cli.output import say

if TYPE_CHECKING:
    from archive.article import Article
    from archive.store import ArticleStore

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
    with open_archive(ctx.obj) as store:
        try:
            article = kept(store, id_or_url).article
            if not reason.strip():
                raise UsageFault("--reason", _("is empty"), _("say why the article is withdrawn"))
            if not (yes or _confirmed(store, article)):
                say(_("{id}: nothing was withdrawn").format(id=article.id))
                return INTERRUPTED
            id = article.id
        except Withdrawn as error:
            id = error.subject
            say(_("{id}: already {told}").format(id=id, told=error.reason))
        store.withdraw(id, " ".join(reason.split()))
        faults = [fault for step in _rest(ctx.obj, store, id) for fault in _hindered(step)]
    for copy in sorted(ctx.obj.data.glob("archive.db.v*.bak")):
        say(_("{path}: a backup of an older archive, it may still hold the text").format(path=copy))
    if not faults:
        print(_("{id} withdrawn").format(id=id))
        return DONE
    told = _("wencang: {id}: its text is withdrawn, this is left to do: {fault}")
    for fault in dict.fromkeys(map(str, faults)):
        say(told.format(id=id, fault=fault))
    say(_("{id}: when that is mended, `wencang remove {id}` does the rest").format(id=id))
    return code_of(faults[0])


def _confirmed(store: ArticleStore, article: Article) -> bool:
    if not sys.stdin.isatty():
        reason = _("withdraws for good, and there is no terminal to ask on")
        raise UsageFault("remove", reason, _("add --yes to do it without asking"))
    question = _("Withdraw {id} {title}, {count} versions? Nothing brings them back.")
    asked = question.format(id=article.id, title=printable(article.title), count=store.versions(article.id))
    return typer.confirm(asked, err=True)


def _rest(settings: settings.Settings, store: ArticleStore, id: str) -> Iterator[Callable[[], object]]:
    """What is to be done once the text is out of the archive; each can be done again."""
    from archive import clock
    from archive.proof import manifest
    from archive.tables.pictures import Pictures
    from archive.warc.pages import Pages
    from indexer.update import bring_up, rebuild
    from wencang.desk.reprints import stories

    pages = Pages(settings.data)
    pictures = Pictures(store).of(store.addresses(id))
    for raw in {*pictures, *(raw for revision in store.history(id) for raw in revision.pages)}:
        yield partial(pages.withdraw, raw)
    yield partial(manifest.close, store, settings.data, clock.now(), withdrawn=True)
    yield lambda: stories.bring_up(store, last=manifest.held(settings.data))
    # A rebuild, as what an engine only marks as deleted stays in its files; a writer behind it, for that takes
    # the old files away.
    for name in indexes(settings):
        yield partial(rebuild, store, settings.data, name)
        yield partial(bring_up, store, settings.data, name)
    yield partial(tell_news, settings)  # out of the feeds, too


def _hindered(step: Callable[[], object]) -> Iterator[WencangError]:
    """Take a step; what hindered it: the others are taken whatever becomes of it."""
    try:
        step()
    except WencangError as error:
        yield error
    except OSError as error:
        mend = _("make room or mend its rights")
        yield ArchiveUnusable(error.filename or _("the archive"), error.strerror or str(error), mend)
