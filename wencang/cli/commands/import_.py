"""Read files of every kind into the archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import DONE, FAILURES, Json, archive_of
from wencang.cli.commands._run import exit_code
from wencang.cli.output import counting, say, say_notices
from wencang.cli.output.report import counting_run
from wencang.cli.output.tables import print_rows

if TYPE_CHECKING:
    from wencang.preview import Preview

app = typer.Typer()


@app.command(name="import")
def import_(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...")],
    source: Annotated[
        str, typer.Option(metavar="S", help=_("Source of articles from plain text, and of rows without one."))
    ] = "text",
    map: Annotated[
        list[str],
        typer.Option(
            metavar="FIELD=COLUMN,...", help=_("Which column of a table, or key of JSON, is what; repeatable.")
        ),
    ] = [],  # noqa: B006  # never changed
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Only show what would be read, and what refused."))
    ] = False,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help=_("Articles that --dry-run shows."))] = 10,
    as_json: Json = False,
) -> int:
    """Read saved pages, MHTML, WARC, WACZ, EPUB, PDF, feeds, JSON, tables and plain text into the archive.

    A file is told by what it holds, compressed or not. In JSON an object needs a title and a text, by our keys (url,
    title, body, published, ... as `export --format jsonl` writes them) or those of other programs.

    Tags and notes of an export of ours come along.

    A table needs columns for title and body. Usual heads (标题, 正文, 日期, 网址, 作者, 来源) are recognized; --map
    names others, also keys of JSON. What has no address is named by its text.

    Examples:
        wencang import saved/ notes.txt
        wencang import all.jsonl crawl.wacz page.mhtml
        wencang import clippings.xlsx --dry-run
        wencang import clippings.csv --map title=题目,body=报道,date=见报
    """
    if dry_run:
        with counting(_("articles")) as progress:
            preview = archive_of(ctx).preview_import(paths, source=source, map=map, limit=limit, progress=progress)
        return _shown(preview, "json" if as_json else "")
    with counting_run(_("articles")) as (progress, indexed):
        result = archive_of(ctx).import_(paths, source=source, map=map, progress=progress, indexed=indexed)
    return exit_code(archive_of(ctx), result)


def _shown(preview: Preview, form: str) -> int:
    say_notices(preview.notices)
    print_rows(preview, form)
    counts = _("nothing was written: {accepted} articles would be read, {refused} records refused")
    say(counts.format(accepted=preview.accepted, refused=preview.refused))
    if preview.tags or preview.notes:
        counts = _("the articles bring {tags} tags and {notes} notes; those that are there already are not added again")
        say(counts.format(tags=preview.tags, notes=preview.notes))
    return FAILURES if preview.refused else DONE
