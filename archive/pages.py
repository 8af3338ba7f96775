"""Raw pages as they were fetched, in WARC 1.1 files (ISO 28500) that only grow: append, read back, verify."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from gettext import gettext as _
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import clock
from archive.article import RawPage, Revision
from archive.errors import ArchiveUnusable
from archive.lock import taken
from archive.settings import version

LARGEST = 10**9  # bytes of a file
LEVEL = 6  # of gzip: 0.6 % larger than warcio's own 9, written in two thirds of the time
_FOLDER = "pages"
_OURS = "????????T??????Z-?????.warc.gz"
_GZIP = re.compile(rb"\x1f\x8b\x08")
_TAIL, _CHUNK = 1 << 20, 1 << 16
_CONFORMS = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an HTTP message: its first line, and its headers in their order."""

    line: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """One page as it was fetched, or as it was saved in a file.

    `body` is what a reader gets: without transfer and content coding. A saved page has no
    `response`, but a `content_type`; `request` is written, not read back.
    """

    url: str  # as it was asked for
    body: bytes = field(repr=False)
    fetched: datetime
    content_type: str = ""
    response: Head | None = field(default=None, repr=False)
    request: Head | None = field(default=None, repr=False)


class Pages:
    """The raw pages of a data folder. Use it as a context manager, or close it: a writer holds its file.

    Any call may raise ArchiveUnusable: a file or a record is missing or damaged, the disk is full.
    """

    def __init__(self, data: Path, largest: int = LARGEST) -> None:
        self._data = data
        self._largest = largest
        self._file: FileIO | None = None

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    # Writing

    def append(self, page: FetchedPage) -> RawPage:
        """Keep a page; it is on the disk when this returns."""
        kept = RawPage("", 0, _new_id(), hashlib.sha256(page.body).hexdigest())
        records = b"".join(map(_zipped, _records(page, kept)))
        try:
            file = self._with_room(len(records))
            offset = _size(file)
            _write(file, records)
        except OSError as error:
            raise ArchiveUnusable(
                self._data / _FOLDER, error.strerror or str(error), _("make room or mend its rights, then try again")
            ) from error
        return RawPage(f"{_FOLDER}/{Path(str(file.name)).name}", offset, kept.record_id, kept.sha256)

    def _with_room(self, size: int) -> FileIO:
        if self._file and _size(self._file) + size > self._largest:
            self.close()
        self._file = self._file or self._open(size)
        return self._file

    def _open(self, size: int) -> FileIO:
        """The newest file that nobody else writes to, if it has room; else a new one."""
        folder = self._data / _FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.glob(_OURS), reverse=True):
            if file := _held(path):
                _cut(file)
                if _size(file) + size <= self._largest:
                    return _begun(file)
                file.close()
                break
        return _new(folder)

    # Reading

    def read(self, raw: RawPage) -> FetchedPage:
        """The page as it was kept, its bytes checked against the SHA-256 that was noted."""
        try:
            record = next(iter(ArchiveIterator(BytesIO(_unzipped(self._data / raw.file, raw.offset)))))
            page = _page(record)
        except FileNotFoundError as error:
            raise self._fault(raw, _("the file is missing")) from error
        except OSError as error:
            raise self._fault(raw, error.strerror or str(error)) from error
        except Exception as error:  # warcio meets a damaged record with whatever it leads to
            raise self._fault(raw, _("it is torn or damaged")) from error
        if record.rec_headers.get_header("WARC-Record-ID") != raw.record_id:
            raise self._fault(raw, _("another record stands there"))
        if hashlib.sha256(page.body).hexdigest() != raw.sha256:
            raise self._fault(raw, _("its bytes are not the ones that were kept"))
        return page

    def _fault(self, raw: RawPage, reason: str) -> ArchiveUnusable:
        subject = _("{file}, record at byte {offset}").format(file=self._data / raw.file, offset=raw.offset)
        return ArchiveUnusable(subject, reason, _("put a backup of the file in its place"))

    def faults(self, revision: Revision) -> Iterator[str]:
        """What is wrong with the raw pages of a revision, a line each."""
        for raw in revision.pages:
            try:
                self.read(raw)
            except ArchiveUnusable as error:
                yield _("revision {number}, {url}: {fault}").format(
                    number=revision.sequence, url=revision.article.url, fault=error
                )


# A page as records


