"""Reads the archived raw pages again, without the network, so that better rules reach old articles."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from queue import SimpleQueue

from archive.article import KEYS, Article, Revision
from archive.errors import ArchiveUnusable, NotAnArticle, StorageUnusable, WencangError, Withdrawn, fault_of
from archive.settings import Settings
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.text.translation import gettext as _
from archive.url import canonical
from archive.warc.pages import FetchedPage, Pages
from crawler.extract.extractor import Reading, join
from crawler.reader import BoundedReader, read_page, read_plain
from crawler.report import Report

_AHEAD = 64  # articles in memory at once, however large the archive


@dataclass(frozen=True, slots=True)
class Reread:
    """An article as it is extracted now, under its id and address in the archive."""

    article: Article
    extractor: str


def reextract(
    store: ArticleStore, settings: Settings, report: Report, sources: Collection[str] = (), *,
    dry_run: bool = False, workers: int = 0,
) -> None:  # fmt: skip
    """Read the raw pages of each article's newest version again, in as many processes as there are cores.

    Articles of these sources only, or of all. If a field other than the images differs, a version
    is added (unless `dry_run`) with the same time of fetching and the same raw pages. No lock is
    held, so it may run beside a crawl, whose versions were fetched later and stay the newest. No
    article is lost: one that is not recognized any more is counted as skipped. Raises StorageUnusable.
    """
    revisions = _with_pages(store, report, sources)
    for revision, result in _read_all(revisions, settings, workers or os.cpu_count() or 1):
        if isinstance(result, StorageUnusable):
            raise result
        if isinstance(result, WencangError):
            _count_fault(revision.article, result, report)
        else:
            _keep(store, revision, result, report, dry_run)


def _with_pages(store: ArticleStore, report: Report, sources: Collection[str]) -> Iterator[Revision]:
    for revision in store.kept():
        if not sources or revision.article.source in sources:
            if revision.pages:
                yield revision
            else:
                report.without_page += 1


def _read_all(
    revisions: Iterator[Revision], settings: Settings, workers: int
) -> Iterator[tuple[Revision, Reread | WencangError]]:
    """Each revision with the article that its raw pages give now, in the same order."""
    pending: deque[tuple[Revision, Future[Reread | WencangError]]] = deque()
    idle: SimpleQueue[BoundedReader] = SimpleQueue()

    def ask(revision: Revision) -> Reread | WencangError:
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
        for revision in revisions:
            pending.append((revision, threads.submit(ask, revision)))
            if len(pending) == _AHEAD:
                first, future = pending.popleft()
                yield first, future.result()
        for rest, future in pending:
            yield rest, future.result()


def reread(settings: Settings, revision: Revision) -> Reread | WencangError:
    """The article that the raw pages of a revision give now, or why they give none."""
    try:
        pages = Pages(storage_of(settings))
        reading = _read([pages.read(raw) for raw in revision.pages], revision.article)
    except Exception as error:
        return fault_of(revision.article.url, error)
    return Reread(_identified(reading.article, revision.article), reading.extractor)


def _read(pages: Sequence[FetchedPage], archived: Article) -> Reading:
    """Read an article's pages, its own address first, as the crawl or the import did."""
    first = pages[0]
    if first.response is None and first.content_type == "text/plain":
        return read_plain(first.body, archived.source, first.fetched)
    url = "" if first.url.startswith("urn:") else first.url
    parts = (read_page(page, part_of=url) for page in pages[1:])
    return join([read_page(replace(first, url=url)), *parts])


def _identified(article: Article, archived: Article) -> Article:
    """The article under its archived id, address and source; a section belongs to the address it was read at."""
    section = article.section if canonical(article.url) == canonical(archived.url) else archived.section
    return replace(article, id=archived.id, url=archived.url, source=archived.source, section=section)


def _keep(store: ArticleStore, revision: Revision, result: Reread, report: Report, dry_run: bool) -> None:
    archived, article = revision.article, result.article
    if article.equals_but_images(archived) or not (dry_run or _put(store, revision, result)):
        report.count(archived.source, "unchanged")
        return
    fields = [key for key in KEYS if getattr(article, key) != getattr(archived, key)]
    report.fields.update(fields)
    report.count(archived.source, "changed", archived.id, ", ".join(map(_, fields)))


def _put(store: ArticleStore, revision: Revision, result: Reread) -> Revision | None:
    with suppress(Withdrawn):  # meanwhile
        return store.put(
            result.article, revision.fetched, extractor=result.extractor, gone=revision.gone, exactly=True,
            keep=lambda _earlier: revision.pages,
        )  # fmt: skip
    return None


def _count_fault(archived: Article, fault: WencangError, report: Report) -> None:
    if isinstance(fault, NotAnArticle):
        reason = _("is not recognized as an article any more, and stays as it is: {reason}")
        report.count(archived.source, "skipped", archived.id, reason.format(reason=fault.reason))
    else:
        report.bad_records += isinstance(fault, ArchiveUnusable)
        report.count(archived.source, "failed", archived.id, str(fault))
