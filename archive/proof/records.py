"""Every record of every WARC file, read and checked: also those that no version points at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from gettext import gettext as _
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from archive.article import RawPage, Revision
from archive.tables.pictures import Picture
from archive.warc import warcfile
from archive.warc.pages import FOLDER, FROM_BACKUP, Pages, sha256_of
from archive.warc.warcfile import Member

_CHUNK = 1 << 16


@dataclass(slots=True)
class Sweep:
    """What stands in the files.

    `faults` is damage; `notes` are no fault: what a crash leaves, or a run at work.
    """

    files: int = 0
    records: int = 0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    whole: set[RawPage] = field(default_factory=set, repr=False)  # pages whose bytes were read and are right
    unused: set[tuple[str, int]] = field(default_factory=set, repr=False)  # file and offset of pages nothing points at

    def faults_of(self, pages: Pages) -> Callable[[Revision], Iterable[str]]:
        """What is wrong with the raw pages of a revision; those read already are not read again."""

        def faults(revision: Revision) -> Iterable[str]:
            self.unused.difference_update((raw.file, raw.offset) for raw in revision.pages)
            return () if self.whole.issuperset(revision.pages) and not revision.withdrawn else pages.faults(revision)

        return faults

    def faults_of_pictures(self, kept: Iterable[tuple[Picture, str]], pages: Pages) -> Iterator[str]:
        """What is wrong with the pictures that are kept (Pictures.kept), a line each."""
        for picture, withdrawn in kept:
            raw = picture.page
            assert raw
            self.unused.discard((raw.file, raw.offset))
            if (withdrawn or raw not in self.whole) and (fault := pages.fault(raw, withdrawn)):
                yield _("picture {url}: {fault}").format(url=picture.url, fault=fault)


def sweep(data: Path, progress: Callable[[int], None]) -> Sweep:
    """Read every record of a data folder; `progress` is called with the number read so far."""
    found = Sweep()
    for path in warcfile.files(data / FOLDER):
        found.files += 1
        with path.open("rb") as file:
            for member in warcfile.members(file):
                if member.record is None:
                    _note_damage(found, path, member)
                else:
                    found.records += 1
                    _check(found, path, member.offset, member.record)
                    progress(found.records)
    return found


def _note_damage(found: Sweep, path: Path, member: Member) -> None:
    torn = _("{file}: its last {size} bytes, from byte {offset} on, are no whole record")
    damaged = _("{file}: {size} bytes from byte {offset} on are damaged; {mend}")
    line = (torn if member.torn else damaged).format(
        file=path, size=member.end - member.offset, offset=member.offset, mend=_(FROM_BACKUP)
    )  # fmt: skip
    (found.notes if member.torn else found.faults).append(line)


def _check(found: Sweep, path: Path, offset: int, record: bytes) -> None:
    try:
        read = next(iter(ArchiveIterator(BytesIO(record), check_digests=True)))
        reason = _reason(read)
    except Exception:  # warcio meets a damaged record with whatever it leads to
        read, reason = None, _("it can't be read")
    if reason:
        wrong = _("{file}, record at byte {offset}: {reason}; {mend}")
        found.faults.append(wrong.format(file=path, offset=offset, reason=reason, mend=_(FROM_BACKUP)))
    elif read.rec_type in ("response", "resource", "revisit"):
        raw = _raw_page(f"{FOLDER}/{path.name}", offset, read)
        found.unused.add((raw.file, offset))
        if read.rec_type != "revisit":  # its bytes stand elsewhere
            found.whole.add(raw)


def _reason(read: Any) -> str:
    """What is wrong with a record, by its length and its digests."""
    while read.raw_stream.read(_CHUNK):
        continue
    if read.raw_stream.limit:
        return _("it ends {count} bytes too early").format(count=read.raw_stream.limit)
    return _("its bytes are not the ones that were kept") if read.digest_checker.problems else ""


def _raw_page(file: str, offset: int, read: Any) -> RawPage:
    digest = read.rec_headers.get_header("WARC-Payload-Digest")
    return RawPage(file, offset, read.rec_headers.get_header("WARC-Record-ID"), sha256_of(digest))
