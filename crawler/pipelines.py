"""Scrapy's item pipeline: puts what a crawl fetches into the archive, in batches."""

from __future__ import annotations

from asyncio import TimerHandle, get_running_loop
from typing import TYPE_CHECKING, Self

from archive.errors import WencangError
from crawler.keeping import Fetched, FetchedPicture, NoArticle, keep, keep_aside, keep_picture, settle
from crawler.report import Report
from crawler.session import Target, session_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_Item = Fetched | FetchedPicture | NoArticle
_LOOK = 4.0  # seconds; much less than the grace of a lock
_SECONDS, _MOST = 1.0, 50  # for which a batch waits, and items it holds at most


class ArchivePipeline:
    """Archives the items of one second in one transaction, and counts them when it is committed.

    After a crawl was killed the next one fetches the items of the last batch again. If the archive
    can't be written, the crawl ends at the spider's next page.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._batch: list[_Item] = []
        self._timer: TimerHandle | None = None
        self._look: TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def open_spider(self) -> None:
        self._session = session_of(self._crawler)
        self._watch()

    def _watch(self) -> None:
        """End the crawl if its hold on the source is lost: another host may crawl that soon."""
        if (target := self._session.target) and not self._session.fault:
            if not target.hold.lock.is_held():
                self._session.fault = target.hold.lost()
            self._look = get_running_loop().call_later(_LOOK, self._watch)

    def close_spider(self) -> None:
        if self._look:
            self._look.cancel()
        self._keep_batch()
        session = self._session
        try:
            if session.target and not session.fault:
                settle(session.target.store, session.source.site, session.missing, session.report,
                       saw_lists=bool(session.tally.lists))  # fmt: skip
        except WencangError as error:
            session.fault = error

    def process_item(self, item: _Item) -> _Item:
        self._batch.append(item)
        if len(self._batch) >= _MOST:
            self._keep_batch()
        elif not self._timer:
            self._timer = get_running_loop().call_later(_SECONDS, self._keep_batch)
        return item

    def _keep_batch(self) -> None:
        if self._timer:
            self._timer.cancel()
        batch, self._batch, self._timer = self._batch, [], None
        target = self._session.target
        if not batch or not target:
            return
        report = Report()
        try:
            with target.store.batch():
                for item in batch:
                    _keep(target, item, report)
                target.pages.sync()
        except Exception as error:  # whatever it is, the batch was rolled back
            self._session.fault = error
        else:
            self._session.report.add(report)


def _keep(target: Target, item: _Item, report: Report) -> None:
    """Archive an item, and note its address in the frontier."""
    store, pages, frontier = target.store, target.pages, target.frontier
    match item:
        case FetchedPicture():
            keep_picture(store, pages, item, report)
            return
        case Fetched():
            frontier.read(item.address)
            doubted = keep(store, pages, item, report)
        case NoArticle():
            frontier.skipped(item.address, item.reason)
            doubted = keep_aside(store, pages, item, report)
    for url, reason in doubted.items():
        frontier.doubted(url, reason)
