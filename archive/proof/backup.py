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
import sqlite3
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from archive.databases import sqlite
from archive.databases.sqlite import FILE
from archive.disk import atomic_write, following, make_folder, refuse_links, sync
from archive.errors import ArchiveUnusable, CheckFailed, UsageFault
from archive.lock import exclusive
from archive.proof import rot
from archive.proof.manifest import FOLDER as MANIFESTS
from archive.proof.manifest import STAMP, chain_faults, manifests
from archive.settings import FILE as SETTINGS
from archive.settings import Settings
from archive.store import ArticleStore
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from archive.warc import warcfile
from archive.warc.pages import FOLDER as PAGES
from archive.warc.pages import Pages

_BY_HAND = (SETTINGS, "lexicon.txt", "watches.toml")
_OURS = (FILE, PAGES, MANIFESTS, "index", *_BY_HAND)
_LOCK = "backup.lock"
_COMPARED = 1 << 16  # bytes compared at the end of what was copied before


@dataclass(slots=True)
class _Result:
    """What a copy did: bytes of raw pages `added`, files that only the copy has in full, and what is rotten."""

    added: int = 0
    lost: list[Path] = field(default_factory=list)
    rotten: list[str] = field(default_factory=list)


def back_up(settings: Settings, to: Path) -> int:
    """Copy an archive, or what was added since the last backup; returns the bytes of raw pages added.

    The archive may be written to meanwhile. The index is left out. `to` is an archive by itself
    afterwards; if this is interrupted, the previous one stays valid and the next call continues.
    What is rotten replaces nothing that is good; all else is copied. Raises, at the end,
    ArchiveUnusable for a damaged database and for files that only the backup still has, CheckFailed
    for what is rotten; UsageFault for a folder that contains other files.
    """
    data = settings.data
    if to.resolve().is_relative_to(data.resolve()):
        raise UsageFault(to, _("is inside the archive itself"), _("name a folder outside of it"))
    if not (to / FILE).exists() and (others := _other_files(to)):
        raise UsageFault(to, _("contains other files: {name}").format(name=others[0]), _("name an empty folder"))
    result = _copy(settings, to)
    if result.rotten:
        raise _rotten(data, to, result.rotten)
    if result.lost:
        names = ", ".join(str(data / path.relative_to(to)) for path in result.lost)
        reason = _("missing, truncated or changed since the last backup; everything else was copied")
        raise ArchiveUnusable(names, reason, _("replace it with its copy in {copy}").format(copy=to))
    return result.added


def restore(backup: str | Path, data: str | Path) -> None:
    """Make an archive of a backup, in a data folder that holds none; its index has to be built again.

    Raises UsageFault where `backup` holds no backup, or `data` holds anything of an archive, and, at
    the end, CheckFailed for what is rotten in the backup.
    """
    backup, data = Path(backup), Path(data)
    if not (backup / FILE).exists():
        raise UsageFault(backup, _("holds no backup"), _("`wencang backup DIR` makes one"))
    for name in _OURS:
        if (data / name).exists():
            mend = _("move it away, or name another with --data")
            raise UsageFault(data, _("is not empty: it holds {name}").format(name=name), mend)
    result = _copy(Settings(backup), data)
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
    known = {*_OURS, _LOCK, f"{FILE}.part"}
    return sorted(path.name for path in folder.iterdir() if path.name not in known) if folder.exists() else []


def _copy(settings: Settings, to: Path) -> _Result:
    """Copy what is good, and what is rotten where there is no good copy of it."""
    try:
        for folder in (settings.data, to):
            refuse_links(folder)
        with exclusive(to / _LOCK):
            return _copy_all(settings, to)
    except OSError as error:
        mend = _("free some space or fix its permissions, then try again")
        raise ArchiveUnusable(error.filename or to, of_error(error), mend) from error


def _copy_all(settings: Settings, to: Path) -> _Result:
    data = settings.data
    result, own_manifests = _Result(), manifests(data)
    with suppress(_Held), atomic_write(to / FILE) as copy:
        damage = _copy_database(data, to, Path(copy.name), result)
        result.lost = _lost_pages(data, to)
        if not damage:
            _withdraw(settings, to)
        _copy_pages(data, to, result)
        if not damage:
            result.lost += _copy_manifests(data, to, own_manifests, result)
        _copy_by_hand(data, to, result)
        if damage:
            raise damage  # so that the copy's database stays
        for suffix in ("-wal", "-shm"):  # of the replaced database: SQLite would apply them to the new one
            (to / f"{FILE}{suffix}").unlink(missing_ok=True)
    return result


class _Held(Exception):
    """The database is rotten, and the copy has a better one."""


