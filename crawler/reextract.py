"""Read the kept raw pages again: the archive follows the rules as they become better, without the network."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from archive.article import KEYS, Article, Revision
from archive.errors import ArchiveUnusable, NotAnArticle, WencangError, Withdrawn, fault_of
from archive.processes import Processes
from archive.store import ArticleStore
from archive.translation import gettext as _
from archive.warc.pages import FetchedPage, Pages
from crawler.extract.encoding import decode
from crawler.extract.extractor import Reading, join, read, read_text
from crawler.report import Report

_AHEAD = 64  # articles that are under way at once: so many are in memory, however large the archive


@dataclass(frozen=True, slots=True)
class Reread:
    """An article as it is read now, under the id and address it has in the archive."""

    article: Article
    extractor: str


def reextract(
    store: ArticleStore, data: Path, report: Report, sources: Collection[str] = (), *,
    dry_run: bool = False, workers: int = 0,
) -> None:  # fmt: skip
    """Read the raw pages of each article's newest version again, in as many processes as there are cores.

    Articles of these sources only, or of all. Where a field other than the images differs,
    a version is added (unless `dry_run`): same time of fetching, same raw pages. It holds no
    lock and may run beside a crawl: what that keeps meanwhile was fetched later, and stays
    the newest. An article is never lost: what is no article any more is counted as skipped.
    """
    revisions = _with_pages(store, report, sources)
    try:
        for revision, found in _read_all(revisions, data, workers or os.cpu_count() or 1):
            if isinstance(found, WencangError):
                _count_fault(revision.article, found, report)
            else:
                _keep(store, revision, found, report, dry_run)
    except BrokenProcessPool as error:
        raise WencangError(data, _("a process that read pages was ended"), _("run it again")) from error


def _with_pages(store: ArticleStore, report: Report, sources: Collection[str]) -> Iterator[Revision]:
    for revision in store.kept():
        if not sources or revision.article.source in sources:
            if revision.pages:
                yield revision
            else:
                report.without_page += 1


def _read_all(
    revisions: Iterator[Revision], data: Path, workers: int
) -> Iterator[tuple[Revision, Reread | WencangError]]:
    """Each revision with what its raw pages hold now, in their order."""
    under_way: deque[tuple[Revision, Future[Reread | WencangError]]] = deque()
    with Processes(workers) as pool:
        for revision in revisions:
            under_way.append((revision, pool.submit(reread, data, revision)))
            if len(under_way) == _AHEAD:
                first, future = under_way.popleft()
                yield first, pool.result(future)
        for left, future in under_way:
            yield left, pool.result(future)


def reread(data: Path, revision: Revision) -> Reread | WencangError:
    """What the raw pages of a revision hold now, or why they hold nothing."""
    try:
        pages = Pages(data)
        reading = _read([pages.read(raw) for raw in revision.pages], revision.article)
    except Exception as error:
        return fault_of(revision.article.url, error)
    return Reread(_under_its_id(reading.article, revision.article), reading.extractor)


def _read(pages: Sequence[FetchedPage], kept: Article) -> Reading:
    """Read an article's pages, its own address first, as the way in read them."""
    first = pages[0]
    if first.response is None and first.content_type == "text/plain":
        return read_text(decode(first.body).text, kept.source, first.fetched)
    url = "" if first.url.startswith("urn:") else first.url
    parts = (read(page.body, page.url, page.fetched, part_of=url) for page in pages[1:])
    return join([read(first.body, url, first.fetched), *parts])


def _under_its_id(article: Article, kept: Article) -> Article:
    """Nothing that is read changes which article it is; a section belongs to the address it was read at."""
    section = article.section if article.url == kept.url else kept.section
    return replace(article, id=kept.id, url=kept.url, source=kept.source, section=section)


def _keep(store: ArticleStore, revision: Revision, found: Reread, report: Report, dry_run: bool) -> None:
    kept, article = revision.article, found.article
    if article.equals_but_images(kept) or not (dry_run or _put(store, revision, found)):
        report.count(kept.source, "unchanged")
        return
    fields = [key for key in KEYS if getattr(article, key) != getattr(kept, key)]
    report.fields.update(fields)
    report.count(kept.source, "changed", kept.id, ", ".join(map(_, fields)))


def _put(store: ArticleStore, revision: Revision, found: Reread) -> Revision | None:
    with suppress(Withdrawn):  # meanwhile
        return store.put(
            found.article, revision.fetched, extractor=found.extractor, gone=revision.gone, exactly=True,
            keep=lambda _earlier: revision.pages,
        )  # fmt: skip
    return None


def _count_fault(kept: Article, fault: WencangError, report: Report) -> None:
    if isinstance(fault, NotAnArticle):
        reason = _("is read as no article any more, and stays as it is: {reason}").format(reason=fault.reason)
        report.count(kept.source, "skipped", kept.id, reason)
    else:
        report.bad_records += isinstance(fault, ArchiveUnusable)
        report.count(kept.source, "failed", kept.id, str(fault))
