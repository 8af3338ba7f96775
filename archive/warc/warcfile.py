"""An append-only WARC file: one gzip member per record, one writer at a time, a torn end truncated on opening."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO, FileIO
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from warcio.warcwriter import WARCWriter

from archive import clock, host
from archive.disk import atomic_write, following, sync
from archive.lock import taken
from archive.settings import version

LEVEL = 6  # of gzip: 0.6 % larger than with 9, warcio's own, in two thirds of the time
_NAME = re.compile(r"pages/\d{8}T\d{6}Z(?:-(?P<host>[a-z0-9-]+))?-\d{5,}\.warc\.gz")
_GZIP = re.compile(rb"\x1f\x8b\x08")
_MOMENT = timedelta(microseconds=1)
_TAIL, _CHUNK = 1 << 20, 1 << 16
_CONFORMS = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


Opened = IO[bytes] | FileIO


def ours(sizes: Mapping[str, int]) -> dict[str, int]:
    """The WARC files of wencang among the files of a storage, oldest first."""
    return {key: size for key, size in sizes.items() if is_ours(key)}


def is_ours(key: str) -> bool:
    return _NAME.fullmatch(key) is not None


def host_of(key: str) -> str:
    """The host that wrote a file; "" where its name does not say so, as in older archives."""
    match = _NAME.fullmatch(key)
    return (match and match["host"]) or ""


# Records


@dataclass(frozen=True, slots=True)
class Member:
    """The bytes of a file from `offset` to `end`: one unzipped record, or None for damaged bytes.

    `torn`: the file ends within it, as after a crash, or while a writer is at work.
    """

    offset: int
    end: int
    record: bytes | None = None
    torn: bool = False


def zipped(record: Any) -> bytes:
    """A record as one gzip member; not by warcio, which supports only level 9."""
    plain = BytesIO()
    WARCWriter(plain, gzip=False, warc_version="1.1").write_record(record)
    return zlib.compress(plain.getvalue(), LEVEL, wbits=31)


def unzipped(file: Opened, offset: int) -> tuple[bytes, int]:
    """The gzip member at an offset, and its end. Raises zlib.error if it is damaged, EOFError if it is torn."""
    member, parts = zlib.decompressobj(wbits=31), []
    file.seek(offset)
    while not member.eof:
        if not (chunk := file.read(_CHUNK)):
            raise EOFError
        parts.append(member.decompress(chunk))
    return b"".join(parts), file.tell() - len(member.unused_data)


def members(file: Opened, start: int = 0) -> Iterator[Member]:
    """Every record from `start` on, and damaged bytes between records."""
    size = file.seek(0, os.SEEK_END)
    while start < size:
        try:
            record, end = unzipped(file, start)
            yield Member(start, end, record)
        except (zlib.error, EOFError) as error:
            end = _next(file, start + 1) or size
            yield Member(start, end, torn=end == size and (isinstance(error, EOFError) or _blank(file, start)))
        start = end


def whole_end(file: Opened, start: int = 0) -> int:
    """The end of the last whole record, found by reading all from `start` on; `start` if there is none."""
    return max((member.end for member in members(file, start) if member.record is not None), default=start)


def _next(file: Opened, start: int) -> int | None:
    """Where the next whole record begins: after damage it is searched for byte by byte."""
    file.seek(start)
    window = b""
    while chunk := file.read(_CHUNK):
        position = file.tell()
        window = window[-2:] + chunk  # the magic number may cross two chunks
        for match in _GZIP.finditer(window):
            if _is_record(file, offset := position - len(window) + match.start()):
                return offset
        file.seek(position)
    return None


def _is_record(file: Opened, offset: int) -> bool:
    try:
        return unzipped(file, offset)[0].startswith(b"WARC/")
    except (zlib.error, EOFError):
        return False


def _blank(file: Opened, start: int) -> bool:
    """Whether only zeros follow, as some file systems leave them after a power cut."""
    file.seek(start)
    return not any(map(any, iter(lambda: file.read(_CHUNK), b"")))


# A page that was withdrawn


def withdrawn(page: Member, record_id: str) -> bytes:
    """The replacement of a page: a gzip member of the same length that says it was withdrawn.

    It is padded by the comment of the member (RFC 1952), which readers ignore. It is longer than the
    page only if that was torn off near its beginning.
    """
    headers = head(page.record).decode().splitlines() if page.record else []
    lines = [
        "WARC/1.1", "WARC-Type: metadata", f"WARC-Record-ID: <urn:uuid:{uuid4()}>", f"WARC-Refers-To: {record_id}",
        f"WARC-Date: {clock.now():%Y-%m-%dT%H:%M:%SZ}", "Content-Type: text/plain", "Content-Length: 9",
        *(line for line in headers if line.startswith("WARC-Target-URI: ")),
    ]  # fmt: skip
    member = zlib.compress("\r\n".join([*lines, "", "withdrawn", "", ""]).encode(), 9, wbits=31)
    padding = max(0, page.end - page.offset - len(member))
    comment = b" " * (padding - 1) + b"\0" if padding else b""
    return member[:3] + bytes([16 if padding else 0]) + member[4:10] + comment + member[10:]


def head(record: bytes) -> bytes:
    """The header lines of a record."""
    return record[: record.index(b"\r\n\r\n") + 2]


def overwrite(path: Path, offset: int, member: bytes) -> None:
    """Overwrite a record with another of its length, in a file that this process has locked.

    A redo file beside it makes that atomic: after a crash the next writer of the file completes it.
    """
    with atomic_write(path.with_name(f"{path.name}.{offset}.redo")) as file:
        file.write(member)
    _redo(path)


def _redo(path: Path) -> None:
    for redo in path.parent.glob(f"{path.name}.[0-9]*.redo"):
        if not (offset := redo.stem.rpartition(".")[2]).isdecimal():
            continue  # none of ours
        with path.open("r+b", buffering=0) as file:
            file.seek(int(offset))
            write(file, redo.read_bytes())
        redo.unlink()


# Writing


def new(folder: Path) -> FileIO:
    """A new file, locked until it is closed.

    Its name ends with the microseconds, as an earlier file of this second may lie elsewhere by now.
    """
    start = clock.now()
    while True:
        path = folder / f"{start:%Y%m%dT%H%M%SZ}-{host.name()}-{start:%f}.warc.gz"
        start += _MOMENT
        try:
            open(path, "xb", opener=following).close()
        except FileExistsError:
            continue
        if file := locked(path):  # else another writer, in search of a file with room, was faster
            sync(folder)
            return begun(file)


def locked(path: Path) -> FileIO | None:
    """The file, open and locked until it is closed; None while another writer has it, or once it was deleted."""
    try:
        file = FileIO(path, "a+b", opener=_existing)
    except FileNotFoundError:
        return None
    if taken(file) and os.fstat(file.fileno()).st_nlink:
        _redo(path)
        return file
    file.close()
    return None


def _existing(path: str, flags: int) -> int:
    return following(path, flags & ~os.O_CREAT)


def begun(file: FileIO) -> FileIO:
    """The file, with a warcinfo record at its beginning."""
    if not size(file):
        fields = {"software": f"wencang/{version()}", "format": "WARC File Format 1.1", "conformsTo": _CONFORMS}
        name = Path(str(file.name)).name
        write(file, zipped(WARCWriter(None, warc_version="1.1").create_warcinfo_record(name, fields)))
    return file


def write(file: FileIO, records: bytes, last: bool = True) -> None:
    """Write all of it, or nothing; synced to disk unless not `last`."""
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
    """The size of a file on this disk."""
    return os.fstat(file.fileno()).st_size


def cut(file: Opened, least: int = 0) -> bool:
    """Truncate a torn record at the end; False, and nothing is changed, if less than `least` bytes would be left."""
    end = size(file) if _ends_whole(file) else whole_end(file)  # 10 s for a full file, but only after a crash
    if end >= least:
        file.truncate(end)
    return end >= least


def _ends_whole(file: Opened) -> bool:
    """Whether the file ends with a whole record, by its last bytes.

    False also for a long record: a page may contain what looks like the beginning of one, so
    `whole_end` decides.
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
