"""Check what is kept."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive import settings
from archive.errors import IndexUnusable, UsageFault
from wencang.cli.commands import CHECK, DONE, indexes, open_archive, open_index
from wencang.cli.output import counting, say

if TYPE_CHECKING:
    from archive.store import ArticleStore

app = typer.Typer()


@app.command()
def verify(
    ctx: typer.Context,
    manifest: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("Only hold the archive against a manifest kept elsewhere."))
    ] = None,
) -> int:
    """Check every version, every record of the raw pages, the chain of manifests, and the index.

    Examples:
        wencang verify
        wencang verify --manifest elsewhere/000012-20260701T060000Z.jsonl
    """
    if manifest and not manifest.is_file():
        raise UsageFault(manifest, _("is missing"), _("name the file of a manifest"))
    with open_archive(ctx.obj) as store:
        wrong = _held_against(manifest, store, ctx.obj.data) if manifest else _all(store, ctx.obj)
    for line in wrong:
        print(line)
    return CHECK if wrong else DONE


def _held_against(file: Path, store: ArticleStore, data: Path) -> list[str]:
    from archive.proof.manifest import verify_kept

    wrong = list(verify_kept(file, store, data))
    say(ngettext("{file}: {wrong} fault", "{file}: {wrong} faults", len(wrong)).format(file=file, wrong=len(wrong)))
    return wrong


def _all(store: ArticleStore, settings: settings.Settings) -> list[str]:
    from archive.proof import database, manifest
    from archive.proof.records import sweep
    from archive.tables.pictures import Pictures
    from archive.warc.pages import Pages

    pages = Pages(settings.data)
    with counting(_("records read")) as progress:
        swept = sweep(settings.data, progress)
    wrong = [*swept.faults, *database.verify(store, swept.faults_of(pages))]
    wrong += swept.faults_of_pictures(Pictures(store).kept(), pages)
    wrong += [*manifest.verify(store, settings.data), *_of_stamps(settings), *_of_index(store, settings)]
    for line in swept.notes:
        say(_("{note}: a run is writing it, or a crash left it").format(note=line))
    if swept.unused:
        say(_("raw pages that no version points at, which a crash left: {count}").format(count=len(swept.unused)))
    if count := max(0, store.sequence() - manifest.held(settings.data)):
        say(_("versions that no manifest holds yet; the next run's will: {count}").format(count=count))
    told = _("checked: records {records}, files {files}, manifests {manifests}, versions {count}; faults: {wrong}")
    say(
        told.format(
            records=swept.records, files=swept.files, manifests=len(manifest.manifests(settings.data)),
            count=store.sequence(), wrong=len(wrong),
        )
    )  # fmt: skip
    return wrong


def _of_stamps(settings: settings.Settings) -> list[str]:
    from archive.proof.manifest import FOLDER, STAMP

    if not any((settings.data / FOLDER).glob(f"*{STAMP}")):
        return []
    try:
        from archive.proof import timestamp
    except UsageFault as fault:
        say(_("time stamps are not checked: {fault}").format(fault=fault))
        return []
    return list(timestamp.verify(settings.data, settings.roots))


def _of_index(store: ArticleStore, settings: settings.Settings) -> list[str]:
    from indexer.update import verify

    if settings.engine not in indexes(settings):
        return []
    try:
        with open_index(settings, "") as opened:
            return list(verify(store, opened))
    except IndexUnusable as error:
        return [str(error)]
