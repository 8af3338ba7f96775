"""The crawl that a middleware works for, as far as it has to know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from crawler.sources import Source

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


@runtime_checkable
class Crawl(Protocol):
    """crawler.session.Session."""

    source: Source
    sites: frozenset[str]  # that it may ask, as addresses.site names them

    def remark(self, subject: str, text: str) -> None:
        """Report something that the operator should know."""


def crawl_of(crawler: Crawler) -> Crawl:
    """The crawl of a running spider, which Scrapy knows only as an attribute of it."""
    session = getattr(crawler.spider, "session", None)
    assert isinstance(session, Crawl)
    return session
