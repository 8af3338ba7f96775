"""Reads the archived raw pages again, without the network, so that better rules reach old articles."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import repeat, zip_longest
from queue import SimpleQueue

from archive.article import KEYS, Article, Revision
from archive.errors import ArchiveUnusable, NotAnArticle, WencangError, Withdrawn, fault_of
from archive.settings import Settings
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.tables.ranges import Range, Ranges, ranges
from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from archive.url import canonical
from archive.warc.pages import FetchedPage, Pages
from crawler.extract.extractor import VERSION, Reading, join, read_from_feed
from crawler.extract.reading import dated, is_of_feed, list_date
from crawler.reader import BoundedReader, read_page, read_saved
from crawler.report import Report
from crawler.sources import Sources, sources_of

_AHEAD = 64  # articles in memory at once, however large the archive


@dataclass(frozen=True, slots=True)
class Reread:
    """An article as it is extracted now, under its id and address in the archive."""

    article: Article
    extractor: str


Result = Reread | WencangError | None
Ask = Callable[[Revision], "Future[Result]"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of the version with a sequence; one with the sequence 0 stands for an article without raw pages."""

    sequence: int
    source: str
    result: Result


def reextract(
    store: ArticleStore, settings: Settings, report: Report, sources: Collection[str] = (), *,
    dry_run: bool = False, restart: bool = False, workers: int = 0,
) -> None:  # fmt: skip
    """Read the raw pages of each article's newest version again, in as many processes as there are cores.

    Articles of these sources only, or of all. If a field other than the images differs, a version
    is added (unless `dry_run`) with the same time of fetching and the same raw pages. It may run
    beside a crawl, whose versions were fetched later and stay the newest. No article is lost: one
    that is not recognized any more is counted as skipped.

    Any number of hosts may run it at once: each takes ranges of versions that no other holds. One
    that is killed leaves its range to the next run, which continues unless `restart`.
    """
    with _readers(settings, workers or os.cpu_count() or 1) as ask:
        for first, last in ranges(store.sequence()) if dry_run else _shared(store, report, sources, restart):
            revisions = _with_pages(store, report, sources, first, last)
            for revision, result in _in_order(ask, revisions):
                _keep(store, revision, result, report, dry_run)


def _shared(store: ArticleStore, report: Report, sources: Collection[str], restart: bool) -> Iterator[Range]:
    """The ranges that are left to this run, and a remark on what it left to others or resumed."""
    work = Ranges(store, "reextract", " ".join([VERSION, *sorted(sources)]))
    if work.begin(restart):
        report.remarks.append((work.kind, _("continues where an earlier run ended; --restart reads all again")))
    yield from work.each()
    if left := work.left():
        text = ngettext("{count} range is left to another run", "{count} ranges are left to other runs", len(left))
        report.remarks.append((work.kind, text.format(count=len(left))))


def outcomes(settings: Settings, sources: Collection[str], range: Range) -> Iterator[Outcome]:
    """What the articles of a range read as now; for a cluster, whose driver calls `put` with each outcome."""
    with ArticleStore.open(settings) as store, _readers(settings, 1) as ask:
        report = Report()
        for revision, result in _in_order(ask, _with_pages(store, report, sources, *range)):
            yield Outcome(revision.sequence, revision.article.source, result)
        yield from repeat(Outcome(0, "", None), report.without_page)


def put(store: ArticleStore, outcome: Outcome, report: Report) -> None:
    """Add a version where an outcome differs from what is archived, and count it."""
    if not outcome.sequence:
        report.without_page += 1
    elif outcome.result is None:
        report.count(outcome.source, "unchanged")
    else:
        for revision in store.newest_between(outcome.sequence, outcome.sequence):  # none if it changed meanwhile
            _keep(store, revision, outcome.result, report, dry_run=False)


def _with_pages(
    store: ArticleStore, report: Report, sources: Collection[str], first: int, last: int
) -> Iterator[Revision]:
    for revision in store.newest_between(first, last):
        if not sources or revision.article.source in sources:
            if revision.pages:
                yield revision
            else:
                report.without_page += 1


