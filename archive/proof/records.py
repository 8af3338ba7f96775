"""Reads and checks every record of every WARC file, also those that no version points at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from archive.article import RawPage, Revision
from archive.progress import Progress, silent
from archive.storage.storage import File, Storage
from archive.tables.pictures import Picture
from archive.text.messages import Message
from archive.text.translation import gettext as _
from archive.warc import warcfile
from archive.warc.pages import FROM_BACKUP, Pages, files, sha256_of
from archive.warc.warcfile import Member

_CHUNK = 1 << 16


@dataclass(slots=True)
class Records:
    """The result of reading the WARC files: `faults` is damage, `torn` what a crash or a run at work leaves."""

    files: int = 0
    records: int = 0
    faults: list[str] = field(default_factory=list)
    torn: list[Message] = field(default_factory=list)
    whole: set[RawPage] = field(default_factory=set, repr=False)  # pages whose bytes were read and are right
    unused: set[tuple[str, int]] = field(default_factory=set, repr=False)  # file and offset of pages nothing points at

    @property
    def notices(self) -> list[Message]:
        """What is not a fault; of unused pages after the functions below have seen all."""
        return self.torn + ([Message("pages-unused", {"count": len(self.unused)})] if self.unused else [])

    def faults_of(self, pages: Pages) -> Callable[[Revision], Iterable[str]]:
        """A function that lists the faults of a revision's raw pages; those read already are not read again."""

        def faults(revision: Revision) -> Iterable[str]:
            self.unused.difference_update((raw.file, raw.offset) for raw in revision.pages)
            return () if self.whole.issuperset(revision.pages) and not revision.withdrawn else pages.faults(revision)

        return faults

    def faults_of_doubts(self, doubted: Iterable[tuple[RawPage, str]], pages: Pages) -> Iterator[str]:
        """The faults of the pages that were doubted (Doubts.kept), a line each."""
        for raw, withdrawn in doubted:
            self.unused.discard((raw.file, raw.offset))
            if (withdrawn or raw not in self.whole) and (fault := pages.fault(raw, withdrawn)):
                yield _("doubted page: {fault}").format(fault=fault)

    def faults_of_pictures(self, pictures: Iterable[tuple[Picture, str]], pages: Pages) -> Iterator[str]:
        """The faults of the pictures that are kept (Pictures.kept), a line each."""
        for picture, withdrawn in pictures:
            raw = picture.page
            assert raw
            self.unused.discard((raw.file, raw.offset))
            if (withdrawn or raw not in self.whole) and (fault := pages.fault(raw, withdrawn)):
                yield _("picture {url}: {fault}").format(url=picture.url, fault=fault)


def verify(storage: Storage, progress: Progress = silent) -> Records:
    """Read every record that this host can read; `progress` is called with the number read so far."""
    result = Records()
    for file in files(storage):
        result.files += 1
        read(result, file, progress=progress)
    return result


def read(result: Records, source: File, start: int = 0, end: int | None = None, progress: Progress = silent) -> None:
    """Add to the result what the records of one file say, those that begin between two places."""
    with source.open() as file:
        for member in warcfile.members(file, start):
            if end is not None and member.offset >= end:
                return
            if member.record is None:
                _note_damage(result, source, member)
            else:
                result.records += 1
                _check(result, source, member.offset, member.record)
                progress(result.records)


def _note_damage(result: Records, file: File, member: Member) -> None:
    size = member.end - member.offset
    if member.torn:
        result.torn.append(Message("torn-record", {"file": str(file), "size": size, "offset": member.offset}))
    else:
        fault = _("{file}: {size} bytes from byte {offset} on are damaged; {mend}")
        result.faults.append(fault.format(file=file, size=size, offset=member.offset, mend=_(FROM_BACKUP)))


def _check(result: Records, file: File, offset: int, record: bytes) -> None:
    try:
        parsed = next(iter(ArchiveIterator(BytesIO(record), check_digests=True)))
        reason = _fault_of(parsed)
    except Exception:  # warcio raises anything for a damaged record
        parsed, reason = None, _("it can't be read")
    if reason:
        fault = _("{file}, record at byte {offset}: {reason}; {mend}")
        result.faults.append(fault.format(file=file, offset=offset, reason=reason, mend=_(FROM_BACKUP)))
    elif parsed.rec_type in ("response", "resource", "revisit"):
        raw = _raw_page(file.key, offset, parsed)
        result.unused.add((raw.file, offset))
        if parsed.rec_type != "revisit":  # whose bytes are in another record
            result.whole.add(raw)


def _fault_of(record: Any) -> str:
    """What is wrong with a record, by its length and its digests; "" for nothing."""
    while record.raw_stream.read(_CHUNK):
        continue
    if record.raw_stream.limit:
        return _("it ends {count} bytes too early").format(count=record.raw_stream.limit)
    return _("its bytes differ from those that were archived") if record.digest_checker.problems else ""


def _raw_page(file: str, offset: int, record: Any) -> RawPage:
    digest = record.rec_headers.get_header("WARC-Payload-Digest")
    return RawPage(file, offset, record.rec_headers.get_header("WARC-Record-ID"), sha256_of(digest))
