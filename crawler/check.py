"""Tries the rules of a source on the live site, and fetches pages from which they can be mended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from archive import clock
from archive.errors import WencangError
from archive.settings import Settings
from crawler.extract.extractor import read
from crawler.health.rules import Finding, findings
from crawler.http.exchange import fetched_page
from crawler.http.failures import reason
from crawler.reader import reader
from crawler.run import run
from crawler.session import Session
from crawler.sources import Source, sources_of
from crawler.spiders import ArticleSpider

_ARTICLES, _LISTS = 3, 1  # of a list


def check(source: Source, settings: Settings) -> list[Finding]:
    """Fetch the first list that has rows and its first articles; what each rule found. Once in a process."""
    spiders = run([Session(source, sources_of(settings))], settings, base=_Checks, ITEM_PIPELINES={})
    return [finding for spider in spiders if isinstance(spider, _Checks) for finding in spider.findings]


class _Checks(ArticleSpider):
    def __init__(self, session: Session, **options: Any) -> None:
        super().__init__(session, **options)
        self.findings: list[Finding] = []

    async def start(self) -> Any:
        yield self._list_request(self.source.lists[0], 0)

    async def parse_list(
        self, response: Response, url: str, n: int, part: str = "", depth: int = 0
    ) -> AsyncIterator[Request]:
        listing = await self._listing(response)
        articles = [row for row in listing.rows if self.source.is_article(row)]
        if listing.lists:
            self._found(response.url, "lists", f"{len(listing.lists)} lists")
            for request in [*self._further(listing.lists, response.url, url, depth)][:_LISTS]:
                yield request
            return
        self._found(response.url, "rows", f"{len(listing.rows)} links" if listing.rows else "")
        self._found(response.url, "article address", f"{len(articles)} of them" if articles else "")
        if listing.kind == "html":
            self._found(response.url, "page count", str(listing.pages or ""))
        for row in articles[:_ARTICLES]:
            yield self._article_request(row)
        if not articles:
            for request in self._next_list(url):
                yield request

    def _next_list(self, url: str) -> Iterator[Request]:
        following = self.source.lists[self.source.lists.index(url) + 1 :]
        if following:
            yield self._list_request(following[0], 0)

    async def parse_article(self, response: Response) -> AsyncIterator[Any]:
        try:
            pages = await self._drawn(fetched_page(response, clock.now()))
            url, body, fetched = pages[-1].url, pages[-1].body, pages[-1].fetched
            reading = await reader().ask(url, read, body, url, fetched, source=self.source)
        except WencangError as error:
            self._found(response.url, f"article ({error.reason})", "")
            return
        self.findings += findings(response.url, reading)
        return
        yield  # makes this an asynchronous generator

    def list_failed(self, failure: Failure) -> Any:
        self._end_if_postponed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        self._found(request.url, f"list ({reason(failure)})", "")
        return self._next_list(request.cb_kwargs["url"])

    def page_failed(self, failure: Failure) -> Any:
        self._end_if_postponed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        self._found(request.url, f"page ({reason(failure)})", "")

    def _found(self, url: str, rule: str, found: str) -> None:
        self.findings.append(Finding(url, rule, found))
