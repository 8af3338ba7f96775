"""The last step of every way in: an article and its raw pages go into the archive and are counted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from archive.errors import Withdrawn
from archive.messages import Message, Reason
from archive.store import ArticleStore
from archive.tables.pictures import Pictures
from archive.warc.pages import FetchedPage, Pages
from crawler.extract.reading import Reading
from crawler.report import Report


@dataclass(frozen=True, slots=True)
class Fetched:
    """A reading, and the raw pages it was read from, the article's own address first."""

    reading: Reading
    pages: tuple[FetchedPage, ...] = ()
    address: str = ""  # that a crawl asked for
    list: str = ""  # that showed it
    gone: bool = False  # an export says so


@dataclass(frozen=True, slots=True)
class FetchedPicture:
    """A picture of an article, by the address that the article gives for it."""

    url: str
    page: FetchedPage


@dataclass(frozen=True, slots=True)
class Missing:
    """The canonical address of an article at which the site shows nothing any more."""

    url: str
    fetched: datetime
    reason: Message
    list: str = ""  # that showed it


def keep(store: ArticleStore, pages: Pages, fetched: Fetched, report: Report) -> None:
    """Put a reading's article, with its raw pages if it is a new version; count it as new, changed or unchanged."""
    reading, article = fetched.reading, fetched.reading.article
    try:
        if reading.missing:
            report.incomplete.append((article.url, reading.missing))
            if store.get(article.url):  # a whole one may be kept
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
    """Keep a picture, where its article is kept."""
    pictures = Pictures(store)
    picture = pictures.get(fetched.url)
    if picture and not picture.page:
        shown = _stands(store, picture.article)
        page = pages.append(fetched.page) if shown else None
        pictures.note(replace(picture, due=None, page=page))
        report.pictures["kept"] += bool(page)


def _stands(store: ArticleStore, url: str) -> bool:
    with suppress(Withdrawn):
        return bool(store.get(url))
    return False


def settle(
    store: ArticleStore, source: str, missing: Sequence[Missing], report: Report, saw_lists: bool = False
) -> None:
    """Mark as gone what was missing at the end of a run.

    Where more of the articles that are kept are missing than answered, the site is at fault
    (an outage, a relaunch) and none is marked; a list that was read counts as one that answered.
    """
    shown = [one for one in missing if _is_shown(store, one.url)]
    believed = len(shown) <= report.read_again(source) + saw_lists
    for one in missing:
        if one in shown and believed:
            store.mark_gone(one.url, one.fetched)
            report.count(source, "gone", one.url, one.reason, one.list)
        else:
            reason = Reason.DOUBTED.format(reason=one.reason) if one in shown else one.reason
            report.count(source, "skipped", one.url, reason, one.list)


def _is_shown(store: ArticleStore, url: str) -> bool:
    """Whether an article has this for its own address, and is not gone from there yet."""
    with suppress(Withdrawn):
        kept = store.get(url)
        return bool(kept and not kept.gone and kept.article.url == url)
    return False
