"""Incremental backups of an archive while it is in use, and their restoration.

The order makes a backup consistent: manifests, then the database, then the raw pages. An archive
writes them in the reverse order, so whatever a copied manifest lists is in what is copied after
it. Nothing in a backup is replaced by less, or by what is rotten: what the archive has lost is
still there.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import zlib
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from archive.article import RawPage
from archive.databases.sqlite import FILE
from archive.disk import atomic_write, following, make_folder, refuse_links, sync
from archive.errors import ArchiveUnusable, CheckFailed, UsageFault
from archive.lock import exclusive
from archive.proof import rot
from archive.proof import snapshot as snapshots
from archive.proof.manifest import FOLDER as MANIFESTS
from archive.proof.manifest import STAMP, chain_faults, manifests
from archive.proof.snapshot import DUMP, NAMES, Snapshot
from archive.settings import FILE as SETTINGS
from archive.settings import Settings, load
from archive.storage import of as storage_of
from archive.storage.folder import Folder
from archive.storage.storage import File, Storage
from archive.store import ArticleStore
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from archive.warc import warcfile
from archive.warc.pages import FOLDER as PAGES
from archive.warc.pages import Pages, files

_BY_HAND = (SETTINGS, "lexicon.txt", "watches.toml")
_SOURCES = "sources"  # of the user's own, with their saved pages
_OURS = (*NAMES, PAGES, MANIFESTS, "index", _SOURCES, *_BY_HAND)
_LOCK = "backup.lock"
_COMPARED = 1 << 16  # bytes compared at the end of what was copied before


@dataclass(slots=True)
class _Result:
    """What a copy did: bytes of raw pages `added`, keys that only the copy has in full, and what is rotten."""

    added: int = 0
    lost: list[str] = field(default_factory=list)
    rotten: list[str] = field(default_factory=list)


def back_up(settings: Settings, to: Path) -> int:
    """Copy an archive, or what was added since the last backup; returns the bytes of raw pages added.

    The archive may be written to meanwhile. The index is left out. `to` is an archive by itself
    afterwards; if this is interrupted, the previous one stays valid and the next call continues.
    What is rotten replaces nothing that is good; all else is copied. Raises, at the end,
    ArchiveUnusable for a damaged database and for files that only the backup still has, CheckFailed
    for what is rotten; UsageFault for a folder that contains other files.
    """
    data, source, snapshot = settings.data, storage_of(settings), snapshots.of(settings)
    if to.resolve().is_relative_to(data.resolve()):
        raise UsageFault(to, _("is inside the archive itself"), _("name a folder outside of it"))
    if not (to / snapshot.name).exists() and (others := _other_files(to)):
        raise UsageFault(to, _("contains other files: {name}").format(name=others[0]), _("name an empty folder"))
    result = _copy(settings, source, snapshot, to)
    if result.rotten:
        raise _rotten(data, to, result.rotten)
    if result.lost:
        names = ", ".join(map(source.shown, result.lost))
        reason = _("missing, truncated or changed since the last backup; everything else was copied")
        raise ArchiveUnusable(names, reason, _("replace it with its copy in {copy}").format(copy=to))
    return result.added


def restore(backup: str | Path, data: str | Path) -> None:
    """Make an archive of a backup, in a data folder that holds none; its index has to be built again.

    The backup of an archive on PostgreSQL is restored to the empty database that WENCANG_ARCHIVE
    names; that of a SQLite file to either. Raises UsageFault where `backup` holds no backup, or `data`
    or the database holds anything of an archive, and, at the end, CheckFailed for what is rotten in
    the backup.
    """
    backup, data = Path(backup), Path(data)
    is_dump = (backup / DUMP).exists()
    if not (is_dump or (backup / FILE).exists()):
        raise UsageFault(backup, _("holds no backup"), _("`wencang backup DIR` makes one"))
    for name in _OURS:
        if (data / name).exists():
            mend = _("move it away, or name another with --data")
            raise UsageFault(data, _("is not empty: it holds {name}").format(name=name), mend)
    settings = load(data)
    if is_dump and not settings.archive:
        mend = _("name an empty database in WENCANG_ARCHIVE")
        raise UsageFault(backup, _("is the backup of an archive on PostgreSQL"), mend)
    if settings.archive:
        snapshots.restore(backup, settings)
    result = _copy(Settings(backup), Folder(backup), None if settings.archive else snapshots.of(Settings(backup)), data)
    (data / _LOCK).unlink()
    if result.rotten:
        reason = _("rotten: {fault}").format(fault=_first(result.rotten))
        raise CheckFailed(backup, reason, _("it was restored as it is: `wencang verify` names all of it"))


def _rotten(data: Path, to: Path, faults: list[str]) -> CheckFailed:
    reason = _("rotten: {fault}; no good copy was replaced, everything else was copied").format(fault=_first(faults))
    return CheckFailed(data, reason, _("`wencang verify` names all of it, {copy} has what was good").format(copy=to))


def _first(faults: list[str]) -> str:
    more = len(faults) - 1
    return _("{first} (and {count} more)").format(first=faults[0], count=more) if more else faults[0]


def _other_files(folder: Path) -> list[str]:
    known = {*_OURS, _LOCK, *(f"{name}.part" for name in NAMES)}
    return sorted(path.name for path in folder.iterdir() if path.name not in known) if folder.exists() else []


def _copy(settings: Settings, source: Storage, snapshot: Snapshot | None, to: Path) -> _Result:
    """Copy what is good, and what is rotten where there is no good copy of it."""
    try:
        for folder in (settings.data, to):
            refuse_links(folder)
        with exclusive(to / _LOCK):
            return _copy_all(settings, source, snapshot, to)
    except OSError as error:
        mend = _("free some space or fix its permissions, then try again")
        raise ArchiveUnusable(error.filename or to, of_error(error), mend) from error


def _copy_all(settings: Settings, source: Storage, snapshot: Snapshot | None, to: Path) -> _Result:
    result, own_manifests = _Result(), manifests(source)
    with suppress(_Held), ExitStack() as stack:
        damage = snapshot and _copy_database(snapshot, to, stack, result)
        result.lost = _lost_pages(source, to)
        if not damage:
            _withdraw(settings, source, to)
        _copy_pages(source, to, result)
        if not damage:
            result.lost += _copy_manifests(source, to, own_manifests, result)
        _copy_by_hand(settings.data, to, result)
        if damage:
            raise damage  # so that the copy's database stays
        stack.close()
        if snapshot:
            snapshot.note(to)
    return result


class _Held(Exception):
    """The database is rotten, and the copy has a better one."""


def _copy_database(snapshot: Snapshot, to: Path, stack: ExitStack, result: _Result) -> Exception | None:
    """Copy the database, which takes its place when `stack` is closed; what keeps it from that."""
    before = to / snapshot.name
    copy = Path(stack.enter_context(atomic_write(before)).name)
    try:
        snapshot.write(copy)
    except ArchiveUnusable as error:
        if error.subject != snapshot.source or not before.exists():
            raise
        return error
    if before.exists() and not snapshot.continues(copy, before):
        reason = _("has versions that are not in the archive: it belongs to another archive, or is newer")
        raise UsageFault(before, reason, _("name an empty folder, or `wencang restore` it elsewhere"))
    faults, is_worse = snapshot.faults(copy, before)
    result.rotten += [f"{snapshot.source}: {fault}" for fault in faults]
    return _Held() if is_worse else None


def _copy_pages(source: Storage, to: Path, result: _Result) -> None:
    for file in files(source):
        if file.key not in result.lost:
            added, faults = _grow(file, to / file.key)
            result.added += added
            result.rotten += faults


def _copy_manifests(source: Storage, to: Path, own: list[File], result: _Result) -> list[str]:
    """Copy the manifests, unless the copy would contain two chains; those that the archive has lost or changed."""
    faults = list(chain_faults(source))
    if lost := _lost_manifests(source, to):
        return lost
    result.rotten += faults
    stamps = [stamp for file in own if (stamp := file.with_suffix(STAMP)).exists()]
    for file in () if faults else (*own, *stamps):
        _add(file, to)
    return []


def _add(file: File, to: Path) -> None:
    content, copy = file.read(), Folder(to)
    make_folder((to / file.key).parent)
    if not (to / file.key).exists() or File(copy, file.key).read() != content:
        copy.replace(file.key, content)


def _copy_by_hand(data: Path, to: Path, result: _Result) -> None:
    for name in [*_BY_HAND, *_own_sources(data)]:
        path, copy = data / name, to / name
        if copy.exists() and not rot.of_text(copy) and (fault := rot.of_text(path)):
            result.rotten.append(fault)
        else:
            _update(path, copy)


def _own_sources(data: Path) -> list[str]:
    return [str(path.relative_to(data)) for path in sorted((data / _SOURCES).rglob("*")) if path.is_file()]


def _lost_pages(source: Storage, to: Path) -> list[str]:
    """The WARC files of the copy that are missing or shorter in the archive."""
    own, copies = warcfile.ours(source.sizes(PAGES)), warcfile.ours(Folder(to).sizes(PAGES))
    lost = [key for key, size in copies.items() if own.get(key, -1) < size]
    for key in lost:
        if key in own:
            with (to / key).open("rb") as whole, source.open(key) as short:
                if not _begins_alike(short, whole, own[key]):  # truncated, then appended to
                    raise _unlike(source.shown(key), to / key)
    return lost


def _lost_manifests(source: Storage, to: Path) -> list[str]:
    """The manifests of the copy that differ from the archive's: a manifest never changes."""
    own = {file.key: file for file in manifests(source)}
    return [
        copy.key for copy in manifests(Folder(to))
        if copy.key not in own or own[copy.key].sha256() != copy.sha256()
    ]  # fmt: skip


