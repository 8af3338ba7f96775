"""Print one article."""

from __future__ import annotations

import sys
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from archive import settings
from commands import DONE, NOTHING, Json, open_archive
from terminal import print_json, say, shown

if TYPE_CHECKING:
    from archive.article import Revision

app = typer.Typer()


@app.command()
def show(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")], as_json: Json = False,
    raw: Annotated[bool, typer.Option("--raw", help=_("The bytes of the page as it was fetched."))] = False,
) -> int:  # fmt: skip
    """Print one article, by its id or any address it was met under."""
    from archive import txt
    from archive.article import to_json

    with open_archive(ctx.obj) as store:
        revision = store.get(id_or_url)
        addresses = store.addresses(revision.article.id) if revision else []
    if revision is None:
        say(_("{name}: is not in the archive").format(name=id_or_url))
        return NOTHING
    if raw:
        return _write_raw(ctx.obj, revision)
    if as_json:
        told = {"sequence": revision.sequence, "fetched": revision.fetched.isoformat(), "addresses": addresses}
        print_json(to_json(revision.article) | told)
    else:
        print(shown(txt.text(revision.article)), end="")
    return DONE


def _write_raw(settings: settings.Settings, revision: Revision) -> int:
    from archive.pages import Pages

    pages = Pages(settings.data)
    for page in revision.pages:
        sys.stdout.buffer.write(pages.read(page).body)
    if not revision.pages:
        say(_("{name}: no raw page of it is kept").format(name=revision.article.id))
    return DONE if revision.pages else NOTHING
