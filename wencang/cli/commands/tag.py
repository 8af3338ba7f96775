"""Tag articles."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from archive.errors import UsageFault
from archive.text.escaping import printable
from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.commands import DONE, NO_FILTERS, NOTHING, ByName, Engine, Json, archive_of, narrowed
from wencang.cli.output import say, say_notices
from wencang.cli.output.tables import print_rows
from wencang.filters import Filters

app = typer.Typer()


@app.command()
@narrowed
def tag(
    ctx: typer.Context,
    names: Annotated[
        list[str],
        typer.Argument(metavar="[ID_OR_URL... LABEL]", help=_('"-": read ids from stdin.'), show_default=False),
    ] = [],  # noqa: B006  # never changed
    query: Annotated[str, typer.Option(metavar="QUERY", help=_("Every article with all the words."))] = "",
    filters: Filters = NO_FILTERS,
    remove: Annotated[bool, typer.Option("--remove", help=_("Take the label away."))] = False,
    by: ByName = "", engine: Engine = "", as_json: Json = False,
) -> int:  # fmt: skip
    """Give a label to articles, or take it away; without a label list those of an article, or all.

    `tag:LABEL` in a question finds the articles at once. Articles stay as they are.

    Examples:
        wencang tag tibet.cn-7210688 援藏项目
        wencang tag --query '援藏 招商引资' 援藏项目
        wencang tag
    """
    *ids, label = names or [""]
    if not (ids or query):
        if remove:
            raise UsageFault("--remove", _("names no article"), _("give ids, or --query"))
        return _list(ctx, label, as_json)
    archive = archive_of(ctx)
    ids = [id for name in ids for id in (sys.stdin.read().split() if name == "-" else [name])]
    if remove:
        tagging = archive.untag(label, ids, question=query, engine=engine, **filters)
        line = ngettext("{label}: taken from {count} article", "{label}: taken from {count} articles", tagging.changed)
    else:
        tagging = archive.tag(label, ids, question=query, by=by, engine=engine, **filters)
        line = ngettext("{label}: {count} article tagged", "{label}: {count} articles tagged", tagging.changed)
    say_notices(tagging.notices)
    print(printable(line.format(label=tagging.label, count=tagging.changed)))
    return DONE if tagging.articles else NOTHING


def _list(ctx: typer.Context, name: str, as_json: bool) -> int:
    """Print the labels of an article, or all."""
    table = archive_of(ctx).tags(name) if name else archive_of(ctx).labels()
    if next(table.rows(), None) is None:
        say(_("{name}: has no tag").format(name=name) if name else _("no article has a tag yet"))
        return NOTHING
    print_rows(table, "json" if as_json else "")
    return DONE