def _withdraw(settings: Settings, source: Storage, to: Path) -> None:
    """Withdraw from the copy what was withdrawn from the archive since the last backup."""
    if not (to / PAGES).exists():
        return
    with ArticleStore.open(settings) as store:
        pages = store.withdrawn_pages()
    for raw in pages:
        copy = to / raw.file
        if not copy.exists():
            continue
        if not (record := _record(source, raw)):
            Pages(Folder(to)).withdraw(raw)
            continue
        with copy.open("rb") as file:
            differs = _bytes_at(file, raw.offset, len(record)) != record
        if differs and copy.stat().st_size >= raw.offset + len(record):
            warcfile.overwrite(copy, raw.offset, record)


def _record(source: Storage, raw: RawPage) -> bytes:
    """The bytes of a record; empty if it is missing or damaged."""
    try:
        with source.open(raw.file) as file:
            return _bytes_at(file, raw.offset, warcfile.unzipped(file, raw.offset)[1] - raw.offset)
    except (FileNotFoundError, EOFError, zlib.error):
        return b""


def _bytes_at(file: IO[bytes], start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)


def _update(path: Path, copy: Path) -> None:
    if not path.exists():
        return
    mode = path.stat().st_mode  # settings may contain a password
    if not (copy.exists() and filecmp.cmp(path, copy, shallow=False)):
        make_folder(copy.parent)
        with path.open("rb") as source, atomic_write(copy) as file:
            os.fchmod(file.fileno(), mode)
            shutil.copyfileobj(source, file)
    elif copy.stat().st_mode != mode:
        copy.chmod(mode)


