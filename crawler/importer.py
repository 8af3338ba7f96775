"""Imports saved pages, plain text, JSON Lines, tables and WARC files into the archive, by the extraction of a crawl."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, ParamSpec

from archive import jsonl
from archive.article import Article
from archive.errors import BadRecord, NotAnArticle, UsageFault, WencangError
from archive.store import ArticleStore
from archive.text.messages import Reason, of_error
from archive.text.translation import gettext as _
from archive.url import canonical
from archive.warc.message import Response, Undecodable
from archive.warc.pages import FetchedPage, Pages
from archive.warc.stream import Damage, Record, fits, is_warc, records
from crawler.extract import dates
from crawler.extract.document import MOST_BYTES, refuse_size
from crawler.extract.extractor import Reading
from crawler.extract.reading import join
from crawler.keeping import Fetched, keep
from crawler.reader import BoundedReader, read_page, read_plain
from crawler.report import Report
from crawler.sources import Sources
from crawler.spreadsheet.articles import articles
from crawler.spreadsheet.columns import Columns

P = ParamSpec("P")
_MOST_HEAD = 1 << 18  # bytes of a response before its body
_NO_INPUT = {"warcinfo", "request", "metadata"}  # records about others


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """Records of a WARC file that are no pages, by what they are."""

    path: Path
    kinds: Counter[str]


@dataclass(frozen=True, slots=True)
class Remark:
    """What the operator should know of a file."""

    path: Path
    text: str


Outcome = Fetched | NotAnArticle | BadRecord | _LeftOut | Remark


def files(paths: list[Path], report: Report) -> list[Path]:
    """The files to import: those named, and all of a known kind in the folders named.

    What folders hold besides is counted in a remark. Raises UsageFault for a path that is missing, not
    a regular file or a folder, or of an unknown kind.
    """
    chosen: list[Path] = []
    kinds = _("kinds: {kinds}").format(kinds=" ".join((*_READERS, ".warc")))
    for path in paths:
        if path.is_dir():
            inside = _inside(path, report)
            if not inside:
                raise UsageFault(path, _("holds no file of a known kind"), kinds)
            chosen += inside
        elif not path.exists():
            raise UsageFault(path, _("is missing"), _("name a file or a folder"))
        elif not path.is_file():
            raise UsageFault(path, _("is not a regular file"), _("name a file or a folder"))
        elif not _reader(path):
            raise UsageFault(path, _("is of an unknown kind"), kinds)
        else:
            chosen.append(path)
    return chosen


def _inside(folder: Path, report: Report) -> list[Path]:
    """The files of a known kind in a folder; a device or a pipe is none, and opening it might never return."""
    entries = [path for path in sorted(folder.rglob("*")) if not path.is_dir()]
    chosen = [path for path in entries if path.is_file() and _reader(path)]
    others = Counter((path.suffix or path.name) for path in set(entries) - set(chosen))
    if others:
        text = _("files of other kinds, left out: {kinds}").format(kinds=_counts(others))
        report.remarks.append((str(folder), text))
    return chosen


def _counts(kinds: Counter[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))


def import_files(
    store: ArticleStore, pages: Pages, paths: list[Path], report: Report, source: str, columns: Mapping[str, str],
    sources: Sources,
) -> None:  # fmt: skip
    """Read every file into the archive; what can't be read is counted with its reason.

    `source` is the source of articles from plain text and tables, `columns` names the columns of tables by field,
    `sources` read the pages.
    """
    with BoundedReader() as reader:
        importer = _Importer(reader, source, columns, sources)
        for path in paths:
            read = _reader(path)
            assert read
            try:
                for outcome in read(importer, path):
                    _take(store, pages, outcome, report)
            except (OSError, EOFError, zlib.error) as error:
                report.bad_records += 1
                report.count(source, "failed", str(path), of_error(error))


def outcomes(paths: list[Path], source: str, columns: Mapping[str, str], sources: Sources) -> Iterator[Outcome]:
    """What `import_files` would make of these files, without an archive."""
    with BoundedReader() as reader:
        importer = _Importer(reader, source, columns, sources)
        for path in paths:
            read = _reader(path)
            assert read
            try:
                yield from read(importer, path)
            except (OSError, EOFError, zlib.error) as error:
                yield BadRecord(path, of_error(error))


def _take(store: ArticleStore, pages: Pages, outcome: Outcome, report: Report) -> None:
    match outcome:
        case Fetched():
            keep(store, pages, outcome, report)
        case NotAnArticle():
            report.count(_("page"), "skipped", outcome.subject, outcome.reason)
        case BadRecord():
            report.bad_records += 1
            report.count(_("record"), "failed", outcome.subject, outcome.reason)
        case Remark():
            report.remarks.append((str(outcome.path), outcome.text))
        case _LeftOut():
            for _number in range(outcome.kinds.total()):
                report.count(_("page"), "skipped")
            text = _("records that are not pages, left out: {kinds}").format(kinds=_counts(outcome.kinds))
            report.remarks.append((str(outcome.path), text))


class _Importer:
    """Reads the files of one import."""

    def __init__(self, reader: BoundedReader, source: str, columns: Mapping[str, str], sources: Sources) -> None:
        self._reader = reader
        self._sources = sources
        self._source = source
        self._columns = columns
        self._places: dict[str, tuple[Path, int]] = {}  # of WARC records, by id and by digest

    def attempt(
        self, subject: object, page: FetchedPage, read: Callable[P, Reading], *args: P.args, **kwargs: P.kwargs
    ) -> Outcome:
        """The article of a page, or why it has none; a page without an address is archived under the article's."""
        try:
            refuse_size(len(page.body), str(subject))
            reading = self._reader.ask(str(subject), read, *args, **kwargs)
        except NotAnArticle as error:
            return NotAnArticle(subject, error.reason)
        except WencangError as error:
            return BadRecord(subject, error.reason)
        return Fetched(reading, (replace(page, url=page.url or reading.article.url),))

    def page(self, path: Path) -> Iterator[Outcome]:
        page = _saved(path, "text/html")
        yield self.attempt(path, page, read_page, page, self._sources)

    def text(self, path: Path) -> Iterator[Outcome]:
        page = _saved(path, "text/plain")
        yield self.attempt(path, page, read_plain, page.body, self._source, page.fetched)

    def lines(self, path: Path) -> Iterator[Outcome]:
        with _opened(path) as file:
            for record in jsonl.read(jsonl.bounded(file), str(path), dates.as_iso):
                yield record if isinstance(record, BadRecord) else _exported(*record)

    def table(self, path: Path) -> Iterator[Outcome]:
        """The articles of a CSV file or an Excel workbook, and of which columns they are."""
        try:
            with _opened(path) as file:
                for record in articles(file, str(path), self._source, self._columns):
                    match record:
                        case BadRecord():
                            yield record
                        case Columns():
                            yield from [] if record.is_own else [Remark(path, str(record))]
                        case _:
                            yield _exported(record.article, record.fetched, record.gone, "table", record.place)
        except BadRecord as error:
            yield error

    def warc(self, path: Path) -> Iterator[Outcome]:
        """The articles of a WARC file; further pages of an article are joined to it if they follow it."""
        parts, left_out = list[Fetched](), Counter[str]()
        with path.open("rb") as file:
            for record in records(file, MOST_BYTES + _MOST_HEAD):
                page = self._page_of(path, record)
                if isinstance(page, str):
                    left_out[page] += bool(page)
                    continue
                if isinstance(page, FetchedPage) and not _continues(page, parts):
                    yield from _joined(parts)
                    parts = []
                outcome = self._part(page, parts) if isinstance(page, FetchedPage) else page
                if isinstance(outcome, Fetched):
                    parts.append(outcome)
                else:
                    yield outcome
        yield from _joined(parts)
        if left_out.total():
            yield _LeftOut(path, left_out)

    def _part(self, page: FetchedPage, parts: list[Fetched]) -> Outcome:
        subject = page.url
        if page.url.startswith("urn:"):  # a saved file of our own archive
            page = replace(page, url="")
        if page.content_type == "text/plain":
            return self.attempt(subject, page, read_plain, page.body, self._source, page.fetched)
        first = parts[0].pages[0].url if parts else ""
        return self.attempt(subject, page, read_page, page, self._sources, part_of=first)

    def _page_of(self, path: Path, record: Record | Damage) -> FetchedPage | NotAnArticle | BadRecord | str:
        """The page of a record; what it is if it is none, "" for a record about others."""
        name = _("{path}: record {number}").format(path=path, number=record.number)
        if isinstance(record, Damage):
            return BadRecord(f"{name} ({record.url})" if record.url else name, record.reason)
        try:
            return self._page(path, record)
        except (Undecodable, ValueError) as error:
            url = record.headers.get("warc-target-uri", "").strip("<>")
            return BadRecord(f"{name} ({url})" if url else name, str(error))
        except NotAnArticle as error:
            return error

    def _page(self, path: Path, record: Record) -> FetchedPage | str:
        """Raises Undecodable or ValueError for a record that is not valid, NotAnArticle for one that is too large."""
        headers = record.headers
        kind = headers.get("warc-type", "-")
        if kind in _NO_INPUT:
            return ""
        url = headers.get("warc-target-uri", "").strip("<>")
        if kind not in ("response", "resource", "revisit") or not url.startswith(("http://", "https://", "urn:")):
            return url.partition(":")[0] if url else kind
        if kind == "resource":
            body, head, content_type = record.block, None, headers.get("content-type", "")
            is_page = "html" in content_type or (content_type == "text/plain" and url.startswith("urn:"))
        else:
            response = self._response(path, record)
            if response.status != 200:
                return f"HTTP {response.status}"
            content_type, head = response.header("content-type"), response.head
            is_page = "html" in (content_type or "html")
        if not is_page:
            return content_type.partition(";")[0].strip() or "-"
        if record.size > len(record.block):
            refuse_size(record.size, url)
        if "warc-truncated" in headers:
            raise Undecodable(_("it was cut off when it was fetched: {why}").format(why=headers["warc-truncated"]))
        self._note_place(path, record)
        if kind != "resource":
            body = response.body(MOST_BYTES + 1)
        return FetchedPage(url, body, _time(headers.get("warc-date", "")), "" if head else content_type, head)

    def _response(self, path: Path, record: Record) -> Response:
        """The response of a record, with the bytes of an earlier one if it refers to that."""
        digest = record.headers.get("warc-payload-digest", "")
        if record.headers["warc-type"] == "response":
            response = Response(record.block)
            whole = record.size == len(record.block) and "chunked" not in response.header("transfer-encoding")
            if whole and not fits(response.payload, digest):
                raise Undecodable(_("its bytes differ from their digest"))
            return response
        first = self._first(path, record)
        if record.size and (own := Response(record.block)).status != 304:
            first.head = own.head
        return first

    def _note_place(self, path: Path, record: Record) -> None:
        if record.offset is not None and record.headers["warc-type"] != "revisit":
            for name in ("warc-record-id", "warc-payload-digest"):
                if value := record.headers.get(name):
                    self._places[value] = path, record.offset

    def _first(self, path: Path, record: Record) -> Response:
        """The response that a revisit refers to. Raises Undecodable where it is not there any more."""
        headers = record.headers
        file, offset = (headers.get(f"warc-refers-to-{name}", "") for name in ("filename", "file-offset"))
        places = [self._places.get(headers.get(name, "")) for name in ("warc-refers-to", "warc-payload-digest")]
        if file and offset.isdecimal():
            places.append((path.with_name(Path(file).name), int(offset)))
        for place in filter(None, places):
            if (first := _at(*place)) and fits(first.payload, headers.get("warc-payload-digest", "")):
                return first
        raise Undecodable(_("the record that it refers to can't be read"))


