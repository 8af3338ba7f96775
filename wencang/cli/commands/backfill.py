"""Take the past of a source from a web archive."""

from __future__ import annotations

from typing import Annotated

import typer

from archive.text.translation import gettext as _
from wencang.cli.commands import archive_of, known_sources
from wencang.cli.commands._run import exit_code
from wencang.cli.output.report import counting_run

app = typer.Typer()
_FROM = _("wayback, commoncrawl, the address of a CDX server or of TimeMaps, or a list of WARC files.")
_REPLAY = _("The address at which the archive serves captures, if it is not beside its index.")
_FILES = _("The address at which the archive serves WARC files: captures are read from these.")
_ACCEPT = _("Keep the doubted captures of an address, as `wencang gaps` names it; repeatable.")
_DRY = _("Only count the captures that the index names.")


@app.command()
def backfill(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", autocompletion=known_sources, help=_("A source."))],
    archive: Annotated[str, typer.Option("--from", metavar="ARCHIVE", help=_FROM)] = "wayback",
    replay: Annotated[str, typer.Option(metavar="U", help=_REPLAY)] = "",
    files: Annotated[str, typer.Option(metavar="U", help=_FILES)] = "",
    since: Annotated[str, typer.Option(metavar="D", help=_("First year, month or day of capture."))] = "",
    until: Annotated[str, typer.Option(metavar="D", help=_("Last year, month or day of capture, inclusive."))] = "",
    max_pages: Annotated[int, typer.Option(min=0, metavar="N", help=_("Stop after this many requests."))] = 0,
    max_time: Annotated[float, typer.Option(min=0, metavar="S", help=_("Stop after this many seconds."))] = 0,
    accept: Annotated[list[str], typer.Option(metavar="URL", help=_ACCEPT)] = [],  # noqa: B006
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_DRY)] = False,
) -> int:  # fmt: skip
    """Take a source's articles from a web archive, as versions at the time of their capture.

    Each capture that differs from the one before it is kept; a run that was interrupted is continued.

    Examples:
        wencang backfill tibet_cn --dry-run
        wencang backfill tibet_cn --since 2012 --until 2018 --max-pages 2000
        wencang backfill tibet_cn --from commoncrawl
        wencang backfill tibet_cn --from http://127.0.0.1:8080/news/cdx
    """
    with counting_run(_("captures")) as (progress, indexed):
        result = archive_of(ctx).backfill(
            source, archive=archive, replay=replay, files=files, since=since, until=until, max_pages=max_pages,
            max_time=max_time, dry_run=dry_run, accept=accept, progress=progress, indexed=indexed,
        )  # fmt: skip
    return exit_code(archive_of(ctx), result, news=not dry_run)
