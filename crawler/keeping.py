"""Puts articles with their raw pages into the archive and counts them, for crawls and imports alike."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from archive.errors import Withdrawn
from archive.store import ArticleStore
from archive.tables.pictures import Pictures
from archive.text.messages import Message, Reason
from archive.warc.pages import FetchedPage, Pages
from crawler.extract.reading import Reading
from crawler.report import Report


@dataclass(frozen=True, slots=True)
class Fetched:
    """A reading and the raw pages it is of, the article's own address first."""

    reading: Reading
    pages: tuple[FetchedPage, ...] = ()
    address: str = ""  # that a crawl requested
    list: str = ""  # that showed the address
    gone: bool = False  # from the site, according to an export


@dataclass(frozen=True, slots=True)
class FetchedPicture:
    """A picture of an article, under the address that the article gives for it."""

    url: str
    page: FetchedPage


@dataclass(frozen=True, slots=True)
class Missing:
    """The canonical address of an article which the site no longer shows there."""

    url: str
    fetched: datetime
    reason: Message
    list: str = ""  # that showed the address


def keep(store: ArticleStore, pages: Pages, fetched: Fetched, report: Report) -> None:
    """Put an article into the archive, with its raw pages if it is a new version, and count it."""
    reading, article = fetched.reading, fetched.reading.article
    try:
        if reading.missing:
            report.incomplete.append((article.url, reading.missing))
            if store.get(article.url):  # that one may be complete
                report.count(article.source, "failed", article.url, Reason.PARTS_MISSING, fetched.list)
                return
        revision = store.put(
            article, reading.fetched, extractor=reading.extractor, gone=fetched.gone,
            keep=lambda earlier: tuple(pages.append(page, earlier) for page in fetched.pages),
        )  # fmt: skip
    except Withdrawn as error:
        report.count(article.source, "skipped", article.url, error.reason, fetched.list)
        return
    is_first = revision is not None and store.versions(revision.article.id) == 1
    report.count(article.source, "new" if is_first else "changed" if revision else "unchanged", list=fetched.list)
    if reading.path == "general":
        report.general.append((article.source, article.url))


def keep_picture(store: ArticleStore, pages: Pages, fetched: FetchedPicture, report: Report) -> None:
    """Keep a picture, unless its article was removed."""
    pictures = Pictures(store)
    picture = pictures.get(fetched.url)
    if picture and not picture.page:
        page = pages.append(fetched.page) if _is_archived(store, picture.article) else None
        pictures.note(replace(picture, due=None, page=page))
        report.pictures["kept"] += bool(page)


def _is_archived(store: ArticleStore, url: str) -> bool:
    with suppress(Withdrawn):
        return bool(store.get(url))
    return False


def settle(
    store: ArticleStore, source: str, missing: Sequence[Missing], report: Report, saw_lists: bool = False
) -> None:
    """Mark as gone, at the end of a run, the articles whose pages were missing.

    If more archived articles were missing than were read, the site is at fault (an outage, a
    relaunch) and none is marked; a list that was read counts as one article.
    """
    current = [page for page in missing if _is_current(store, page.url)]
    credible = len(current) <= report.read_again(source) + saw_lists
    for page in missing:
        if page in current and credible:
            store.mark_gone(page.url, page.fetched)
            report.count(source, "gone", page.url, page.reason, page.list)
        else:
            reason = Reason.DOUBTED.format(reason=page.reason) if page in current else page.reason
            report.count(source, "skipped", page.url, reason, page.list)


def _is_current(store: ArticleStore, url: str) -> bool:
    """Whether this is an article's own address, and not marked as gone."""
    with suppress(Withdrawn):
        revision = store.get(url)
        return bool(revision and not revision.gone and revision.article.url == url)
    return False
