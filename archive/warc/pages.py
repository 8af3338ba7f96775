"""Raw pages as fetched, in WARC 1.1 files (ISO 28500): append, read back, check, withdraw."""

from __future__ import annotations

import base64
import hashlib
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive import host
from archive.article import Origin, RawPage, Revision
from archive.disk import make_folder
from archive.errors import ArchiveUnusable, Busy, StorageUnusable
from archive.storage.storage import File, Storage
from archive.text.messages import Message, of_error
from archive.text.translation import gettext as _
from archive.warc import warcfile

LARGEST = 10**9  # maximum size of a file, bytes
FOLDER = "pages"
FROM_BACKUP = "`wencang backup BACKUP`, which adds what is new, then put its copy of the file in its place"
# Where the record is that a revisit refers to: extension headers, not in the standard, but used by other archives.
_REFERS_TO_FILE, _REFERS_TO_OFFSET = "WARC-Refers-To-Filename", "WARC-Refers-To-File-Offset"
# Where a capture of a web archive was taken from, and when: extension headers of Webrecorder's warcit.
_SOURCE, _TAKEN = "WARC-Source-URI", "WARC-Creation-Date"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an HTTP message: its first line, and its headers in order."""

    line: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """One page as it was fetched, or as it was saved in a file.

    `body` is decoded: without transfer and content coding. A saved page has a `content_type` instead
    of a `response`. `request` is written, but not read back. A page with an `origin` was captured at
    `fetched` by that web archive. One that `is_drawn` is the DOM that a browser made of the page before it,
    when its scripts had run.
    """

    url: str  # as requested
    body: bytes = field(repr=False)
    fetched: datetime
    content_type: str = ""
    response: Head | None = field(default=None, repr=False)
    request: Head | None = field(default=None, repr=False)
    origin: Origin | None = None
    is_drawn: bool = False


def files(storage: Storage) -> list[File]:
    """The WARC files of an archive, oldest first."""
    return [File(storage, key) for key in warcfile.ours(storage.sizes(FOLDER))]


class Elsewhere(ArchiveUnusable):
    """A page lies on another host, which has not uploaded it yet; `host` is its name."""

    def __init__(self, raw: RawPage) -> None:
        self.host = warcfile.host_of(raw.file)
        reason = _("it lies on host {host}, which has not uploaded it yet").format(host=self.host)
        super().__init__(raw.file, reason, _("the next run there uploads it"))


class Pages:
    """The raw pages of an archive. Use it as a context manager, or close it: a writer locks its file.

    `largest` is the maximum size of a file in bytes. Unless `at_once`, appended pages are synced to disk
    by `sync` only. `ends` gives the known ends of files (manifest.ends): a shorter file is not appended
    to, so that it can be restored. `full` is called when a file has reached its size. Any call may raise
    ArchiveUnusable: a file or a record is missing or damaged, the disk is full; and StorageUnusable.
    """

    def __init__(
        self, storage: Storage, largest: int = LARGEST, at_once: bool = True,
        ends: Callable[[], Mapping[str, int]] = dict, full: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        self.elsewhere: Counter[str] = Counter()  # by host: the pages that `fault` did not find for that reason
        self._storage = storage
        self._largest = largest
        self._at_once = at_once
        self._ends = ends
        self._full = full
        self._file: FileIO | None = None

    def __enter__(self) -> Pages:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        if self._file:
            self.sync()
            self._file.close()
            self._file = None

    def sync(self) -> None:
        """Sync all that was appended to disk."""
        if self._file and not self._at_once:
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                raise self._unwritten(error) from error

    # Writing

    def append_all(self, pages: Iterable[FetchedPage], earlier: Sequence[RawPage] = ()) -> tuple[RawPage, ...]:
        """Append the pages of an article in order, as `append`."""
        raws = list[RawPage]()
        for page in pages:
            raws.append(self.append(page, earlier, raws[-1] if page.is_drawn else None))
        return tuple(raws)

    def append(self, page: FetchedPage, earlier: Iterable[RawPage] = (), drawn_of: RawPage | None = None) -> RawPage:
        """Append a page; it is synced to disk when this returns or, if not `at_once`, at the next `sync`.

        If one of the `earlier` pages has the same bytes and can be read, they are not stored again: a
        revisit record has the new time and headers, and refers to the first. A page that was `drawn_of` another is a
        conversion record, which refers to that one.
        """
        raw = RawPage("", 0, _new_id(), hashlib.sha256(page.body).hexdigest())
        first = self._first(raw.sha256, earlier) if page.response else None
        records = b"".join(map(warcfile.zipped, _records(page, raw, first, drawn_of)))
        try:
            file = self._with_room(len(records))
            offset = warcfile.size(file)
            warcfile.write(file, records, self._at_once)
        except OSError as error:
            raise self._unwritten(error) from error
        return replace(raw, file=f"{FOLDER}/{Path(str(file.name)).name}", offset=offset)

    def _unwritten(self, error: OSError) -> ArchiveUnusable:
        mend = _("free some space or fix its permissions, then try again")
        return ArchiveUnusable(self._storage.data / FOLDER, of_error(error), mend)

    def _first(self, sha256: str, earlier: Iterable[RawPage]) -> tuple[RawPage, FetchedPage] | None:
        """The response that already has these bytes, and its page."""
        for raw in earlier:
            if raw.sha256 == sha256:
                with suppress(ArchiveUnusable, StorageUnusable):  # the page is stored in full again
                    first = self._record(raw)[1] or raw
                    if (page := self.read(first)).response:
                        return first, page
        return None

    def _with_room(self, size: int) -> FileIO:
        if self._file and warcfile.size(self._file) + size > self._largest:
            self.close()
            self._full()
        self._file = self._file or self._open(size)
        return self._file

    def _open(self, size: int) -> FileIO:
        """The newest file, if no other process has it open, it has room and is not truncated; else a new one."""
        folder = self._storage.data / FOLDER
        make_folder(folder)
        for path in reversed(self._storage.appendable(FOLDER)):
            key = f"{FOLDER}/{path.name}"
            if warcfile.is_ours(key) and (file := warcfile.locked(path)):
                whole = warcfile.cut(file, self._ends().get(key, 0))
                if whole and warcfile.size(file) + size <= self._largest:
                    return warcfile.begun(file)
                file.close()
                break
        return warcfile.new(folder)

    def withdraw(self, raw: RawPage) -> None:
        """Overwrite a page with a record of the same length that says it was withdrawn; others keep their offsets.

        A damaged page extends up to the next whole record; a missing one is ignored. Raises Busy while
        another run writes to the file. If interrupted, the next writer of the file completes it.
        """
        try:
            if self._is_present(raw):
                with self._storage.editing(raw.file) as path:
                    self._overwrite(path, raw)
        except OSError as error:
            raise self._unwritten(error) from error

    def _overwrite(self, path: Path, raw: RawPage) -> None:
        if not (file := warcfile.locked(path)):
            raise Busy(path, _("another run is writing to it"), _("try again when it has ended"))
        with file, path.open("rb") as reader:
            if self._is_present(raw):
                page = next(warcfile.members(reader, raw.offset))
                warcfile.overwrite(path, raw.offset, warcfile.withdrawn(page, raw.record_id))

    def _is_present(self, raw: RawPage) -> bool:
        """Whether a page, or a damaged rest of it, is still in its place."""
        try:
            with self._storage.open(raw.file) as file:
                record, _end = warcfile.unzipped(file, raw.offset)
        except FileNotFoundError as error:
            if self._is_elsewhere(raw):
                raise Elsewhere(raw) from error
            return False
        except (zlib.error, EOFError):
            return self._storage.size(raw.file) > raw.offset
        return f"WARC-Record-ID: {raw.record_id}\r\n".encode() in warcfile.head(record)

    # Reading

    def read(self, raw: RawPage) -> FetchedPage:
        """The page, its bytes checked against their SHA-256."""
        page, first = self._record(raw)
        if first:
            page = replace(page, body=self._record(first)[0].body)
        if hashlib.sha256(page.body).hexdigest() != raw.sha256:
            raise self._fault(raw, _("its bytes differ from those that were archived"))
        return page

    def _record(self, raw: RawPage) -> tuple[FetchedPage, RawPage | None]:
        """The page of a record; for a revisit without its bytes, and with the record that has them."""
        try:
            with self._storage.open(raw.file) as file:
                record = next(iter(ArchiveIterator(BytesIO(warcfile.unzipped(file, raw.offset)[0]))))
            page, first = _page(record), _referred(record)
        except FileNotFoundError as error:
            raise Elsewhere(raw) if self._is_elsewhere(raw) else self._fault(raw, _("the file is missing")) from error
        except OSError as error:
            raise self._fault(raw, of_error(error)) from error
        except StorageUnusable:
            raise
        except Exception as error:  # warcio raises anything for a damaged record
            raise self._fault(raw, _("it is incomplete or damaged")) from error
        if record.rec_headers.get_header("WARC-Record-ID") != raw.record_id:
            raise self._fault(raw, _("another record is there"))
        return page, first

    def _fault(self, raw: RawPage, reason: Message | str) -> ArchiveUnusable:
        subject = _("{file}, record at byte {offset}").format(file=self._storage.shown(raw.file), offset=raw.offset)
        return ArchiveUnusable(subject, reason, _(FROM_BACKUP))

    def _is_elsewhere(self, raw: RawPage) -> bool:
        """Whether a page that is missing may be one that another host has yet to upload; manifests list what it has."""
        return self._storage.is_shared and warcfile.host_of(raw.file) not in ("", host.name())

    def faults(self, revision: Revision) -> Iterator[str]:
        """The faults of the raw pages of a revision, a line each."""
        for raw in revision.pages:
            if fault := self.fault(raw, revision.article.id if revision.withdrawn else ""):
                yield _("version {number}, {url}: {fault}").format(
                    number=revision.sequence, url=revision.article.url, fault=fault
                )

    def fault(self, raw: RawPage, withdrawn: str = "") -> str:
        """The fault of a page, or ""; a page of a withdrawn article (its id in `withdrawn`) must be gone."""
        try:
            if not withdrawn:
                self.read(raw)
            elif self._is_present(raw):
                fault = _("it was withdrawn, but is still there")
                raise ArchiveUnusable(raw.file, fault, _("`wencang remove {id}` removes it").format(id=withdrawn))
        except Elsewhere as error:
            self.elsewhere[error.host] += 1
        except ArchiveUnusable as error:
            return str(error)
        return ""


# Conversion to and from records


def _records(
    page: FetchedPage, raw: RawPage, first: tuple[RawPage, FetchedPage] | None, drawn_of: RawPage | None = None
) -> Iterator[Any]:
    writer = WARCWriter(None, gzip=False, warc_version="1.1")
    date = {"WARC-Date": _date(page.fetched)}
    headers = date | {"WARC-Record-ID": raw.record_id} | _provenance(page.origin)
    head = page.response and _http(_without_coding(page.response, len(page.body)))
    if drawn_of:
        headers["WARC-Refers-To"] = drawn_of.record_id
    if first:
        yield _revisit(writer, page, head, headers, *first)
    else:
        yield writer.create_warc_record(
            _uri(page.url), "conversion" if drawn_of else "response" if head else "resource", http_headers=head,
            payload=BytesIO(page.body), length=len(page.body), warc_content_type="" if head else page.content_type,
            warc_headers_dict=headers | {"WARC-Payload-Digest": _digest(raw.sha256)},
        )  # fmt: skip
    if page.request:
        yield writer.create_warc_record(
            _uri(page.url), "request", http_headers=_http(page.request),
            warc_headers_dict=date | {"WARC-Record-ID": _new_id(), "WARC-Concurrent-To": raw.record_id},
        )  # fmt: skip


def _provenance(origin: Origin | None) -> dict[str, str]:
    return {_SOURCE: origin.url, _TAKEN: _date(origin.taken)} if origin else {}


def origin_of(headers: Mapping[str, str]) -> Origin | None:
    """The web archive that a record of ours is from, by its headers in lower case."""
    source, taken = (headers.get(name.lower()) for name in (_SOURCE, _TAKEN))
    return Origin(source, datetime.fromisoformat(taken)) if source and taken else None


def _revisit(
    writer: Any, page: FetchedPage, head: StatusAndHeaders, headers: dict[str, str], first: RawPage, seen: FetchedPage
) -> Any:
    refers = {
        "WARC-Refers-To": first.record_id,
        _REFERS_TO_FILE: Path(first.file).name,
        _REFERS_TO_OFFSET: str(first.offset),
    }
    return writer.create_revisit_record(
        _uri(page.url), _digest(first.sha256), _uri(seen.url), _date(seen.fetched),
        http_headers=head, warc_headers_dict=headers | refers,
    )  # fmt: skip


def _referred(record: Any) -> RawPage | None:
    """The raw page that a revisit refers to, or None."""
    if record.rec_type != "revisit":
        return None
    file, offset, record_id, digest = map(
        record.rec_headers.get_header,
        (_REFERS_TO_FILE, _REFERS_TO_OFFSET, "WARC-Refers-To", "WARC-Payload-Digest"),
    )
    return RawPage(f"{FOLDER}/{Path(file).name}", int(offset), record_id, sha256_of(digest))


def sha256_of(digest: str) -> str:
    """The hex form of a digest in WARC's notation."""
    return base64.b32decode(digest.removeprefix("sha256:")).hex()


def _digest(sha256: str) -> str:
    return f"sha256:{base64.b32encode(bytes.fromhex(sha256)).decode()}"


def _date(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _page(record: Any) -> FetchedPage:
    head: StatusAndHeaders | None = record.http_headers
    headers = record.rec_headers
    return FetchedPage(
        url=headers.get_header("WARC-Target-URI"),
        body=record.content_stream().read(),
        fetched=datetime.fromisoformat(headers.get_header("WARC-Date")),
        content_type=(head or headers).get_header("Content-Type") or "",
        response=Head(f"{head.protocol} {head.statusline}", tuple(head.headers)) if head else None,
        origin=origin_of({name.lower(): value for name, value in headers.headers}),
        is_drawn=record.rec_type == "conversion",
    )


def _without_coding(head: Head, length: int) -> Head:
    """The head of a message whose body was decoded.

    Headers about the coding of the body would mislead readers of the record, so they get the
    prefix that web archives use for such headers.
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
