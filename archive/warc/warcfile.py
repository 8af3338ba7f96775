"""A WARC file that only grows: one gzip member a record, one writer at a time, a torn end cut off at an opening."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, FileIO
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from warcio.warcwriter import WARCWriter

from archive import clock
from archive.disk import atomic_write, sync
from archive.lock import taken
from archive.settings import version

LEVEL = 6  # of gzip: 0.6 % larger than warcio's own 9, written in two thirds of the time
_NAMES = "????????T??????Z-?????.warc.gz"
_GZIP = re.compile(rb"\x1f\x8b\x08")
_TAIL, _CHUNK = 1 << 20, 1 << 16
_CONFORMS = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


Opened = IO[bytes] | FileIO


def files(folder: Path) -> list[Path]:
    """The WARC files of ours in a folder, the oldest first."""
    return sorted(folder.glob(_NAMES))


# Records


@dataclass(frozen=True, slots=True)
class Member:
    """The bytes of a file from `offset` to `end`: one record, unzipped, or what is none.

    `torn`: the file ends in the middle of it, as a crash leaves it, or a writer at work.
    """

    offset: int
    end: int
    record: bytes | None = None
    torn: bool = False


def zipped(record: Any) -> bytes:
    """A record as one gzip member; not by warcio, which knows no level but 9."""
    plain = BytesIO()
    WARCWriter(plain, gzip=False, warc_version="1.1").write_record(record)
    return zlib.compress(plain.getvalue(), LEVEL, wbits=31)


def unzipped(file: Opened, offset: int) -> tuple[bytes, int]:
    """The gzip member at an offset, and where it ends; zlib.error where it is damaged, EOFError where it is torn."""
    member, parts = zlib.decompressobj(wbits=31), []
    file.seek(offset)
    while not member.eof:
        if not (chunk := file.read(_CHUNK)):
            raise EOFError
        parts.append(member.decompress(chunk))
    return b"".join(parts), file.tell() - len(member.unused_data)


def members(file: Opened, start: int = 0) -> Iterator[Member]:
    """Every record from `start` on, and what stands between records that is none."""
    size = os.fstat(file.fileno()).st_size
    while start < size:
        try:
            record, end = unzipped(file, start)
            yield Member(start, end, record)
        except (zlib.error, EOFError) as error:
            end = _next(file, start + 1) or size
            yield Member(start, end, torn=end == size and (isinstance(error, EOFError) or _blank(file, start)))
        start = end


def whole_end(file: Opened, start: int = 0) -> int:
    """Where the last whole record ends, by reading every one from `start` on; `start` where there is none."""
    return max((member.end for member in members(file, start) if member.record is not None), default=start)


def _next(file: Opened, start: int) -> int | None:
    """Where the next whole record begins: behind damage, one is looked for byte by byte."""
    file.seek(start)
    kept = b""
    while chunk := file.read(_CHUNK):
        here = file.tell()
        kept = kept[-2:] + chunk  # what is looked for may stand across two chunks
        for match in _GZIP.finditer(kept):
            if _is_record(file, offset := here - len(kept) + match.start()):
                return offset
        file.seek(here)
    return None


def _is_record(file: Opened, offset: int) -> bool:
    try:
        return unzipped(file, offset)[0].startswith(b"WARC/")
    except (zlib.error, EOFError):
        return False


def _blank(file: Opened, start: int) -> bool:
    """Whether nothing but zeros follows: some file systems leave them after a power cut."""
    file.seek(start)
    return not any(map(any, iter(lambda: file.read(_CHUNK), b"")))


# A page that was withdrawn


def withdrawn(page: Member, record_id: str) -> bytes:
    """What stands in the place of a page: a gzip member of its length that says it was withdrawn.

    A member may carry a comment of any length (RFC 1952), which no reader looks at. Longer than
    the page it is only where that was torn off soon after its beginning.
    """
    told = head(page.record).decode().splitlines() if page.record else []
    lines = [
        "WARC/1.1", "WARC-Type: metadata", f"WARC-Record-ID: <urn:uuid:{uuid4()}>", f"WARC-Refers-To: {record_id}",
        f"WARC-Date: {clock.now():%Y-%m-%dT%H:%M:%SZ}", "Content-Type: text/plain", "Content-Length: 9",
        *(line for line in told if line.startswith("WARC-Target-URI: ")),
    ]  # fmt: skip
    member = zlib.compress("\r\n".join([*lines, "", "withdrawn", "", ""]).encode(), 9, wbits=31)
    rest = max(0, page.end - page.offset - len(member))
    comment = b" " * (rest - 1) + b"\0" if rest else b""
    return member[:3] + bytes([16 if rest else 0]) + member[4:10] + comment + member[10:]


def head(record: bytes) -> bytes:
    """The header lines of a record."""
    return record[: record.index(b"\r\n\r\n") + 2]


def overwrite(path: Path, offset: int, member: bytes) -> None:
    """Put one record in the place of another of its length, in a file that nobody else writes to.

    It is kept beside the file until it stands there: what a crash leaves half done is ended
    by the next that opens the file to write.
    """
    with atomic_write(path.with_name(f"{path.name}.{offset}.redo")) as file:
        file.write(member)
    _finish(path)


def _finish(path: Path) -> None:
    for redo in path.parent.glob(f"{path.name}.*.redo"):
        with path.open("r+b", buffering=0) as file:
            file.seek(int(redo.stem.rpartition(".")[2]))
            write(file, redo.read_bytes())
        redo.unlink()


# Writing


def new(folder: Path) -> FileIO:
    """A file that nobody else has written to, held until it is closed."""
    start = clock.now()
    part = len(files(folder))
    while True:
        part += 1
        path = folder / f"{start:%Y%m%dT%H%M%SZ}-{part:05}.warc.gz"
        try:
            path.open("xb").close()
        except FileExistsError:
            continue
        if file := held(path):  # else another writer, that looked for one with room, was faster
            sync(folder)
            return begun(file)


def held(path: Path) -> FileIO | None:
    """The file, open and held until it is closed; None while another writer holds it."""
    file = FileIO(path, "a+b")
    if taken(file):
        _finish(path)
        return file
    file.close()
    return None


def begun(file: FileIO) -> FileIO:
    """The file, opened by a warcinfo record."""
    if not size(file):
        about = {"software": f"wencang/{version()}", "format": "WARC File Format 1.1", "conformsTo": _CONFORMS}
        name = Path(str(file.name)).name
        write(file, zipped(WARCWriter(None, warc_version="1.1").create_warcinfo_record(name, about)))
    return file


def write(file: FileIO, records: bytes, last: bool = True) -> None:
    """Write all of it, or nothing; on the disk at once, if it shall `last`."""
    before, rest = size(file), memoryview(records)
    try:
        while rest:
            rest = rest[file.write(rest) :]
        if last:
            os.fsync(file.fileno())
    except OSError:
        file.truncate(before)
        raise


def size(file: Opened) -> int:
    return os.fstat(file.fileno()).st_size


def cut(file: Opened, least: int = 0) -> bool:
    """Cut off what a crash left of a record at the end; False, with nothing cut, where less than `least` would stay."""
    end = size(file) if _ends_whole(file) else whole_end(file)  # some 10 s for a full file, after a crash only
    if end >= least:
        file.truncate(end)
    return end >= least


def _ends_whole(file: Opened) -> bool:
    """Whether the file ends where a record does.

    Told from its last bytes. A record of more, or a torn one, is left to whole_end: the
    bytes of a page may hold what looks like the beginning of a record.
    """
    end = size(file)
    tail = os.pread(file.fileno(), _TAIL, max(0, end - _TAIL))
    return not end or any(_is_whole(tail[match.start() :]) for match in reversed(list(_GZIP.finditer(tail))))


def _is_whole(member: bytes) -> bool:
    unzip = zlib.decompressobj(wbits=31)
    try:
        unzip.decompress(member)
    except zlib.error:
        return False
    return unzip.eof and not unzip.unused_data
