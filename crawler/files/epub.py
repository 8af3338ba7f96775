"""The articles of an e-book."""

from __future__ import annotations

from datetime import UTC, datetime
from zipfile import BadZipFile, ZipFile

from archive.errors import BadRecord, NotAnArticle
from archive.text.messages import Reason
from archive.text.translation import gettext as _
from archive.warc.pages import FetchedPage
from crawler.extract.document import MOST_BYTES
from crawler.extract.parts.epub import CONTAINER, Book, articles_in, book_of, package_of
from crawler.files.item import Item
from crawler.files.job import Job, Outcomes
from crawler.files.zipped import parts_of


def epub(job: Job, item: Item) -> Outcomes:
    """The article of each chapter, or of each part of it that is one."""
    with parts_of(item) as parts:
        book = _book(job, item, parts)
        time = _time(book.modified) or item.saved
        for name in book.chapters:
            place = f"{item.name}/{name}"
            try:
                pages = job.reader.ask(place, _pages, _read(parts, name))
            except (KeyError, BadZipFile, NotImplementedError) as error:
                yield BadRecord(place, str(error))
                continue
            for page in pages:
                yield job.attempt(place, FetchedPage("", page, time, "text/html"))


def _book(job: Job, item: Item, parts: ZipFile) -> Book:
    try:
        package = job.reader.ask(item.name, package_of, _read(parts, CONTAINER))
        book = job.reader.ask(item.name, book_of, _read(parts, package), package)
    except (KeyError, BadZipFile, NotImplementedError) as error:
        raise BadRecord(item.name, _("is not a book that can be read: {reason}").format(reason=error)) from error
    if not book.chapters:
        raise NotAnArticle(item.name, Reason.NO_PAGE)
    return book


def _pages(chapter: bytes) -> list[bytes]:
    return list(articles_in(chapter))


def _read(parts: ZipFile, name: str) -> bytes:
    with parts.open(name) as file:
        return file.read(MOST_BYTES + 1)


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