def _at(path: Path, offset: int) -> Response | None:
    """The response of a record at a place in a file."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        file.seek(offset)
        record = next(records(file, MOST_BYTES + _MOST_HEAD))
    if isinstance(record, Record) and record.headers.get("warc-type") == "response":
        return Response(record.block)
    return None


def _saved(path: Path, content_type: str) -> FetchedPage:
    time = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    with _opened(path) as file:
        return FetchedPage("", file.read(MOST_BYTES + 1), time, content_type)


def _opened(path: Path) -> gzip.GzipFile | IO[bytes]:
    """A file, opened to read its plain bytes: gzip is recognized by its first bytes."""
    with path.open("rb") as file:
        is_zipped = file.read(3) == b"\x1f\x8b\x08"
    return gzip.open(path) if is_zipped else path.open("rb")


def _exported(
    article: Article, fetched: datetime | None, gone: bool, path: str = "jsonl", place: str = ""
) -> Fetched | NotAnArticle:
    """An article of an export or a table, which is taken as it is."""
    if len(article.body) > MOST_BYTES:
        return NotAnArticle(place or article.url, Reason.LARGE.format(most=MOST_BYTES >> 20))
    return Fetched(Reading(article, path, (), fetched), gone=gone, place=place)


def _continues(page: FetchedPage, parts: list[Fetched]) -> bool:
    """Whether the pages of an article link to this one as a further page."""
    return canonical(page.url) in {url for part in parts for url in part.reading.next_pages}


def _joined(parts: list[Fetched]) -> Iterator[Fetched]:
    if parts:
        yield Fetched(join([part.reading for part in parts]), tuple(page for part in parts for page in part.pages))


def _time(text: str) -> datetime:
    """Raises ValueError for what is no time."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_("its date is not valid: {text}").format(text=text[:40] or "-")) from error
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


_READERS: dict[str, Callable[[_Importer, Path], Iterator[Outcome]]] = {
    ".html": _Importer.page, ".htm": _Importer.page, ".shtml": _Importer.page,
    ".txt": _Importer.text, ".jsonl": _Importer.lines, ".csv": _Importer.table, ".tsv": _Importer.table,
    ".xlsx": _Importer.table,
}  # fmt: skip


def _reader(path: Path) -> Callable[[_Importer, Path], Iterator[Outcome]] | None:
    """How a file is read: WARC by its first bytes, or else as its name says; None for an unknown kind."""
    name = path.name.lower().removesuffix(".gz").removesuffix(".open")
    with path.open("rb") as file:
        if name.endswith(".warc") or is_warc(file):
            return _Importer.warc
    return next((reader for ending, reader in _READERS.items() if name.endswith(ending)), None)
