"""A Scrapy spider made of each source: lists to articles to the articles they link to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider, IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from archive.errors import NotAnArticle, WencangError
from archive.pages import FetchedPage
from archive.url import canonical
from crawler import sources
from crawler.exchange import fetched_page
from crawler.extractor import Reading, join, read, read_list
from crawler.pager import MOST
from crawler.pipelines import Fetched
from crawler.report import Outcome, Report
from crawler.sources import Source

_MISSING = {404, 410}


@dataclass(slots=True)
class _Parts:
    """An article of several pages while they are fetched, one after the other."""

    readings: list[Reading]
    pages: list[FetchedPage]
    asked: set[str] = field(default_factory=set)

    def take_next(self) -> str:
        """The next page that was not asked for yet; "" where there is none."""
        told = (url for reading in self.readings for url in reading.next_pages)
        url = next((url for url in told if url not in self.asked), "") if len(self.asked) < MOST else ""
        self.asked.add(url)
        return url


class ArticleSpider(Spider):
    """Yields each article as Fetched: its reading, and the page it was read from.

    `urls`: read these pages only, without following links. `since`: leave out articles
    whose address carries an earlier day.
    """

    source: Source

    def __init__(
        self, urls: tuple[str, ...] = (), since: date | None = None, report: Report | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.report = report or Report()
        self.fault: WencangError | None = None  # what ended the crawl
        self._urls = urls
        self._since = since
        self._left_out: set[str] = set()
        self._saw_rows = False
        self.allowed_domains = sorted({host.removeprefix("www.") for host in self.source.hosts})

    async def start(self) -> AsyncIterator[Any]:
        for url in self._urls:
            yield self._article_request(url)
        if not self._urls:
            for url in self.source.lists:
                yield self._list_request(url, 0)

    def _article_request(self, url: str) -> Request:
        # Articles before further lists: a run that is cut short has fetched the newest ones.
        return self._request(url, self.parse_article, self.page_failed, priority=1)

    def _list_request(self, url: str, n: int) -> Request:
        page = self.source.list_page(url, n)
        return self._request(page, self.parse_list, self.list_failed, cb_kwargs={"url": url, "n": n})

    def _request(self, url: str, callback: Any, errback: Any, **options: Any) -> Request:
        # One slot for all hosts of the site: one request at a time is meant for all of them.
        return Request(url, callback, errback=errback, meta={"download_slot": self.source.name}, **options)

    def parse_list(self, response: Response, url: str, n: int) -> Iterator[Request]:
        listing = read_list(response.body, response.url, self.source)
        if not listing.rows:
            self._list_ends(response.url, n)
            return
        self._saw_rows = True
        self._count_left_out(listing.rows)
        wanted = [row for row in listing.rows if not self._is_too_old(row)]
        yield from self._follow(wanted)
        if wanted and n + 1 < listing.pages:
            yield self._list_request(url, n + 1)

    def _list_ends(self, url: str, n: int) -> None:
        if n == 0:
            self.report.missing_lists.append(url)

    def list_failed(self, failure: Failure) -> None:
        """A missing page ends a list; one that can't be read is a failure."""
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        if _is_absent(failure):
            self._list_ends(request.url, request.cb_kwargs["n"])
        else:
            self.report.unread_lists.append((request.url, reason(failure)))

    def _is_too_old(self, url: str) -> bool:
        day = self.source.day(canonical(url))
        return bool(self._since and day and day < f"{self._since:%Y%m%d}")

    def _count_left_out(self, rows: Iterable[str]) -> None:
        for url in map(canonical, rows):
            if self.source.skip and self.source.skip.fullmatch(url) and url not in self._left_out:
                self._left_out.add(url)
                self.report.count(self.source.site, "skipped", url, "photo, video or about the site")

    def _follow(self, urls: Iterable[str]) -> Iterator[Request]:
        for url in map(canonical, urls):
            if self.source.is_article(url) and not self._is_too_old(url):
                yield self._article_request(url)

    def parse_article(self, response: Response) -> Iterator[Fetched | Request]:
        if self.fault:
            raise CloseSpider("archive")
        if not self._urls and not self.source.is_article(response.url):
            self.report.count(self.source.site, "skipped", response.url, "a redirect led away from the articles")
            return
        page = fetched_page(response, datetime.now(UTC))
        try:
            reading = read(page.body, page.url, page.fetched)
        except NotAnArticle as error:
            self.report.count(self.source.site, "skipped", error.subject, error.reason)
            return
        yield self._joined_or_next(_Parts([reading], [page]))
        if not self._urls:
            yield from self._follow(reading.related)

    def _joined_or_next(self, parts: _Parts) -> Fetched | Request:
        """The request of the article's next page; the article where it has no more."""
        if url := parts.take_next():
            # Before all else: an article is whole at once, or a run that is cut short leaves it for the next.
            return self._request(
                url, self.parse_part, self.part_failed, cb_kwargs={"parts": parts}, priority=2, dont_filter=True
            )
        return Fetched(join(parts.readings), tuple(parts.pages))

    def parse_part(self, response: Response, parts: _Parts) -> Iterator[Fetched | Request]:
        page = fetched_page(response, datetime.now(UTC))
        with suppress(NotAnArticle):  # missing, then
            parts.readings.append(read(page.body, page.url, page.fetched, part_of=parts.pages[0].url))
            parts.pages.append(page)
        yield self._joined_or_next(parts)

    def part_failed(self, failure: Failure) -> Iterator[Fetched | Request]:
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        yield self._joined_or_next(request.cb_kwargs["parts"])

    def page_failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        outcome: Outcome = "skipped" if _is_absent(failure) and not self._urls else "failed"
        self.report.count(self.source.site, outcome, request.url, reason(failure))

    def closed(self, _reason: str) -> None:
        if not self._urls and not self._saw_rows:
            self.report.unread_lists.append((self.source.title, "no list has any rows"))
        for url, why in self.report.unread_lists:
            self.logger.error("list can't be read: %s: %s", url, why)
        for _source, url in self.report.general:
            self.logger.warning("read by general means, no form fits: %s", url)


def reason(failure: Failure) -> str:
    """Why a request failed, in one line."""
    if status := _status(failure):
        return f"HTTP {status}"
    return " ".join(f"{type(failure.value).__name__} {failure.value}".split())


def _is_absent(failure: Failure) -> bool:
    """Whether the page is gone or not to be fetched (robots.txt), which is no failure of the run."""
    status = _status(failure)
    return status in _MISSING if status else isinstance(failure.value, IgnoreRequest)


def _status(failure: Failure) -> int:
    """The HTTP status that made a request fail; 0 where it was something else."""
    return int(failure.value.response.status) if isinstance(failure.value, HttpError) else 0


def spider_of(source: Source) -> type[ArticleSpider]:
    """The spider class of one source."""
    return type(
        f"{source.name}_spider", (ArticleSpider,), {"name": source.name, "source": source, "__module__": __name__}
    )


# `scrapy crawl NAME` finds them here.
globals().update({f"{source.name}_spider": spider_of(source) for source in sources.every()})
