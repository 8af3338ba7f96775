"""Puts articles with their raw pages into the archive and counts them, for crawls and imports alike."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from archive import clock, host
from archive.article import Annotation, Article, Origin, Revision
from archive.errors import UsageFault, Withdrawn
from archive.store import ArticleStore
from archive.tables.doubts import Doubt, Doubts
from archive.tables.ledger import SKEW, Outcome
from archive.tables.pictures import Pictures
from archive.tables.tags import annotate
from archive.text.messages import Message, Reason
from archive.text.translation import gettext as _
from archive.url import canonical
from archive.warc.pages import FetchedPage, Pages
from crawler.extract.reading import Reading, dated, is_of_feed, list_date
from crawler.health import doubt
from crawler.report import Report


@dataclass(frozen=True, slots=True)
class Fetched:
    """A reading and the raw pages it is of, the article's own address first."""

    reading: Reading
    pages: tuple[FetchedPage, ...] = ()
    address: str = ""  # that a crawl requested
    list: str = ""  # that showed the address
    gone: bool = False  # from the site, according to an export
    place: str = ""  # of the row that it was read from: FILE:3
    annotations: tuple[Annotation, ...] = ()  # tags and notes, of an export
    origin: Origin | None = None  # the web archive that captured it, of an export


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


@dataclass(frozen=True, slots=True)
class NoArticle:
    """A page that holds no article, and the reason."""

    page: FetchedPage
    reason: Message
    source: str
    address: str  # that a crawl requested
    list: str = ""  # that showed the address


_POORER = 0.5  # share of the 正文 in a feed below which a page does not hold it
Doubted = dict[str, Message]  # addresses whose pages were doubted, with the reason


def is_poorer(article: Article, whole: Article) -> bool:
    """Whether an article, as its page has it, is but a part of what a feed holds."""
    return len(article.body) < _POORER * len(whole.body)


def keep(store: ArticleStore, pages: Pages, fetched: Fetched, report: Report) -> Doubted:
    """Put an article into the archive, with its raw pages if it is a new version, and count it."""
    archived = _archived(store, fetched.reading.article.url) if not fetched.reading.article.published else None
    fetched = replace(fetched, reading=dated(fetched.reading, list_date(archived)))
    reading, article = fetched.reading, fetched.reading.article
    try:
        if reading.fetched and reading.fetched > clock.now() + SKEW:
            future = Reason.FUTURE.format(time=f"{reading.fetched:%Y-%m-%d %H:%M}Z")
            report.count(article.source, "failed", article.url, future, fetched.list)
            return {}
        if reading.missing:
            report.incomplete.append((article.url, reading.missing))
            if store.get(article.url):  # that one may be complete
                report.count(article.source, "failed", article.url, Reason.PARTS_MISSING, fetched.list)
                return {}
        if (whole := _archived(store, article.url)) and is_of_feed(whole) and is_poorer(article, whole.article):
            report.count(article.source, "unchanged", list=fetched.list)
            return {}
        if reason := doubt.reason_of(store, reading):
            return _doubted(store, pages, fetched, report, reason)
        _put(store, pages, fetched, report)
        _annotate(store, fetched, report)
    except Withdrawn as error:
        report.count(article.source, "skipped", article.url, error.reason, fetched.list)
    return {}


def _put(store: ArticleStore, pages: Pages, fetched: Fetched, report: Report) -> None:
    reading, article = fetched.reading, fetched.reading.article
    revision = store.put(
        article, reading.fetched, extractor=reading.extractor, gone=fetched.gone,
        origin=fetched.pages[0].origin if fetched.pages else fetched.origin,
        keep=lambda earlier: pages.append_all(fetched.pages, earlier),
    )  # fmt: skip
    Doubts(store).settle(article.url, "over", reading.fetched)
    outcome = outcome_of(store, revision)
    report.count(article.source, outcome, list=fetched.list)
    if revision and outcome == "new" and article.has_key and revision.article.id != article.id:
        remark = _("{id} is another article's number: archived as {own}")
        report.remarks.append((article.url, remark.format(id=article.id, own=revision.article.id)))
    if reading.is_general:
        report.general.append((article.source, article.url))


def _annotate(store: ArticleStore, fetched: Fetched, report: Report) -> None:
    """Add the tags and notes that came with an article; those of unknown author are by who imports them."""
    article = fetched.reading.article
    if fetched.annotations and (current := store.current(article)):
        try:
            added = annotate(store, current.article.id, fetched.annotations, host.user(), clock.now())
        except UsageFault as error:
            report.remarks.append((article.url, _("no tags and notes added: {reason}").format(reason=error)))
        else:
            report.annotations.update(each.kind for each in added)


