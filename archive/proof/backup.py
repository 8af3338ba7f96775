"""Incremental backups of an archive while it is in use, and their restoration.

The order makes a backup consistent: manifests, then the database, then the raw pages. An archive
writes them in the reverse order, so whatever a copied manifest lists is in what is copied after
it. Nothing in a backup is replaced by less: what the archive has lost is still there.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import zlib
from pathlib import Path
from typing import IO

from archive import database, settings
from archive.database import FILE
from archive.disk import atomic_write, sync
from archive.errors import ArchiveUnusable, UsageFault
from archive.lock import exclusive
from archive.proof.manifest import FOLDER as MANIFESTS
from archive.proof.manifest import STAMP, manifests
from archive.store import ArticleStore
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from archive.warc import warcfile
from archive.warc.pages import FOLDER as PAGES
from archive.warc.pages import Pages

_BY_HAND = (settings.FILE, "lexicon.txt", "watches.toml")
_OURS = (FILE, PAGES, MANIFESTS, "index", *_BY_HAND)
_LOCK = "backup.lock"
_COMPARED = 1 << 16  # bytes compared at the end of what was copied before


def back_up(data: Path, to: Path) -> int:
    """Copy an archive, or what was added since the last backup; returns the bytes of raw pages added.

    The archive may be written to meanwhile. The index is left out. `to` is an archive by itself
    afterwards; if this is interrupted, the previous one stays valid and the next call continues.
    Raises ArchiveUnusable for a damaged archive and, at the end, for files that only the backup still
    has; UsageFault for a folder that contains other files.
    """
    if to.resolve().is_relative_to(data.resolve()):
        raise UsageFault(to, _("is inside the archive itself"), _("name a folder outside of it"))
    if not (to / FILE).exists() and (others := _other_files(to)):
        raise UsageFault(to, _("contains other files: {name}").format(name=others[0]), _("name an empty folder"))
    added, lost = _copy(data, to)
    if lost:
        names = ", ".join(str(data / path.relative_to(to)) for path in lost)
        reason = _("missing, truncated or changed since the last backup; everything else was copied")
        raise ArchiveUnusable(names, reason, _("replace it with its copy in {copy}").format(copy=to))
    return added


def restore(backup: str | Path, data: str | Path) -> None:
    """Make an archive of a backup, in a data folder that holds none; its index has to be built again.

    Raises UsageFault where `backup` holds no backup, or `data` holds anything of an archive.
    """
    backup, data = Path(backup), Path(data)
    if not (backup / FILE).exists():
        raise UsageFault(backup, _("holds no backup"), _("`wencang backup DIR` makes one"))
    for name in _OURS:
        if (data / name).exists():
            mend = _("move it away, or name another with --data")
            raise UsageFault(data, _("is not empty: it holds {name}").format(name=name), mend)
    _copy(backup, data)
    (data / _LOCK).unlink()


def _other_files(folder: Path) -> list[str]:
    known = {*_OURS, _LOCK, f"{FILE}.part"}
    return sorted(path.name for path in folder.iterdir() if path.name not in known) if folder.exists() else []


def _copy(data: Path, to: Path) -> tuple[int, list[Path]]:
    """The bytes of raw pages added, and the files that only the copy still has in full."""
    try:
        with exclusive(to / _LOCK):
            own_manifests = manifests(data)
            with atomic_write(to / FILE) as copy:
                database.copy(data / FILE, Path(copy.name))
                _refuse_another(Path(copy.name), to / FILE)
                lost = _lost_pages(data, to)
                _withdraw(data, to)
                pages = [path for path in warcfile.files(data / PAGES) if to / PAGES / path.name not in lost]
                added = sum(_grow(path, to / PAGES / path.name) for path in pages)
                if lost_manifests := _lost_manifests(data, to):
                    own_manifests = []  # or the copy would contain two chains
                stamps = [path.with_suffix(STAMP) for path in own_manifests]
                for path in (*own_manifests, *stamps, *(data / name for name in _BY_HAND)):
                    _update(path, to / path.relative_to(data))
                for suffix in ("-wal", "-shm"):  # of the replaced database: SQLite would apply them to the new one
                    (to / f"{FILE}{suffix}").unlink(missing_ok=True)
            return added, lost + lost_manifests
    except OSError as error:
        mend = _("free some space or fix its permissions, then try again")
        raise ArchiveUnusable(error.filename or to, of_error(error), mend) from error


def _refuse_another(file: Path, copy: Path) -> None:
    if copy.exists() and not database.continues(file, copy):
        reason = _("has versions that are not in the archive: it belongs to another archive, or is newer")
        raise UsageFault(copy, reason, _("name an empty folder, or `wencang restore` it elsewhere"))


def _lost_pages(data: Path, to: Path) -> list[Path]:
    """The WARC files of the copy that are missing or shorter in the archive."""
    own = {path.name: path.stat().st_size for path in warcfile.files(data / PAGES)}
    lost = [path for path in warcfile.files(to / PAGES) if own.get(path.name, -1) < path.stat().st_size]
    for copy in lost:
        if copy.name in own:
            with copy.open("rb") as whole, (data / PAGES / copy.name).open("rb") as short:
                _refuse_unlike(short, whole, own[copy.name])  # truncated, then appended to
    return lost


def _lost_manifests(data: Path, to: Path) -> list[Path]:
    """The manifests of the copy that differ from the archive's: a manifest never changes."""
    names = [path.name for path in manifests(to)]
    same = filecmp.cmpfiles(data / MANIFESTS, to / MANIFESTS, names, shallow=False)[0]
    return [to / MANIFESTS / name for name in names if name not in same]


