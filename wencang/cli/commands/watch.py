"""Watched questions."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, FAILURES, QUESTION, Json, Words, archive_of
from wencang.cli.output import say
from wencang.cli.output.hits import print_news
from wencang.cli.output.news import print_watches, show_news
from wencang.cli.output.tables import print_rows

app = typer.Typer()
Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
Names = Annotated[list[str], typer.Argument(metavar="[NAME...]", help=_("All, unless named."))]


@app.callback(invoke_without_command=True)
def door(ctx: typer.Context) -> None:
    """Watch questions: new articles that answer them go into feeds, to the hook and into mails.

    Examples:
        wencang watch list
    """
    if not ctx.invoked_subcommand:
        print(ctx.get_help())


@app.command(**QUESTION)
def add(ctx: typer.Context, name: Name, query: Words) -> int:
    """Watch what a question finds from now on; a line of DATA/watches.toml.

    Examples:
        wencang watch add aid 援藏 招商引资
    """
    archive_of(ctx).watch(name, " ".join(query))
    print(_("{name}: watched from now on").format(name=name))
    return DONE


@app.command()
def remove(ctx: typer.Context, name: Name) -> int:
    """End a watch and delete its feeds.

    Examples:
        wencang watch remove aid
    """
    archive_of(ctx).unwatch(name)
    print(_("{name}: no longer watched").format(name=name))
    return DONE


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> int:
    """List the watches: how many articles answer, and how many of them were not reported yet.

    Examples:
        wencang watch list
    """
    watches = archive_of(ctx).watches()
    if as_json:
        print_rows(watches, "json")
    elif watches.watches:
        print_watches(watches)
    else:
        say(_("nothing is watched yet; `wencang watch add NAME QUERY` begins"))
    return DONE


@app.command()
def run(ctx: typer.Context, names: Names = [], as_json: Json = False) -> int:  # noqa: B006
    """Show and report what is new since the last time, and write the feeds; each crawl ends with this.

    Examples:
        wencang watch run
    """
    every = archive_of(ctx).follow(names, mark_shown=True)
    return DONE if show_news(every, lambda news: print_news(news, as_json)) else FAILURES
