"""Scrapy's item pipeline: puts what a crawl fetches into the archive, in batches."""

from __future__ import annotations

from asyncio import TimerHandle, get_running_loop
from typing import TYPE_CHECKING, Self

from archive.errors import WencangError
from crawler.keeping import Fetched, FetchedPicture, keep, keep_picture, settle
from crawler.report import Report
from crawler.session import session_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_SECONDS, _MOST = 1.0, 50  # for which a batch waits, and items it holds at most


class ArchivePipeline:
    """Archives the items of one second in one transaction, and counts them when it is committed.

    After a crawl was killed the next one fetches the items of the last batch again. If the archive
    can't be written, the crawl ends at the spider's next page.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._batch: list[Fetched | FetchedPicture] = []
        self._timer: TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def open_spider(self) -> None:
        self._session = session_of(self._crawler)

    def close_spider(self) -> None:
        self._keep_batch()
        session = self._session
        try:
            if session.target and not session.fault:
                settle(session.target.store, session.source.site, session.missing, session.report,
                       saw_lists=bool(session.tally.lists))  # fmt: skip
        except WencangError as error:
            session.fault = error

    def process_item(self, item: Fetched | FetchedPicture) -> Fetched | FetchedPicture:
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
                    if isinstance(item, Fetched):
                        keep(target.store, target.pages, item, report)
                    else:
                        keep_picture(target.store, target.pages, item, report)
                target.frontier.read(*(item.address for item in batch if isinstance(item, Fetched)))
                target.pages.sync()
        except Exception as error:  # whatever it is, the batch was rolled back
            self._session.fault = error
        else:
            self._session.report.add(report)
