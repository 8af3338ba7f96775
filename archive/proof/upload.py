"""At the end of a run: what this host wrote is moved to where every host can read it, if the storage is shared.

Until then it lies in the data folder, synced before a version that refers to it is committed. A
run that dies leaves it there for the next one on this host.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from archive.errors import ArchiveUnusable, StorageUnusable
from archive.lock import exclusive
from archive.proof.manifest import FOLDER as MANIFESTS
from archive.storage.storage import Storage
from archive.store import ArticleStore
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from archive.warc import warcfile
from archive.warc.pages import FOLDER, Pages


def upload(store: ArticleStore, storage: Storage) -> None:
    """Settle every file that no run is writing, without the pages that were withdrawn meanwhile.

    Raises StorageUnusable: at once if the storage can't be used, at the end for a file that can't be settled.
    """
    if not _unsettled(storage):
        return
    faults: list[ArchiveUnusable] = []
    with exclusive(storage.data / "upload.lock", wait=True):
        pending = _unsettled(storage)
        _withdraw(store, storage, pending)
        for path in pending.values():
            try:
                _settle(storage, path)
            except ArchiveUnusable as error:
                faults.append(error)
            except OSError as error:
                faults.append(ArchiveUnusable(error.filename or path, of_error(error), _("fix its permissions")))
        _withdraw(store, storage, pending)  # where that was done while a file was on its way
    if faults:
        raise StorageUnusable(faults[0].subject, faults[0].reason, faults[0].mend)


def _unsettled(storage: Storage) -> dict[str, Path]:
    """The files to be settled, by key: raw pages first, as manifests list them."""
    paths = (*storage.unsettled(FOLDER), *storage.unsettled(MANIFESTS))
    return {f"{path.parent.name}/{path.name}": path for path in paths if path.suffix != ".part"}


def _withdraw(store: ArticleStore, storage: Storage, keys: Iterable[str]) -> None:
    pages = Pages(storage)
    for raw in store.withdrawn_pages():
        if raw.file in keys:
            pages.withdraw(raw)


def _settle(storage: Storage, path: Path) -> None:
    if path.parent.name == MANIFESTS:
        storage.settle(path)
    elif warcfile.is_ours(f"{FOLDER}/{path.name}") and (file := warcfile.locked(path)):
        with file:
            warcfile.cut(warcfile.begun(file))
            storage.settle(path)
