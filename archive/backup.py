"""A second copy of an archive, made while it is in use, and an archive made of such a copy.

The order is what makes it whole: manifests as of now, then the database, then the pages. Each
is written after the one that comes later here: whatever the first says, the next ones hold.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from gettext import gettext as _
from pathlib import Path
from typing import IO

from archive import database, settings, warcfile
from archive.database import FILE
from archive.disk import appearing, sync
from archive.errors import ArchiveUnusable, UsageFault
from archive.lock import alone
from archive.manifest import FOLDER as MANIFESTS
from archive.manifest import STAMP, manifests
from archive.pages import FOLDER as PAGES
from archive.store import ArticleStore

_BY_HAND = (settings.FILE, "lexicon.txt", "watches.toml")
_OURS = (FILE, PAGES, MANIFESTS, "index", *_BY_HAND)
_COMPARED = 1 << 16  # bytes at the end of what was copied before


def back_up(data: Path, to: Path) -> int:
    """Copy the archive of a data folder, or what was added since the last time; the bytes of raw pages added.

    It may be crawled and written to meanwhile. The index is left out. `to` is an archive of its
    own when this returns; killed before, it is the one it was, or none yet, and run again it goes on.
    """
    if to.resolve().is_relative_to(data.resolve()):
        raise UsageFault(to, _("lies in the archive itself"), _("name a folder elsewhere"))
    if not (to / FILE).exists() and (strange := _others(to)):
        raise UsageFault(to, _("holds other things: {name}").format(name=strange[0]), _("name an empty folder"))
    return _copy(data, to)


def restore(backup: Path, data: Path) -> None:
    """Make an archive of a backup, in a data folder that holds none; its index is to be made anew."""
    if not (backup / FILE).exists():
        raise UsageFault(backup, _("holds no backup"), _("`wencang backup DIR` makes one"))
    for name in _OURS:
        if (data / name).exists():
            raise UsageFault(data, _("is not empty: it holds {name}").format(name=name), _("name another with --data"))
    _copy(backup, data)


def _others(folder: Path) -> list[str]:
    known = {*_OURS, "backup.lock", f"{FILE}.part"}
    return sorted(path.name for path in folder.iterdir() if path.name not in known) if folder.exists() else []


def _copy(data: Path, to: Path) -> int:
    try:
        with alone(to / "backup.lock"):
            made = manifests(data)
            _refuse_another(made, to)
            _withdraw(data, to)
            with appearing(to / FILE) as copy:
                database.copy(data / FILE, Path(copy.name))
                added = sum(_grow(path, to / PAGES / path.name) for path in warcfile.files(data / PAGES))
                stamps = [path.with_suffix(STAMP) for path in made]
                for path in (*made, *stamps, *(data / name for name in _BY_HAND)):
                    _renew(path, to / path.relative_to(data))
                for left in ("-wal", "-shm"):  # of the copy that is replaced: SQLite would take them for the new one's
                    (to / f"{FILE}{left}").unlink(missing_ok=True)
            return added
    except OSError as error:
        mend = _("make room or mend its rights, then try again")
        raise ArchiveUnusable(error.filename or to, error.strerror or str(error), mend) from error


def _refuse_another(made: list[Path], to: Path) -> None:
    """The newest manifest tells, for it stands for all before it."""
    newest = next(reversed(manifests(to)), None)
    if newest and newest.read_bytes() not in (path.read_bytes() for path in made if path.name == newest.name):
        reason = _("is no manifest of this archive: the copy is another's, or newer than the archive")
        raise UsageFault(newest, reason, _("name an empty folder"))


def _withdraw(data: Path, to: Path) -> None:
    """What was withdrawn from the archive since the last time is withdrawn from its copy."""
    if not (to / PAGES).exists():
        return
    with ArticleStore.open(data) as kept:
        pages = kept.withdrawn_pages()
    for raw in pages:
        with (data / raw.file).open("rb") as source:
            end = warcfile.unzipped(source, raw.offset)[1]
            record = os.pread(source.fileno(), end - raw.offset, raw.offset)
        copy = to / raw.file
        if copy.exists() and copy.stat().st_size >= end and _bytes_at(copy, raw.offset, len(record)) != record:
            warcfile.overwrite(copy, raw.offset, record)


def _bytes_at(path: Path, start: int, size: int) -> bytes:
    with path.open("rb") as file:
        return os.pread(file.fileno(), size, start)


def _renew(path: Path, copy: Path) -> None:
    if path.exists() and not (copy.exists() and filecmp.cmp(path, copy, shallow=False)):
        copy.parent.mkdir(exist_ok=True)
        with path.open("rb") as source, appearing(copy) as file:
            os.fchmod(file.fileno(), path.stat().st_mode)  # settings may hold a password
            shutil.copyfileobj(source, file)


def _grow(path: Path, copy: Path) -> int:
    """Add to a copy of a file what the file has more, in whole records."""
    copy.parent.mkdir(exist_ok=True)
    with path.open("rb") as source, copy.open("a+b") as file:
        warcfile.cut(file)  # what a backup that was killed left
        start = warcfile.size(file)
        if not _is_beginning(file, source, start):
            raise UsageFault(copy, _("is not the beginning of {file}").format(file=path), _("name an empty folder"))
        end = warcfile.whole_end(source, start)
        source.seek(start)
        while chunk := source.read(min(1 << 20, end - source.tell())):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    sync(copy.parent)
    return end - start


def _is_beginning(file: IO[bytes], source: IO[bytes], size: int) -> bool:
    """Told from the last bytes copied: `verify` reads the others."""
    start = max(0, size - _COMPARED)
    return os.pread(file.fileno(), size - start, start) == os.pread(source.fileno(), size - start, start)
