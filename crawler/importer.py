"""Imports saved pages, plain text, JSON Lines and WARC files into the archive, by the extraction of a crawl."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive import jsonl
from archive.article import Article
from archive.errors import BadRecord, NotAnArticle, UsageFault
from archive.store import ArticleStore
from archive.text.messages import Message, of_error
from archive.text.translation import gettext as _
from archive.url import canonical
from archive.warc.pages import FetchedPage, Head, Pages
from crawler.extract import dates
from crawler.extract.document import MOST_BYTES, refuse_size
from crawler.extract.encoding import decode
from crawler.extract.extractor import Reading, read, read_text
from crawler.extract.reading import join
from crawler.keeping import Fetched, keep
from crawler.report import Report

_Record = Fetched | NotAnArticle | BadRecord


def files(paths: list[Path]) -> list[Path]:
    """The files to import: those named, and all of a known kind in the folders named.

    Raises UsageFault for a path that is missing or of an unknown kind.
    """
    chosen: list[Path] = []
    kinds = _("kinds: {kinds}").format(kinds=" ".join(_READERS))
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.is_file() and _reader(file))
            if not inside:
                raise UsageFault(path, _("holds no file of a known kind"), kinds)
            chosen += inside
        elif not path.exists():
            raise UsageFault(path, _("is missing"), _("name a file or a folder"))
        elif not _reader(path):
            raise UsageFault(path, _("is of an unknown kind"), kinds)
        else:
            chosen.append(path)
    return chosen


def import_files(store: ArticleStore, pages: Pages, paths: list[Path], report: Report, source: str = "text") -> None:
    """Read every file into the archive; what can't be read is counted with its reason.

    `source` is the source of articles from plain text.
    """
    for path in paths:
        reader = _reader(path)
        assert reader
        try:
            for record in reader(path, source):
                _take(store, pages, record, report)
        except OSError as error:
            report.count(source, "failed", str(path), of_error(error))


def _take(store: ArticleStore, pages: Pages, record: _Record, report: Report) -> None:
    match record:
        case Fetched():
            keep(store, pages, record, report)
        case NotAnArticle():
            report.count(_("page"), "skipped", record.subject, record.reason)
        case BadRecord():
            report.bad_records += 1
            report.count(_("record"), "failed", record.subject, record.reason)


def _attempt(subject: object, page: FetchedPage, read: Callable[[], Reading]) -> _Record:
    """The article of a page, or why it has none; a page without an address is archived under the article's."""
    try:
        refuse_size(len(page.body), str(subject))
        reading = read()
    except NotAnArticle as error:
        return NotAnArticle(subject, error.reason)
    return Fetched(reading, (replace(page, url=page.url or reading.article.url),))


def _page(path: Path, _source: str) -> Iterator[_Record]:
    page = _saved(path, "text/html")
    yield _attempt(path, page, lambda: read(page.body, "", page.fetched))


def _text(path: Path, source: str) -> Iterator[_Record]:
    page = _saved(path, "text/plain")
    yield _attempt(path, page, lambda: read_text(decode(page.body).checked(source), source, page.fetched))


def _saved(path: Path, content_type: str) -> FetchedPage:
    time = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    with path.open("rb") as file:
        return FetchedPage("", file.read(MOST_BYTES + 1), time, content_type)


def _lines(path: Path, _source: str) -> Iterator[_Record]:
    with path.open("rb") as lines:
        for record in jsonl.read(lines, str(path), dates.as_iso):
            yield record if isinstance(record, BadRecord) else _exported(*record)


def _exported(article: Article, fetched: datetime | None, gone: bool) -> Fetched:
    """An article of our own export, which is taken as it is."""
    return Fetched(Reading(article, "jsonl", (), fetched), gone=gone)


def _warc(path: Path, _source: str) -> Iterator[_Record]:
    """The articles of a WARC file; further pages of an article are joined to it if they follow it."""
    from warcio.archiveiterator import ArchiveIterator

    number, parts = 1, list[Fetched]()
    with path.open("rb") as file:
        try:
            for record in ArchiveIterator(file):
                if _holds_page(record):
                    page = _response(record)
                    if not _continues(page, parts):
                        yield from _joined(parts)
                        parts = []
                    part = _part(page, parts[0].pages[0].url if parts else "")
                    if isinstance(part, Fetched):
                        parts.append(part)
                    else:
                        yield part
                number += 1
        except BadRecord as error:
            yield _bad(path, number, error.reason)
        except Exception as error:  # warcio raises anything for a torn or malformed record
            yield _bad(path, number, _("can't be read as WARC ({kind})").format(kind=type(error).__name__))
        else:
            if _is_truncated(path):
                yield _bad(path, number, _("the file ends in the middle of it"))
    yield from _joined(parts)


def _continues(page: FetchedPage, parts: list[Fetched]) -> bool:
    """Whether the pages of an article link to this one as a further page."""
    return canonical(page.url) in {url for part in parts for url in part.reading.next_pages}


def _part(page: FetchedPage, first: str) -> _Record:
    return _attempt(page.url, page, lambda: read(page.body, page.url, page.fetched, part_of=first))


def _joined(parts: list[Fetched]) -> Iterator[Fetched]:
    if parts:
        yield Fetched(join([part.reading for part in parts]), tuple(page for part in parts for page in part.pages))


def _bad(path: Path, number: int, reason: Message | str) -> BadRecord:
    return BadRecord(_("{path}: record {number}").format(path=path, number=number), reason)


def _is_truncated(path: Path) -> bool:
    """Whether a WARC file ends before its last record does, which warcio ignores."""
    end = b""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        try:
            while chunk := file.read(1 << 20):
                end = (end + chunk)[-4:]
        except (EOFError, OSError, zlib.error):
            return True
    return end != b"\r\n\r\n"


def _holds_page(record: Any) -> bool:
    if record.rec_type != "response" or not record.http_headers or record.http_headers.get_statuscode() != "200":
        return False
    return "html" in (record.http_headers.get_header("Content-Type") or "html").lower()


def _response(record: Any) -> FetchedPage:
    """The page of a response record. Raises BadRecord where the record is truncated."""
    url, date = (record.rec_headers.get_header(name) for name in ("WARC-Target-URI", "WARC-Date"))
    page = record.content_stream().read(MOST_BYTES + 1)  # it may decompress to gigabytes
    if len(page) <= MOST_BYTES and record.raw_stream.limit:
        raise BadRecord(url, _("it ends {count} bytes too early").format(count=record.raw_stream.limit))
    time = datetime.fromisoformat(date)
    url, fetched = url.strip("<>"), time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    head = Head(f"{record.http_headers.protocol} {record.http_headers.statusline}", tuple(record.http_headers.headers))
    return FetchedPage(url, page, fetched, response=head)


_READERS: dict[str, Callable[[Path, str], Iterator[_Record]]] = {
    ".html": _page, ".htm": _page, ".shtml": _page, ".txt": _text, ".jsonl": _lines,
    ".warc": _warc, ".warc.gz": _warc,
}  # fmt: skip


def _reader(path: Path) -> Callable[[Path, str], Iterator[_Record]] | None:
    return next((reader for ending, reader in _READERS.items() if path.name.lower().endswith(ending)), None)