def _copy_database(data: Path, to: Path, copy: Path, result: _Result) -> Exception | None:
    """Copy the database; what keeps it from taking the place of the copy's."""
    try:
        sqlite.copy(data / FILE, copy)
    except ArchiveUnusable as error:
        if error.subject != str(data / FILE) or not (to / FILE).exists():
            raise
        return error
    _refuse_another(copy, to / FILE)
    try:
        faults, is_worse = rot.of_database(copy, to / FILE)
    except sqlite3.Error as error:
        raise sqlite.unusable(data / FILE, error) from error
    result.rotten += [f"{data / FILE}: {fault}" for _number, fault in sorted(faults.items())]
    return _Held() if is_worse else None


def _copy_pages(data: Path, to: Path, result: _Result) -> None:
    for path in warcfile.files(data / PAGES):
        copy = to / PAGES / path.name
        if copy not in result.lost:
            added, faults = _grow(path, copy)
            result.added += added
            result.rotten += faults


def _copy_manifests(data: Path, to: Path, own: list[Path], result: _Result) -> list[Path]:
    """Copy the manifests, unless the copy would contain two chains; those that the archive has lost or changed."""
    faults = list(chain_faults(data))
    if lost := _lost_manifests(data, to):
        return lost
    result.rotten += faults
    for path in () if faults else (*own, *(path.with_suffix(STAMP) for path in own)):
        _update(path, to / path.relative_to(data))
    return []


def _copy_by_hand(data: Path, to: Path, result: _Result) -> None:
    for path, copy in ((data / name, to / name) for name in _BY_HAND):
        if copy.exists() and not rot.of_text(copy) and (fault := rot.of_text(path)):
            result.rotten.append(fault)
        else:
            _update(path, copy)


def _refuse_another(file: Path, copy: Path) -> None:
    if copy.exists() and not sqlite.continues(file, copy):
        reason = _("has versions that are not in the archive: it belongs to another archive, or is newer")
        raise UsageFault(copy, reason, _("name an empty folder, or `wencang restore` it elsewhere"))


def _lost_pages(data: Path, to: Path) -> list[Path]:
    """The WARC files of the copy that are missing or shorter in the archive."""
    own = {path.name: path.stat().st_size for path in warcfile.files(data / PAGES)}
    lost = [path for path in warcfile.files(to / PAGES) if own.get(path.name, -1) < path.stat().st_size]
    for copy in lost:
        if copy.name in own:
            with copy.open("rb") as whole, (data / PAGES / copy.name).open("rb") as short:
                if not _begins_alike(short, whole, own[copy.name]):  # truncated, then appended to
                    raise _unlike(data / PAGES / copy.name, copy)
    return lost


def _lost_manifests(data: Path, to: Path) -> list[Path]:
    """The manifests of the copy that differ from the archive's: a manifest never changes."""
    names = [path.name for path in manifests(to)]
    same = filecmp.cmpfiles(data / MANIFESTS, to / MANIFESTS, names, shallow=False)[0]
    return [to / MANIFESTS / name for name in names if name not in same]


def _withdraw(settings: Settings, to: Path) -> None:
    """Withdraw from the copy what was withdrawn from the archive since the last backup."""
    if not (to / PAGES).exists():
        return
    data = settings.data
    with ArticleStore.open(settings) as store:
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
        make_folder(copy.parent)
        with path.open("rb") as source, atomic_write(copy) as file:
            os.fchmod(file.fileno(), mode)
            shutil.copyfileobj(source, file)
    elif copy.stat().st_mode != mode:
        copy.chmod(mode)


def _grow(path: Path, copy: Path) -> tuple[int, list[str]]:
    """Append to the copy of a file what it lacks, up to the last whole record; the bytes added, and faults.

    Damaged bytes are copied too: nothing better exists, and the records after them keep their places.
    """
    make_folder(copy.parent)
    with path.open("rb") as source, open(copy, "a+b", opener=following) as file:
        warcfile.cut(file)  # the partial record of an interrupted backup
        start = warcfile.size(file)
        faults = [] if _begins_alike(file, source, start) else _refuse_another_file(path, copy, start)
        end = warcfile.whole_end(source, start)
        source.seek(start)
        while chunk := source.read(min(1 << 20, end - source.tell())):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    sync(copy.parent)
    return end - start, faults + rot.of_pages(path, start, end)


def _refuse_another_file(path: Path, copy: Path, size: int) -> list[str]:
    """The faults of a file that its copy is not the beginning of. Raises UsageFault if both are whole."""
    if faults := rot.of_pages(path, 0, size) or rot.of_pages(copy):
        return faults
    raise _unlike(copy, path)


def _begins_alike(file: IO[bytes], longer: IO[bytes], size: int) -> bool:
    """Whether a file of this size is the beginning of a longer one, by its last bytes: `verify` reads the others."""
    start = max(0, size - _COMPARED)
    return os.pread(file.fileno(), size - start, start) == os.pread(longer.fileno(), size - start, start)


def _unlike(short: Path, longer: Path) -> UsageFault:
    reason = _("is not the beginning of {file}").format(file=longer)
    return UsageFault(short, reason, _("name an empty folder"))
