"""Check what is kept."""

from __future__ import annotations

from gettext import gettext as _

import typer

from archive.errors import IndexUnusable
from commands import CHECK, DONE, open_archive, open_index
from terminal import say

app = typer.Typer()


@app.command()
def verify(ctx: typer.Context) -> int:
    """Check that every version is still the text, and the raw page, that was kept, and that the index holds each."""
    from archive.pages import Pages
    from indexer.update import index_folder, verify

    with open_archive(ctx.obj) as store:
        wrong = list(store.verify(Pages(ctx.obj.data).faults))
        if index_folder(ctx.obj.data, ctx.obj.engine).exists():
            try:
                with open_index(ctx.obj, "") as opened:
                    wrong += verify(store, opened)
            except IndexUnusable as error:
                wrong.append(str(error))
        checked = store.sequence()
    for line in wrong:
        print(line)
    say(_("{count} versions checked, {wrong} faults").format(count=checked, wrong=len(wrong)))
    return CHECK if wrong else DONE
