"""Files that hold one article: saved pages, mails of web pages (MHTML), plain text, PDF."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import default
from email.utils import parsedate_to_datetime

from archive.errors import NotAnArticle
from archive.text.messages import Reason
from archive.warc.pages import FetchedPage
from crawler.extract.saved import saved_as
from crawler.files.item import Item
from crawler.files.job import Job, Outcomes
from crawler.reader import MOST_SAVED, PDF

_HEAD = 1 << 14  # bytes in which the comment of the program that saved the page is


def page(job: Job, item: Item) -> Outcomes:
    """A saved page; when it was saved is as it says, else as the file does."""
    body = item.read(MOST_SAVED)
    saved = saved_as(body[:_HEAD].decode(errors="replace"))
    yield job.attempt(item.name, FetchedPage("", body, saved.time or item.saved, "text/html"))


def text(job: Job, item: Item) -> Outcomes:
    yield job.attempt(item.name, FetchedPage("", item.read(MOST_SAVED), item.saved, "text/plain"))


def pdf(job: Job, item: Item) -> Outcomes:
    yield job.attempt(item.name, FetchedPage("", item.read(MOST_SAVED), item.saved, PDF))


def mhtml(job: Job, item: Item) -> Outcomes:
    """The page of a mail, which is its root; its parts are pictures and frames."""
    mail = message_from_bytes(item.read(MOST_SAVED)[:MOST_SAVED], policy=default)
    root = _root(mail)
    body = root.get_payload(decode=True) if root else None
    if not root or not isinstance(body, bytes):
        yield NotAnArticle(item.name, Reason.NO_PAGE)
        return
    url = next(filter(_is_address, (_header(part, name) for part in (mail, root) for name in _ADDRESSES)), "")
    charset = root.get_content_charset()
    content_type = f"text/html; charset={charset}" if charset else "text/html"
    yield job.attempt(item.name, FetchedPage(url, body, _date(mail) or item.saved, content_type))


_ADDRESSES = ("Snapshot-Content-Location", "Content-Location", "Content-Base")


def _root(mail: Message) -> Message | None:
    """The part that the mail names as its start, else the first HTML (RFC 2387)."""
    pages = [part for part in mail.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = mail.get_param("start")
    named = (part for part in pages if start and _header(part, "Content-ID") == start)
    return next(named, pages[0] if pages else None)


def _header(part: Message, name: str) -> str:
    return "".join(str(part.get(name, "")).split())


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _date(mail: Message) -> datetime | None:
    try:
        time = parsedate_to_datetime(str(mail["Date"])) if mail["Date"] else None
    except ValueError:
        return None
    return time and (time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC))
