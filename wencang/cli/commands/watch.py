"""Subjects that are followed."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from archive.errors import WencangError
from wencang.cli.commands import DONE, FAILURES, QUESTION, Json, Words, open_archive
from wencang.cli.commands._run import follow
from wencang.cli.output import print_json, say
from wencang.cli.output.hits import print_news
from wencang.cli.output.tables import print_table

if TYPE_CHECKING:
    from wencang.desk.watch.follow import News

app = typer.Typer()
Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
Names = Annotated[list[str], typer.Argument(metavar="[NAME...]", help=_("All, unless named."))]


@app.callback(invoke_without_command=True)
def door(ctx: typer.Context) -> None:
    """Follow subjects: what newly answers a question goes into feeds, to the hook and into mails.

    Examples:
        wencang watch list
    """
    if not ctx.invoked_subcommand:
        print(ctx.get_help())


@app.command(**QUESTION)
def add(ctx: typer.Context, name: Name, query: Words) -> int:
    """Follow what a question finds from now on; a line of DATA/watches.toml.

    Examples:
        wencang watch add aid 援藏 招商引资
    """
    from archive.database import FILE
    from archive.lock import exclusive
    from indexer.question.parser import parse_query
    from indexer.text.analyzer import Analyzer
    from indexer.text.lexicon import merged
    from wencang.desk.watch import follow as following
    from wencang.desk.watch import watch

    question = " ".join(query)
    parse_query(question, Analyzer(merged(ctx.obj.data)))
    with exclusive(ctx.obj.data / following.LOCK, wait=True):
        watch.add(ctx.obj.data, name, question)
    faults = follow(ctx.obj, lambda _news: None, [name]) if (ctx.obj.data / FILE).exists() else []
    print(_("{name}: watched from now on").format(name=name))
    return _said(faults)


@app.command()
def remove(ctx: typer.Context, name: Name) -> int:
    """Follow it no more, and take its feeds away.

    Examples:
        wencang watch remove aid
    """
    from archive.database import FILE
    from archive.lock import exclusive
    from wencang.desk.watch import follow as following
    from wencang.desk.watch import watch

    with exclusive(ctx.obj.data / following.LOCK, wait=True):
        watch.remove(ctx.obj.data, name)
        if (ctx.obj.data / FILE).exists():
            with open_archive(ctx.obj) as store:
                following.forget_all_but(ctx.obj, store, watch.read(ctx.obj.data))
    print(_("{name}: watched no more").format(name=name))
    return DONE


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> int:
    """What is followed: how many articles answer, and how many of them nobody was told of yet.

    Examples:
        wencang watch list
    """
    from archive.tables.watches import Watches
    from wencang.desk.watch import watch

    with open_archive(ctx.obj) as store:
        watches = Watches(store)
        found = [
            (name, question, watches.count(name), watches.count(name, untold=True))
            for name, question in watch.read(ctx.obj.data).items()
        ]
    for row in found if as_json else ():
        print_json(dict(zip(("watch", "query", "articles", "new"), row, strict=True)))
    if not found:
        say(_("nothing is watched yet; `wencang watch add NAME QUERY` begins"))
    elif not as_json:
        print_table((_("watch"), _("query"), _("articles"), _("new")), [tuple(map(str, row)) for row in found])
    return DONE


@app.command()
def run(ctx: typer.Context, names: Names = [], as_json: Json = False) -> int:  # noqa: B006
    """Show and tell what is new since the last time, and write the feeds; each crawl ends with this.

    Examples:
        wencang watch run
    """

    def show(news: News) -> None:
        print_news(news, as_json)

    return _said(follow(ctx.obj, show, names, shown_is_told=True))


def _said(faults: list[WencangError]) -> int:
    for fault in faults:
        say(f"wencang: {fault}")
    return FAILURES if faults else DONE
