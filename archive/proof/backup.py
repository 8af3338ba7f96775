"""A second copy of an archive, made while it is in use, and an archive made of such a copy.

The order is what makes it whole: manifests as of now, then the database, then the pages. Each
is written after the one that comes later here: whatever the first says, the next ones hold.
Nothing that the copy holds is replaced by less: what the archive has lost is still there.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import zlib
from gettext import gettext as _
from pathlib import Path
from typing import IO

from archive import database, settings
from archive.database import FILE
from archive.disk import atomic_write, sync
from archive.errors import ArchiveUnusable, UsageFault
from archive.lock import exclusive
from archive.messages import of_error
from archive.proof.manifest import FOLDER as MANIFESTS
from archive.proof.manifest import STAMP, manifests
from archive.store import ArticleStore
from archive.warc import warcfile
from archive.warc.pages import FOLDER as PAGES
from archive.warc.pages import Pages

_BY_HAND = (settings.FILE, "lexicon.txt", "watches.toml")
_OURS = (FILE, PAGES, MANIFESTS, "index", *_BY_HAND)
_LOCK = "backup.lock"
_COMPARED = 1 << 16  # bytes at the end of what was copied before


def back_up(data: Path, to: Path) -> int:
    """Copy the archive of a data folder, or what was added since the last time; the bytes of raw pages added.

    It may be crawled and written to meanwhile. The index is left out. `to` is an archive of its
    own when this returns; killed before, it is the one it was, or none yet, and run again it goes on.
    Raises ArchiveUnusable for an archive that is damaged, and at its end for files that are in the copy only.
    """
    if to.resolve().is_relative_to(data.resolve()):
        raise UsageFault(to, _("is inside the archive itself"), _("name a folder outside of it"))
    if not (to / FILE).exists() and (strange := _others(to)):
        raise UsageFault(to, _("contains other files: {name}").format(name=strange[0]), _("name an empty folder"))
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


def _others(folder: Path) -> list[str]:
    known = {*_OURS, _LOCK, f"{FILE}.part"}
    return sorted(path.name for path in folder.iterdir() if path.name not in known) if folder.exists() else []


def _copy(data: Path, to: Path) -> tuple[int, list[Path]]:
    """The bytes of raw pages added, and what only the copy has still whole."""
    try:
        with exclusive(to / _LOCK):
            made = manifests(data)
            with atomic_write(to / FILE) as copy:
                database.copy(data / FILE, Path(copy.name))
                _refuse_another(Path(copy.name), to / FILE)
                lost = _lost_pages(data, to)
                _withdraw(data, to)
                pages = [path for path in warcfile.files(data / PAGES) if to / PAGES / path.name not in lost]
                added = sum(_grow(path, to / PAGES / path.name) for path in pages)
                if unlike := _lost_manifests(data, to):
                    made = []  # or the copy would hold two chains
                stamps = [path.with_suffix(STAMP) for path in made]
                for path in (*made, *stamps, *(data / name for name in _BY_HAND)):
                    _renew(path, to / path.relative_to(data))
                for left in ("-wal", "-shm"):  # of the copy that is replaced: SQLite would take them for the new one's
                    (to / f"{FILE}{left}").unlink(missing_ok=True)
            return added, lost + unlike
    except OSError as error:
        mend = _("free some space or fix its permissions, then try again")
        raise ArchiveUnusable(error.filename or to, of_error(error), mend) from error


def _refuse_another(file: Path, kept: Path) -> None:
    if kept.exists() and not database.goes_on(file, kept):
        reason = _("has versions that are not in the archive: it belongs to another archive, or is newer")
        raise UsageFault(kept, reason, _("name an empty folder, or `wencang restore` it elsewhere"))


def _lost_pages(data: Path, to: Path) -> list[Path]:
    """The WARC files of the copy that are missing in the archive, or shorter."""
    own = {path.name: path.stat().st_size for path in warcfile.files(data / PAGES)}
    lost = [path for path in warcfile.files(to / PAGES) if own.get(path.name, -1) < path.stat().st_size]
    for copy in lost:
        if copy.name in own:
            with copy.open("rb") as whole, (data / PAGES / copy.name).open("rb") as short:
                _refuse_unlike(short, whole, own[copy.name])  # it was cut short, then written on
    return lost


def _lost_manifests(data: Path, to: Path) -> list[Path]:
    """The manifests of the copy that are not the archive's: none changes once it is written."""
    names = [path.name for path in manifests(to)]
    same = filecmp.cmpfiles(data / MANIFESTS, to / MANIFESTS, names, shallow=False)[0]
    return [to / MANIFESTS / name for name in names if name not in same]


def _withdraw(data: Path, to: Path) -> None:
    """What was withdrawn from the archive since the last time is withdrawn from its copy."""
    if not (to / PAGES).exists():
        return
    with ArticleStore.open(data) as kept:
        pages = kept.withdrawn_pages()
    for raw in pages:
        copy = to / raw.file
        if not copy.exists():
            continue
        if not (record := _record(data / raw.file, raw.offset)):
            Pages(to).withdraw(raw)
        elif copy.stat().st_size >= raw.offset + len(record) and _bytes_at(copy, raw.offset, len(record)) != record:
            warcfile.overwrite(copy, raw.offset, record)


def _record(path: Path, offset: int) -> bytes:
    """The bytes of a record; none where it is missing or damaged."""
    try:
        with path.open("rb") as file:
            return os.pread(file.fileno(), warcfile.unzipped(file, offset)[1] - offset, offset)
    except (FileNotFoundError, EOFError, zlib.error):
        return b""


def _bytes_at(path: Path, start: int, size: int) -> bytes:
    with path.open("rb") as file:
        return os.pread(file.fileno(), size, start)


def _renew(path: Path, copy: Path) -> None:
    if not path.exists():
        return
    mode = path.stat().st_mode  # settings may hold a password
    if not (copy.exists() and filecmp.cmp(path, copy, shallow=False)):
        copy.parent.mkdir(exist_ok=True)
        with path.open("rb") as source, atomic_write(copy) as file:
            os.fchmod(file.fileno(), mode)
            shutil.copyfileobj(source, file)
    elif copy.stat().st_mode != mode:
        copy.chmod(mode)


def _grow(path: Path, copy: Path) -> int:
    """Add to a copy of a file what the file has more, in whole records."""
    copy.parent.mkdir(exist_ok=True)
    with path.open("rb") as source, copy.open("a+b") as file:
        warcfile.cut(file)  # what a backup that was killed left
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
    """Raise UsageFault where a file of this size is not the beginning of a longer one.

    Told from its last bytes: `verify` reads the others.
    """
    start = max(0, size - _COMPARED)
    if os.pread(file.fileno(), size - start, start) != os.pread(longer.fileno(), size - start, start):
        reason = _("is not the beginning of {file}").format(file=longer.name)
        raise UsageFault(file.name, reason, _("name an empty folder"))
