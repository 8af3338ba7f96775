"""Tell what is kept."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

import typer

from archive import settings
from archive.errors import WencangError
from commands import DONE, Json, open_archive, open_index
from terminal import print_json, print_table

if TYPE_CHECKING:
    from archive.store import ArticleStore

app = typer.Typer()


@app.command()
def status(ctx: typer.Context, as_json: Json = False) -> int:
    """What is kept, how fresh it is, and whether the index is up to date."""
    from indexer.engine import names
    from indexer.update import index_folder

    with open_archive(ctx.obj) as store:
        counts, sequence = store.counts(), store.sequence()
        made = [name for name in names() if index_folder(ctx.obj.data, name).exists()]
        states = {name: _index_state(ctx.obj, store, name) for name in made}
    if as_json:
        kept = [
            {"source": c.source, "articles": c.articles, "revisions": c.revisions,
             "newest_fetch": c.newest_fetch.isoformat(),
             "newest_published": c.newest_published and c.newest_published.isoformat()}
            for c in counts
        ]  # fmt: skip
        print_json({"data": str(ctx.obj.data), "sequence": sequence, "sources": kept, "indexes": states})
        return DONE
    rows = [
        (c.source, str(c.articles), str(c.revisions), f"{c.newest_fetch:%Y-%m-%d %H:%M}Z",
         f"{c.newest_published:%Y-%m-%d}" if c.newest_published else "-")
        for c in counts
    ]  # fmt: skip
    print_table((_("source"), _("articles"), _("versions"), _("last fetched"), _("newest article")), rows)
    for name, state in states.items():
        print(_("index {engine}: {state}").format(engine=name, state=state))
    if not states:
        print(_("no index yet; `wencang index` makes one"))
    return DONE


def _index_state(settings: settings.Settings, store: ArticleStore, engine: str) -> str:
    try:
        with open_index(settings, engine) as opened:
            behind = store.changed_since(opened.position())
    except WencangError as error:
        return str(error)
    return _("{count} articles behind; `wencang index`").format(count=behind) if behind else _("up to date")
