"""Keeps a crawl on its site, whatever a redirect or the name server says."""

from __future__ import annotations

from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.error import DNSLookupError

from archive.text.messages import Reason
from crawler.http.addresses import is_private, proxy_of, refuse_nameless, site
from crawler.http.crawl import crawl_of


class Offsite:
    """Downloader middleware: refuses requests that lead off the site, or to a private address that was not named.

    The answers of the name server are cached for the whole run (DNSCACHE_ENABLED), so the address
    that is checked is the one that is connected to.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._passed: set[tuple[str, str]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if (parts.scheme, parts.netloc) in self._passed:
            return
        if site(request.url) not in crawl_of(self._crawler).sites:
            raise IgnoreRequest(Reason.LED_OFF.format(url=request.url))
        refuse_nameless(self._crawler.settings["CONTACT"], [request.url])
        if not proxy_of(request.url):  # else the proxy looks the name up
            await _refuse_private(parts.hostname or "")
        self._passed.add((parts.scheme, parts.netloc))


async def _refuse_private(host: str) -> None:
    """Raise IgnoreRequest for a name that resolves to a private address; an IP address itself was named on purpose."""
    from twisted.internet import reactor  # importing it chooses the reactor

    if is_private(host):
        return
    with suppress(DNSLookupError):  # the request will fail with it
        address = await maybe_deferred_to_future(reactor.resolve(host))  # type: ignore[arg-type]  # its type is wrong
        if is_private(address):
            raise IgnoreRequest(Reason.LED_TO_PRIVATE.format(address=address))