def _grow(source: File, copy: Path) -> tuple[int, list[str]]:
    """Append to the copy of a file what it lacks, up to the last whole record; the bytes added, and faults.

    Damaged bytes are copied too: nothing better exists, and the records after them keep their places.
    """
    make_folder(copy.parent)
    with source.open() as original, open(copy, "a+b", opener=following) as file:
        warcfile.cut(file)  # the partial record of an interrupted backup
        start = warcfile.size(file)
        faults = [] if _begins_alike(file, original, start) else _refuse_another_file(source, copy, start)
        end = warcfile.whole_end(original, start)
        original.seek(start)
        while chunk := original.read(min(1 << 20, end - original.tell())):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    sync(copy.parent)
    return end - start, faults + rot.of_pages(source, start, end)


def _refuse_another_file(source: File, copy: Path, size: int) -> list[str]:
    """The faults of a file that its copy is not the beginning of. Raises UsageFault if both are whole."""
    own = File(Folder(copy.parent.parent), f"{PAGES}/{copy.name}")
    if faults := rot.of_pages(source, 0, size) or rot.of_pages(own):
        return faults
    raise _unlike(copy, source)


def _begins_alike(file: IO[bytes], longer: IO[bytes], size: int) -> bool:
    """Whether a file of this size is the beginning of a longer one, by its last bytes: `verify` reads the others."""
    start = max(0, size - _COMPARED)
    return _bytes_at(file, start, size - start) == _bytes_at(longer, start, size - start)


def _unlike(short: object, longer: object) -> UsageFault:
    reason = _("is not the beginning of {file}").format(file=longer)
    return UsageFault(short, reason, _("name an empty folder"))
