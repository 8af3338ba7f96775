"""Captures that are records of WARC files: the pages in a file, and the page of a record."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import IO

from archive.article import Origin
from archive.text.messages import Reason
from archive.text.translation import gettext as _
from archive.warc.message import Response, Undecodable
from archive.warc.pages import FetchedPage
from archive.warc.stream import Damage, Record, fits, records
from crawler.extract.document import MOST_BYTES
from crawler.past.cdx import Row

_MOST_HEAD = 1 << 18  # bytes of a response before its body
_GZIP = b"\x1f\x8b\x08"
LARGEST = MOST_BYTES + _MOST_HEAD  # bytes of a record that is fetched


class NotThere(Exception):
    """A place does not hold the capture that the index names; the argument, a Message, says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: a WARC file, or the record at `offset` in it."""

    file: str
    offset: int | None = None
    length: int | None = None


def lines(body: bytes) -> Iterator[Line]:
    """The lines of a list, plain or gzipped: FILE, or FILE OFFSET LENGTH; # begins a comment."""
    text = gzip.decompress(body) if body.startswith(_GZIP) else body
    for line in text.decode("utf-8", errors="replace").splitlines():
        file = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if match := re.fullmatch(r"(.+?)\s+(\d+)\s+(\d+)", file):
            yield Line(match[1], int(match[2]), int(match[3]))
        elif file:
            yield Line(file)


def rows(file: IO[bytes], name: str) -> Iterator[Row]:
    """The pages in a WARC file, with their places in it."""
    last: Row | None = None
    for record in records(file, _MOST_HEAD):
        if last:
            yield _ending(last, record.offset if isinstance(record, Record) else None)
        last = _row(record, name) if isinstance(record, Record) else None
    if last:
        yield _ending(last, file.seek(0, 2))


def _ending(row: Row, end: int | None) -> Row:
    return replace(row, length=end and end - (row.offset or 0))


def _row(record: Record, name: str) -> Row | None:
    """The row of a record with a page at a place of its own; None for any other."""
    headers = record.headers
    url, kind = headers.get("warc-target-uri", "").strip("<>"), headers.get("warc-type", "")
    if record.offset is None or kind not in ("response", "resource") or not url.startswith(("http://", "https://")):
        return None
    try:
        captured = _time(headers)
        is_page = "html" in headers.get("content-type", "") if kind == "resource" else _is_page(record.block)
    except (Undecodable, ValueError):
        return None
    return Row(url, captured, headers.get("warc-payload-digest", ""), name, record.offset) if is_page else None


def _is_page(block: bytes) -> bool:
    response = Response(block)
    return response.status == 200 and "html" in (response.header("content-type") or "html")


def _time(headers: Mapping[str, str]) -> datetime:
    text = headers.get("warc-date", "")
    time = datetime.fromisoformat(text)
    return time.astimezone(UTC).replace(microsecond=0) if time.tzinfo else time.replace(tzinfo=UTC, microsecond=0)


def page_of(data: bytes, met: str, captured: datetime, digest: str, origin: Origin) -> FetchedPage:
    """The page of the bytes of one record, which must be of this address and time and have this digest.

    Raises NotThere for a record that is damaged or another one.
    """
    record = next(records(BytesIO(data), LARGEST))
    if isinstance(record, Damage):
        raise NotThere(Reason.NO_RECORD.format(reason=str(record.reason)))
    headers = record.headers
    url = headers.get("warc-target-uri", "").strip("<>")
    try:
        time = _time(headers)
        if (url, time) != (met, captured.replace(microsecond=0)):
            raise NotThere(Reason.OTHER_CAPTURE.format(url=url, time=f"{time:%Y-%m-%d %H:%M:%S}Z"))
        return _page(record, url, time, digest, origin)
    except (Undecodable, ValueError) as error:
        raise NotThere(Reason.NO_RECORD.format(reason=str(error))) from error


def _page(record: Record, url: str, time: datetime, digest: str, origin: Origin) -> FetchedPage:
    headers = record.headers
    if "warc-truncated" in headers:
        raise Undecodable(_("it was cut off when it was fetched: {why}").format(why=headers["warc-truncated"]))
    if headers.get("warc-type") == "resource":
        return FetchedPage(url, record.block, time, headers.get("content-type", ""), origin=origin)
    response = Response(record.block)
    for expected in (headers.get("warc-payload-digest", ""), digest if ":" in digest else f"sha1:{digest}"):
        is_whole = "chunked" not in response.header("transfer-encoding") or expected == f"sha1:{digest}"
        if expected.partition(":")[2] and is_whole and not fits(response.payload, expected):
            raise Undecodable(_("its bytes differ from their digest"))
    return FetchedPage(url, response.body(MOST_BYTES + 1), time, response=response.head, origin=origin)
