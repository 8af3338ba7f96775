"""A crawl stays on its site, whatever a redirect or the name server says."""

from __future__ import annotations

from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.error import DNSLookupError

from archive.messages import Reason
from crawler.http.addresses import is_private, proxy_of, refuse_nameless, site
from crawler.http.crawl import crawl_of


class Offsite:
    """Downloader middleware: no request passes that leads off the site, or to a private address nobody named.

    The name server's answer is kept for the whole run (DNSCACHE_ENABLED), so that what is
    looked at here is what is connected to.
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
        if not proxy_of(request.url):  # else it looks the name up
            await _refuse_private(parts.hostname or "")
        self._passed.add((parts.scheme, parts.netloc))


async def _refuse_private(host: str) -> None:
    """Raise IgnoreRequest for a name that stands for a private address; a host that is one by its name was meant."""
    from twisted.internet import reactor  # here, for it is chosen at import

    if is_private(host):
        return
    with suppress(DNSLookupError):  # which the request will meet, too
        address = await maybe_deferred_to_future(reactor.resolve(host))  # type: ignore[arg-type]  # its type is wrong
        if is_private(address):
            raise IgnoreRequest(Reason.LED_TO_PRIVATE.format(address=address))
