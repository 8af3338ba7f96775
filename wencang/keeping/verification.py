"""Verification of an archive: its database, raw pages, manifests, time stamps and index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.errors import Unusable, UsageFault
from archive.progress import Progress
from archive.proof import database, manifest, records
from archive.settings import Settings
from archive.storage import of as storage_of
from archive.storage.folder import Folder
from archive.storage.storage import File, Storage
from archive.store import ArticleStore
from archive.tables.doubts import Doubts
from archive.tables.pictures import Pictures
from archive.text.messages import Message
from archive.text.translation import gettext as _
from archive.warc.pages import Pages
from indexer import update
from wencang.desk.table import Table


@dataclass(frozen=True, slots=True)
class Verification(Table):
    """The faults that were found, a line each, and how many records, files, manifests and versions were checked.

    `notices` are no faults: what a crash or a run at work leaves, what could not be checked, and
    a summary. The counts are 0 where one manifest only was checked.
    """

    faults: tuple[str, ...]
    notices: tuple[Message, ...]
    warc_records: int = 0
    files: int = 0
    manifests: int = 0
    versions: int = 0
    columns = ("fault",)

    def rows(self) -> Iterator[tuple[str]]:
        return ((fault,) for fault in self.faults)


def against(file: Path, settings: Settings, store: ArticleStore) -> Verification:
    """The archive compared with a manifest that was kept elsewhere."""
    if not file.is_file():
        raise UsageFault(file, _("is missing"), _("name the file of a manifest"))
    kept = File(Folder(file.parent), file.name)
    faults = tuple(manifest.verify_kept(kept, store, storage_of(settings)))
    return Verification(faults, (Message("manifest-checked", {"file": str(file), "count": len(faults)}),))


def verify(settings: Settings, store: ArticleStore, progress: Progress) -> Verification:
    """Every version, record, manifest, time stamp and the index checked."""
    storage = storage_of(settings)
    pages = Pages(storage)
    read = records.verify(storage, progress)
    faults = [*read.faults, *database.verify(store, read.faults_of(pages))]
    stamps, unchecked = _stamps(settings, storage)
    for check in (
        lambda: read.faults_of_pictures(Pictures(store).kept(), pages),
        lambda: read.faults_of_doubts(Doubts(store).kept(), pages), lambda: manifest.verify(store, storage),
        lambda: stamps, lambda: _index(settings, store),
    ):  # fmt: skip
        faults += _faults(check)
    counts = {
        "warc_records": read.records, "files": read.files, "manifests": len(manifest.manifests(storage)),
        "versions": store.sequence(),
    }  # fmt: skip
    summary = Message("checked", {**counts, "faults": len(faults)})
    notices = *unchecked, *read.notices, *_elsewhere(pages), *_unheld(storage, store), summary
    return Verification(tuple(faults), notices, **counts)


def _faults(check: Callable[[], Iterable[str]]) -> Iterator[str]:
    """The faults that a check finds, or the one that ends it: the other checks go on."""
    try:
        yield from check()
    except Unusable as error:
        yield str(error)


def _elsewhere(pages: Pages) -> Iterator[Message]:
    """That pages lie on other hosts, which have not uploaded them yet."""
    return (Message("pages-elsewhere", {"host": host, "count": count}) for host, count in pages.elsewhere.items())


def _unheld(storage: Storage, store: ArticleStore) -> Iterator[Message]:
    """That the newest versions are in no manifest yet."""
    if (count := store.sequence() - manifest.held(storage)) > 0:
        yield Message("unmanifested", {"count": count})


def _stamps(settings: Settings, storage: Storage) -> tuple[list[str], list[Message]]:
    """The faults of the time stamps, or a notice that they could not be checked."""
    if not any(key.endswith(manifest.STAMP) for key in storage.sizes(manifest.FOLDER)):
        return [], []
    try:
        from archive.proof import timestamp
    except UsageFault as fault:
        return [], [Message("stamps-unchecked", {"fault": str(fault)})]
    return list(timestamp.verify(storage, settings.roots)), []


def _index(settings: Settings, store: ArticleStore) -> list[str]:
    """The faults of the index in use."""
    if settings.engine not in update.engines_of(settings):
        return []
    with update.open_index(settings, settings.engine) as index:
        return list(update.verify(store, index))