def outcome_of(store: ArticleStore, revision: Revision | None) -> Outcome:
    """What `ArticleStore.put` did, by what it returned."""
    if revision is None:
        return "unchanged"
    return "new" if store.versions(revision.article.id) == 1 else "changed"


def _doubted(store: ArticleStore, pages: Pages, fetched: Fetched, report: Report, reason: Message) -> Doubted:
    """Keep a page aside, and doubt archived articles with the same text; unless a person refused it before."""
    reading, article = fetched.reading, fetched.reading.article
    store.refuse_withdrawn(article)
    doubts = Doubts(store)
    earlier = doubts.get(article.url)
    if earlier and earlier.state == "refused" and earlier.article and earlier.article.text == article.text:
        report.count(article.source, "skipped", article.url, Reason.REFUSED_TEXT, fetched.list)
        return {}
    now = reading.fetched or clock.now()
    raw = pages.append_all(fetched.pages, earlier.pages if earlier else ())
    current = store.current(article)
    id = current.article.id if current else article.id
    doubts.note(Doubt(article.url, article.source, id, reason, now, now, raw, article, reading.extractor))
    report.count(article.source, "doubted", article.url, reason, fetched.list)
    doubted = {fetched.address or canonical(article.url): reason}
    for revision in store.with_text(article) if reason.code == Reason.SHARED.code else ():
        if revision.article.id != id and store.versions(revision.article.id) == 1:
            copy = revision.article
            doubts.note(Doubt(copy.url, copy.source, copy.id, reason, now, revision.fetched, revision.pages, copy))
            doubted[canonical(copy.url)] = reason
    return doubted


def keep_aside(store: ArticleStore, pages: Pages, fetched: NoArticle, report: Report) -> Doubted:
    """Count a page without an article: doubted, and kept aside, where an article was or the site blocks the crawl."""
    page, source = fetched.page, fetched.source
    archived = _archived(store, fetched.address)
    current = archived and _is_current(archived, fetched.address) and not is_of_feed(archived)
    if not current and fetched.reason.code not in doubt.BLOCKS:
        report.count(source, "skipped", page.url, fetched.reason, fetched.list)
        Doubts(store).settle(fetched.address, "over")
        return {}
    reason = Reason.NO_MORE.format(reason=fetched.reason) if current else fetched.reason
    earlier = Doubts(store).get(fetched.address)
    if earlier and earlier.state == "refused" and (earlier.article, earlier.reason) == (None, reason):
        report.count(source, "skipped", page.url, Reason.REFUSED_TEXT, fetched.list)
        return {}
    raw = pages.append(page, earlier.pages if earlier else ())
    id = archived.article.id if archived else ""
    Doubts(store).note(Doubt(page.url, source, id, reason, page.fetched, page.fetched, (raw,)))
    report.count(source, "doubted", page.url, reason, fetched.list)
    return {fetched.address: reason}


def keep_picture(store: ArticleStore, pages: Pages, fetched: FetchedPicture, report: Report) -> None:
    """Keep a picture, unless its article was removed."""
    pictures = Pictures(store)
    picture = pictures.get(fetched.url)
    if picture and not picture.page:
        page = pages.append(fetched.page) if _archived(store, picture.article) else None
        pictures.note(replace(picture, due=None, page=page))
        report.pictures["kept"] += bool(page)


def _archived(store: ArticleStore, url: str) -> Revision | None:
    """The newest version of the article at an address, unless it is withdrawn."""
    with suppress(Withdrawn):
        return store.get(url)
    return None


def _is_current(revision: Revision, url: str) -> bool:
    """Whether this canonical address is the article's own, and shows it."""
    return not revision.gone and canonical(revision.article.url) == url


def settle(
    store: ArticleStore, source: str, missing: Sequence[Missing], report: Report, saw_lists: bool = False
) -> None:
    """Mark as gone, at the end of a run, the articles whose pages were missing.

    If more archived articles were missing than were read, the site is at fault (an outage, a
    relaunch) and none is marked; a list that was read counts as one article.
    """
    current = [
        page for page in missing
        if (revision := _archived(store, page.url)) and _is_current(revision, page.url) and not is_of_feed(revision)
    ]  # fmt: skip
    credible = len(current) <= report.read_again(source) + saw_lists
    for page in missing:
        if page in current and credible:
            store.mark_gone(page.url, page.fetched)
            report.count(source, "gone", page.url, page.reason, page.list)
        else:
            reason = Reason.DOUBTED.format(reason=page.reason) if page in current else page.reason
            report.count(source, "skipped", page.url, reason, page.list)