def _records(page: FetchedPage, kept: RawPage) -> Iterator[Any]:
    writer = WARCWriter(None, gzip=False, warc_version="1.1")
    digest = base64.b32encode(bytes.fromhex(kept.sha256)).decode()
    of_all = {"WARC-Date": f"{page.fetched.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}
    yield writer.create_warc_record(
        _uri(page.url), "response" if page.response else "resource",
        payload=BytesIO(page.body), length=len(page.body),
        warc_content_type="" if page.response else page.content_type,
        warc_headers_dict=of_all | {"WARC-Record-ID": kept.record_id, "WARC-Payload-Digest": f"sha256:{digest}"},
        http_headers=page.response and _http(_without_coding(page.response, len(page.body))),
    )  # fmt: skip
    if page.request:
        yield writer.create_warc_record(
            _uri(page.url), "request", http_headers=_http(page.request),
            warc_headers_dict=of_all | {"WARC-Record-ID": _new_id(), "WARC-Concurrent-To": kept.record_id},
        )  # fmt: skip


def _page(record: Any) -> FetchedPage:
    head: StatusAndHeaders | None = record.http_headers
    headers = record.rec_headers
    return FetchedPage(
        url=headers.get_header("WARC-Target-URI"),
        body=record.content_stream().read(),
        fetched=datetime.fromisoformat(headers.get_header("WARC-Date")),
        content_type=(head or headers).get_header("Content-Type") or "",
        response=Head(f"{head.protocol} {head.statusline}", tuple(head.headers)) if head else None,
    )


def _without_coding(head: Head, length: int) -> Head:
    """The head of a message whose body has been decoded.

    What it said of the body's coding would mislead a reader of the record; it stays, under
    the names that web archives give to such headers.
    """
    untrue = {"content-encoding", "transfer-encoding"}
    if ("content-length", str(length)) not in ((name.lower(), value.strip()) for name, value in head.headers):
        untrue.add("content-length")
    headers = [(f"X-Archive-Orig-{n}" if n.lower() in untrue else n, value) for n, value in head.headers]
    if "content-length" in untrue:
        headers.append(("Content-Length", str(length)))
    return Head(head.line, tuple(headers))


def _http(head: Head) -> StatusAndHeaders:
    first, _blank, rest = head.line.partition(" ")
    return StatusAndHeaders(rest, list(head.headers), protocol=first)


def _uri(url: str) -> str:
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~")


def _new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _zipped(record: Any) -> bytes:
    """A record as one gzip member; not by warcio, which knows no level but 9."""
    plain = BytesIO()
    WARCWriter(plain, gzip=False, warc_version="1.1").write_record(record)
    return zlib.compress(plain.getvalue(), LEVEL, wbits=31)


def _unzipped(path: Path, offset: int) -> bytes:
    """The gzip member at an offset; zlib.error or EOFError where it is not whole."""
    member, parts = zlib.decompressobj(wbits=31), []
    with path.open("rb") as file:
        file.seek(offset)
        while not member.eof:
            if not (chunk := file.read(_CHUNK)):
                raise EOFError
            parts.append(member.decompress(chunk))
    return b"".join(parts)


# Files


def _new(folder: Path) -> FileIO:
    start = clock.now()
    part = len(list(folder.glob(_OURS)))
    while True:
        part += 1
        path = folder / f"{start:%Y%m%dT%H%M%SZ}-{part:05}.warc.gz"
        try:
            path.open("xb").close()
        except FileExistsError:
            continue
        if file := _held(path):  # else another writer, that looked for one with room, was faster
            _sync(folder)
            return _begun(file)


def _held(path: Path) -> FileIO | None:
    """The file, open and held until it is closed; None while another writer holds it."""
    file = FileIO(path, "a+b")
    if taken(file):
        return file
    file.close()
    return None


def _begun(file: FileIO) -> FileIO:
    """The file, opened by a warcinfo record."""
    if not _size(file):
        about = {"software": f"wencang/{version()}", "format": "WARC File Format 1.1", "conformsTo": _CONFORMS}
        name = Path(str(file.name)).name
        _write(file, _zipped(WARCWriter(None, warc_version="1.1").create_warcinfo_record(name, about)))
    return file


def _write(file: FileIO, records: bytes) -> None:
    """Write all of it to the disk, or nothing."""
    before, rest = _size(file), memoryview(records)
    try:
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(file.fileno())
    except OSError:
        file.truncate(before)
        raise


def _size(file: FileIO) -> int:
    return os.fstat(file.fileno()).st_size


def _sync(folder: Path) -> None:
    """Make a new file's name last, too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _cut(file: FileIO) -> None:
    """Cut off what a crash left of a record at the end."""
    if not _ends_whole(file):
        file.truncate(_whole_part(file))


def _ends_whole(file: FileIO) -> bool:
    """Whether the file ends where a record does.

    Told from its last bytes. A record of more, or a torn one, is left to _whole_part: the
    bytes of a page may hold what looks like the beginning of a record.
    """
    size = _size(file)
    tail = os.pread(file.fileno(), _TAIL, max(0, size - _TAIL))
    return not size or any(_is_whole(tail[match.start() :]) for match in reversed(list(_GZIP.finditer(tail))))


def _is_whole(member: bytes) -> bool:
    unzip = zlib.decompressobj(wbits=31)
    try:
        unzip.decompress(member)
    except zlib.error:
        return False
    return unzip.eof and not unzip.unused_data


def _whole_part(file: FileIO) -> int:
    """Where the last whole record ends, by reading every one: some 10 s for a full file, after a crash only."""
    end, member = 0, zlib.decompressobj(wbits=31)
    file.seek(0)
    while chunk := file.read(_CHUNK):
        while chunk:
            try:
                member.decompress(chunk)
            except zlib.error:
                return end
            chunk = member.unused_data
            if member.eof:
                end = file.tell() - len(chunk)
                member = zlib.decompressobj(wbits=31)
    return end
