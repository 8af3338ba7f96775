"""Print one article."""

from __future__ import annotations

import sys
from collections.abc import Callable
from gettext import gettext as _
from typing import TYPE_CHECKING, Annotated

import typer

from archive import settings
from archive.errors import NotKept
from archive.escaping import printable
from wencang.cli.commands import DONE, NOTHING, Engine, Json, chosen, kept, open_archive, open_index, read_question
from wencang.cli.output import print_json, say
from wencang.cli.output.hits import print_marked

if TYPE_CHECKING:
    from archive.article import RawPage
    from archive.store import ArticleStore

app = typer.Typer()


@app.command()
def show(
    ctx: typer.Context, id_or_url: Annotated[str, typer.Argument(metavar="ID_OR_URL")], as_json: Json = False,
    raw: Annotated[bool, typer.Option("--raw", help=_("The bytes of the page, or of a picture, as fetched."))] = False,
    full_marks: Annotated[
        str, typer.Option(metavar="QUERY", help=_("Mark everything in it that a question finds."))
    ] = "",
    engine: Engine = "",
) -> int:  # fmt: skip
    """Print one article, by its id or any address it was met under.

    Examples:
        wencang show tibet.cn-7210688
        wencang show tibet.cn-7210688 --full-marks 援藏
        wencang show tibet.cn-7210688 --raw
    """
    from archive.article import to_json
    from archive.jsonl import times
    from archive.tables.pictures import Pictures
    from wencang.desk import txt

    chosen(raw=raw, json=as_json)
    with open_archive(ctx.obj) as store:
        picture = Pictures(store).get(id_or_url)
        if picture and picture.page:
            shown_by = store.get(picture.article)  # raises Withdrawn
            if raw:
                return _write_raw(ctx.obj, picture.page)
            reason = _("is a picture of {id}").format(id=shown_by.article.id if shown_by else picture.article)
            raise NotKept(id_or_url, reason, _("`wencang show {url} --raw` writes it out").format(url=id_or_url))
        revision = kept(store, id_or_url)
        addresses = store.addresses(revision.article.id)
        find = _highlighter(ctx.obj, store, full_marks, engine) if full_marks else None
    if raw and not revision.pages:
        say(_("{name}: no raw page of it is kept").format(name=revision.article.id))
        return NOTHING
    if raw:
        return _write_raw(ctx.obj, *revision.pages)
    if as_json:
        told: dict[str, object] = {"sequence": revision.sequence} | times(revision) | {"addresses": addresses}
        if find:
            told |= {"marks": {name: find(getattr(revision.article, name)) for name in ("title", "body")}}
        print_json(to_json(revision.article) | told)
    else:
        text = printable(txt.text(revision.article, revision.gone_since))
        print_marked(text, find(text) if find else [])
    return DONE


def _highlighter(
    settings: settings.Settings, store: ArticleStore, words: str, engine: str
) -> Callable[[str], list[tuple[int, int]]]:
    """Where in a text a question's words stand: [start, end) in code points."""
    from indexer.highlight import Highlighter

    with open_index(settings, engine) as index:
        highlighter = Highlighter(read_question(store, index, [words]))
    return lambda text: [(one.start, one.end) for one in highlighter.find(text)]


def _write_raw(settings: settings.Settings, *pages: RawPage) -> int:
    from archive.warc.pages import Pages

    for page in pages:
        sys.stdout.buffer.write(Pages(settings.data).read(page).body)
    return DONE