def _withdraw(data: Path, to: Path) -> None:
    """Withdraw from the copy what was withdrawn from the archive since the last backup."""
    if not (to / PAGES).exists():
        return
    with ArticleStore.open(data) as store:
        pages = store.withdrawn_pages()
    for raw in pages:
        copy = to / raw.file
        if not copy.exists():
            continue
        if not (record := _record(data / raw.file, raw.offset)):
            Pages(to).withdraw(raw)
        elif copy.stat().st_size >= raw.offset + len(record) and _bytes_at(copy, raw.offset, len(record)) != record:
            warcfile.overwrite(copy, raw.offset, record)


def _record(path: Path, offset: int) -> bytes:
    """The bytes of a record; empty if it is missing or damaged."""
    try:
        with path.open("rb") as file:
            return os.pread(file.fileno(), warcfile.unzipped(file, offset)[1] - offset, offset)
    except (FileNotFoundError, EOFError, zlib.error):
        return b""


def _bytes_at(path: Path, start: int, size: int) -> bytes:
    with path.open("rb") as file:
        return os.pread(file.fileno(), size, start)


def _update(path: Path, copy: Path) -> None:
    if not path.exists():
        return
    mode = path.stat().st_mode  # settings may contain a password
    if not (copy.exists() and filecmp.cmp(path, copy, shallow=False)):
        copy.parent.mkdir(exist_ok=True)
        with path.open("rb") as source, atomic_write(copy) as file:
            os.fchmod(file.fileno(), mode)
            shutil.copyfileobj(source, file)
    elif copy.stat().st_mode != mode:
        copy.chmod(mode)


def _grow(path: Path, copy: Path) -> int:
    """Append to the copy of a file what it lacks, up to the last whole record; returns the bytes added."""
    copy.parent.mkdir(exist_ok=True)
    with path.open("rb") as source, copy.open("a+b") as file:
        warcfile.cut(file)  # the partial record of an interrupted backup
        start = warcfile.size(file)
        _refuse_unlike(file, source, start)
        end = warcfile.whole_end(source, start)
        source.seek(start)
        while chunk := source.read(min(1 << 20, end - source.tell())):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    sync(copy.parent)
    return end - start


def _refuse_unlike(file: IO[bytes], longer: IO[bytes], size: int) -> None:
    """Raise UsageFault if a file of this size is not the beginning of a longer one.

    Compares its last bytes only: `verify` reads the others.
    """
    start = max(0, size - _COMPARED)
    if os.pread(file.fileno(), size - start, start) != os.pread(longer.fileno(), size - start, start):
        reason = _("is not the beginning of {file}").format(file=longer.name)
        raise UsageFault(file.name, reason, _("name an empty folder"))
