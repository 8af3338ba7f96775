"""The crawl that a middleware works for, as far as a middleware has to know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from crawler.sources import Source

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


@runtime_checkable
class Crawl(Protocol):
    """What a middleware needs of crawler.session.Session."""

    source: Source
    sites: frozenset[str]  # that it may request, as named by addresses.site
    fault: Exception | None  # the error that ends it: nothing is requested any more

    def remark(self, subject: str, text: str) -> None:
        """Report something that the operator should know."""


def crawl_of(crawler: Crawler) -> Crawl:
    """The crawl of the running spider, of which it is an attribute that Scrapy does not know."""
    session = getattr(crawler.spider, "session", None)
    assert isinstance(session, Crawl)
    return session
