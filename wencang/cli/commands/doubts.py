"""Look at pages that were doubted, and decide on them."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, NOTHING, Json, OneSource, SourceName, archive_of
from wencang.cli.commands._run import exit_code
from wencang.cli.output import say_notices
from wencang.cli.output.report import counting_run
from wencang.cli.output.tables import print_rows

app = typer.Typer()
Names = Annotated[list[str], typer.Argument(metavar="[ID_OR_URL...]", help=_("Doubted pages."), show_default=False)]


@app.callback(invoke_without_command=True)
def door(ctx: typer.Context) -> None:
    """Pages that were doubted: kept aside, as they may not be the article they stand in for.

    Examples:
        wencang doubts list
    """
    if not ctx.invoked_subcommand:
        print(ctx.get_help())


@app.command("list")
def list_(ctx: typer.Context, source: OneSource = "", as_json: Json = False) -> int:
    """List the doubted pages: why each is doubted, and the title that was read.

    Examples:
        wencang doubts list tibet_cn
    """
    doubts = archive_of(ctx).doubts(source)
    if as_json or doubts.doubts:
        print_rows(doubts, "json" if as_json else "")
    say_notices(doubts.notices)
    return DONE if doubts.doubts else NOTHING


@app.command()
def accept(ctx: typer.Context, names: Names = [], source: SourceName = "") -> int:  # noqa: B006
    """Archive what was read of doubted pages.

    Examples:
        wencang doubts accept tibet.cn-7210688
        wencang doubts accept --source tibet_cn
    """
    with counting_run(_("articles")) as (_progress, indexed):
        result = archive_of(ctx).accept(names, source=source, indexed=indexed)
    return exit_code(archive_of(ctx), result)


@app.command()
def refuse(ctx: typer.Context, names: Names = [], source: SourceName = "") -> int:  # noqa: B006
    """Skip from now on what doubted pages show; the archived articles stay as they are.

    Examples:
        wencang doubts refuse http://www.tibet.cn/cn/news/zx/202206/t20220601_7210688.html
    """
    count = archive_of(ctx).refuse(names, source=source)
    print(_("refused: {count}").format(count=count))
    return DONE