@contextmanager
def _readers(settings: Settings, workers: int) -> Iterator[Ask]:
    """So many processes that read pages; the function submits a revision to them."""
    idle: SimpleQueue[BoundedReader] = SimpleQueue()

    def ask(revision: Revision) -> Result:
        reader = idle.get()
        try:
            return reader.ask(revision.article.url, reread, settings, revision)
        except WencangError as error:
            return error
        finally:
            idle.put(reader)

    with ExitStack() as stack:
        for _number in range(workers):
            idle.put(stack.enter_context(BoundedReader()))
        threads = ThreadPoolExecutor(workers)
        stack.callback(threads.shutdown, cancel_futures=True)
        yield lambda revision: threads.submit(ask, revision)


def _in_order(ask: Ask, revisions: Iterator[Revision]) -> Iterator[tuple[Revision, Result]]:
    """Each revision with the article that its raw pages give now, in the same order."""
    pending: deque[tuple[Revision, Future[Result]]] = deque()
    for revision in revisions:
        pending.append((revision, ask(revision)))
        if len(pending) == _AHEAD:
            first, future = pending.popleft()
            yield first, future.result()
    for rest, future in pending:
        yield rest, future.result()


def reread(settings: Settings, revision: Revision) -> Result:
    """The article that the raw pages of a revision give now, or why they give none; None if it is as archived."""
    try:
        pages = Pages(storage_of(settings))
        read, sources = [pages.read(raw) for raw in revision.pages], sources_of(settings)
        if is_of_feed(revision):
            reading = _read_feed(read[-1], revision, sources)
        else:
            reading = _read(read, revision.article, sources)
    except Exception as error:
        return fault_of(revision.article.url, error)
    reading = dated(reading, list_date(revision))
    article = _identified(reading.article, revision.article)
    return None if article.equals_but_images(revision.article) else Reread(article, reading.extractor)


def _read(pages: Sequence[FetchedPage], archived: Article, sources: Sources) -> Reading:
    """Read an article's pages, its own address first, as the crawl or the import did; as drawn those that were."""
    pages = [page for page, after in zip_longest(pages, pages[1:]) if not (after and after.is_drawn)]
    first = pages[0]
    url = "" if first.url.startswith("urn:") else first.url
    parts = (read_page(page, sources, part_of=url) for page in pages[1:])
    return join([read_saved(replace(first, url=url), archived.source, sources), *parts])


def _read_feed(feed: FetchedPage, revision: Revision, sources: Sources) -> Reading:
    return read_from_feed(feed.body, feed.url, revision.article.url, sources, revision.fetched)


def _identified(article: Article, archived: Article) -> Article:
    """The article under its archived id, address and source; a section belongs to the address it was read at."""
    section = article.section if canonical(article.url) == canonical(archived.url) else archived.section
    return replace(article, id=archived.id, url=archived.url, source=archived.source, section=section)


def _keep(store: ArticleStore, revision: Revision, result: Result, report: Report, dry_run: bool) -> None:
    archived = revision.article
    if isinstance(result, WencangError):
        _count_fault(archived, result, report)
    elif result is None or not (dry_run or _put(store, revision, result)):
        report.count(archived.source, "unchanged")
    else:
        fields = [key for key in KEYS if getattr(result.article, key) != getattr(archived, key)]
        report.fields.update(fields)
        report.count(archived.source, "changed", archived.id, ", ".join(map(_, fields)))


def _put(store: ArticleStore, revision: Revision, result: Reread) -> Revision | None:
    with suppress(Withdrawn):  # meanwhile
        return store.put(
            result.article, revision.fetched, extractor=result.extractor, gone=revision.gone, exactly=True,
            origin=revision.origin, keep=lambda _earlier: revision.pages,
        )  # fmt: skip
    return None


def _count_fault(archived: Article, fault: WencangError, report: Report) -> None:
    if isinstance(fault, NotAnArticle):
        reason = _("is not recognized as an article any more, and stays as it is: {reason}")
        report.count(archived.source, "skipped", archived.id, reason.format(reason=fault.reason))
    else:
        report.bad_records += isinstance(fault, ArchiveUnusable)
        report.count(archived.source, "failed", archived.id, str(fault))
