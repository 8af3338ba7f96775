"""The pages of a WARC or ARC file of any program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from archive.errors import BadRecord, NotAnArticle
from archive.text.translation import gettext as _
from archive.url import canonical
from archive.warc.message import Response, Undecodable
from archive.warc.pages import FetchedPage, origin_of
from archive.warc.stream import Damage, Record, fits, records
from crawler.extract.document import MOST_BYTES, refuse_size
from crawler.extract.reading import join
from crawler.files.item import Item, unpacked
from crawler.files.job import Job, LeftOut, Outcome, Outcomes
from crawler.keeping import Fetched
from crawler.reader import MOST_SAVED, PDF

_MOST_HEAD = 1 << 18  # bytes of a response before its body
_NO_INPUT = {"warcinfo", "request", "metadata"}  # records about others
_SAVED = {"resource", "conversion"}  # records without a response
_OURS = "urn:sha256:"  # a saved file without an address, in an archive of ours


_Page = FetchedPage | NotAnArticle | BadRecord | str


def warc(job: Job, item: Item) -> Outcomes:
    """The articles of a file; further pages of an article are joined to it if they follow it."""
    with unpacked(item) as direct:
        yield from _articles(job, direct)


def _articles(job: Job, item: Item) -> Outcomes:
    parts, left_out = list[Fetched](), Counter[str]()
    for page, drawn in _with_drawn(job, item):
        if isinstance(page, str):
            left_out[page] += bool(page)
            continue
        if isinstance(page, FetchedPage) and not _continues(page, parts):
            yield from _joined(parts)
            parts = []
        outcome = _part(job, page, drawn, parts) if isinstance(page, FetchedPage) else page
        if isinstance(outcome, Fetched):
            parts.append(outcome)
        else:
            yield outcome
    yield from _joined(parts)
    if left_out.total():
        yield LeftOut(item.name, left_out)


def _with_drawn(job: Job, item: Item) -> Iterator[tuple[_Page, FetchedPage | None]]:
    """What each record holds, and what a browser drew of a page if its record follows that of the page."""
    last: FetchedPage | None = None
    last_id = ""
    for record in records(item.file, MOST_SAVED + _MOST_HEAD):
        page = _page_of(job, item, record)
        if page == "":
            continue
        headers = {} if isinstance(record, Damage) else record.headers
        is_drawn = headers.get("warc-type") == "conversion" and headers.get("warc-refers-to", "-") == last_id
        if last and is_drawn and isinstance(page, FetchedPage):
            yield last, replace(page, is_drawn=True)
            last = None
            continue
        if last:
            yield last, None
        last, last_id = None, headers.get("warc-record-id", "")
        if isinstance(page, FetchedPage):
            last = page
        else:
            yield page, None
    if last:
        yield last, None


def _part(job: Job, page: FetchedPage, drawn: FetchedPage | None, parts: list[Fetched]) -> Outcome:
    """The article of a page, as drawn if it was: the response of such a page holds none, or its beginning."""
    own = page if not page.url.startswith(_OURS) else replace(page, url="")
    outcome = job.attempt(page.url, drawn or own, parts[0].pages[0].url if parts else "")
    return replace(outcome, pages=(own, *outcome.pages)) if drawn and isinstance(outcome, Fetched) else outcome


def _continues(page: FetchedPage, parts: list[Fetched]) -> bool:
    """Whether the pages of an article link to this one as a further page."""
    return canonical(page.url) in {url for part in parts for url in part.reading.next_pages}


def _joined(parts: list[Fetched]) -> Outcomes:
    if parts:
        yield Fetched(join([part.reading for part in parts]), tuple(page for part in parts for page in part.pages))


def _page_of(job: Job, item: Item, record: Record | Damage) -> _Page:
    """The page of a record; what it is if it is none, "" for a record about others."""
    name = _("{path}: record {number}").format(path=item.name, number=record.number)
    if isinstance(record, Damage):
        return BadRecord(f"{name} ({record.url})" if record.url else name, record.reason)
    try:
        return _page(job, item, record)
    except (Undecodable, ValueError) as error:
        url = _url(record)
        return BadRecord(f"{name} ({url})" if url else name, str(error))
    except NotAnArticle as error:
        return error


def _url(record: Record) -> str:
    return record.headers.get("warc-target-uri", "").strip("<>")


def _page(job: Job, item: Item, record: Record) -> FetchedPage | str:
    """Raises Undecodable or ValueError for a record that is not valid, NotAnArticle for one that is too large."""
    kind, url = record.headers.get("warc-type", "-"), _url(record)
    if kind in _NO_INPUT:
        return ""
    if kind not in ("response", "revisit", *_SAVED) or not url.startswith(("http://", "https://", _OURS)):
        return ":".join(url.split(":")[:2] if url.startswith("urn:") else url.split(":")[:1]) or kind
    page = _saved(record, url) if kind in _SAVED else _response_page(job, item.path, record, url)
    if isinstance(page, FetchedPage):
        _note_place(job, item, record)
    return page


def _saved(record: Record, url: str) -> FetchedPage | str:
    content_type = record.headers.get("content-type", "")
    plain = content_type.partition(";")[0].strip().lower()
    if not ("html" in plain or (plain in ("text/plain", PDF) and url.startswith(_OURS))):
        return plain or "-"
    _refuse_cut(record, url, MOST_SAVED)
    return FetchedPage(url, record.block, _time(record), content_type, origin=origin_of(record.headers))


def _response_page(job: Job, path: Path, record: Record, url: str) -> FetchedPage | str:
    response = _response(job, path, record)
    if response.status != 200:
        return f"HTTP {response.status}"
    content_type = response.header("content-type")
    if "html" not in (content_type or "html"):
        return content_type.partition(";")[0].strip() or "-"
    _refuse_cut(record, url, MOST_BYTES + _MOST_HEAD)
    body, origin = response.body(MOST_BYTES + 1), origin_of(record.headers)
    return FetchedPage(url, body, _time(record), "", response.head, origin=origin)


def _refuse_cut(record: Record, url: str, most: int) -> None:
    if record.size > most:
        refuse_size(record.size, url, most)
    if why := record.headers.get("warc-truncated"):
        raise Undecodable(_("it was cut off when it was fetched: {why}").format(why=why))


def _time(record: Record) -> datetime:
    """Raises ValueError if the date is not valid."""
    text = record.headers.get("warc-date", "")
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_("its date is not valid: {text}").format(text=text[:40] or "-")) from error
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _response(job: Job, path: Path, record: Record) -> Response:
    """The response of a record, with the bytes of an earlier one if it refers to that."""
    digest = record.headers.get("warc-payload-digest", "")
    if record.headers["warc-type"] == "response":
        response = Response(record.block)
        whole = record.size == len(record.block) and "chunked" not in response.header("transfer-encoding")
        if whole and not fits(response.payload, digest):
            raise Undecodable(_("its bytes differ from their digest"))
        return response
    first = _first(job, path, record)
    if record.size and (own := Response(record.block)).status != 304:
        first.head = own.head
    return first


def _note_place(job: Job, item: Item, record: Record) -> None:
    if record.offset is not None and record.headers["warc-type"] != "revisit":
        place = (item.file, record.offset) if item.base is None else (item.path, item.base + record.offset)
        for name in ("warc-record-id", "warc-payload-digest"):
            if value := record.headers.get(name):
                job.places[value] = place


def _first(job: Job, path: Path, record: Record) -> Response:
    """The response that a revisit refers to. Raises Undecodable where it is not there any more."""
    headers = record.headers
    file, offset = (headers.get(f"warc-refers-to-{name}", "") for name in ("filename", "file-offset"))
    places = [job.places.get(headers.get(name, "")) for name in ("warc-refers-to", "warc-payload-digest")]
    if file and offset.isdecimal():
        places.append((path.with_name(Path(file).name), int(offset)))
    for place in filter(None, places):
        if (first := _at(*place)) and fits(first.payload, headers.get("warc-payload-digest", "")):
            return first
    raise Undecodable(_("the record that it refers to can't be read"))


def _at(place: Path | IO[bytes], offset: int) -> Response | None:
    """The response of a record at an offset of a file."""
    if not isinstance(place, Path):
        return None if place.closed else _response_at(place, offset)
    if not place.is_file():
        return None
    with place.open("rb") as file:
        return _response_at(file, offset)


def _response_at(file: IO[bytes], offset: int) -> Response | None:
    position = file.tell()
    file.seek(offset)
    record = next(records(file, MOST_BYTES + _MOST_HEAD))
    file.seek(position)  # another record is being read from it
    if isinstance(record, Record) and record.headers.get("warc-type") == "response":
        return Response(record.block)
    return None
