"""Fetches named pages of a source as a crawl would, and archives nothing: lists, and articles that they show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from archive.settings import Settings
from archive.url import canonical
from crawler.extract.document import Page
from crawler.run import run
from crawler.session import Scope, Session
from crawler.sources import Source, sources_of
from crawler.spiders import ArticleSpider

_ARTICLES = 10  # that are taken from lists, where no others are named


def refetch(source: Source, settings: Settings, lists: tuple[str, ...], articles: tuple[str, ...]) -> dict[str, bytes]:
    """The pages by the addresses asked for, without those that can't be had. Like `run`, once in a process.

    Without `articles` the first ones that the lists link to are fetched.
    """
    session = Session(source, sources_of(settings), scope=Scope((*lists, *articles)))
    (spider,) = run([session], settings, base=_Refetch, ITEM_PIPELINES={})
    assert isinstance(spider, _Refetch)
    return spider.pages


class _Refetch(ArticleSpider):
    def __init__(self, session: Session, **options: Any) -> None:
        super().__init__(session, **options)
        self.pages: dict[str, bytes] = {}
        self._left = 0 if any(map(self.source.is_article, session.scope.urls)) else _ARTICLES

    async def start(self) -> Any:
        for url in self.session.scope.urls:
            yield self._page(url)

    def _page(self, url: str) -> Request:
        return self._request(url, self.parse_page, self.page_unread, cb_kwargs={"url": url}, dont_filter=True)

    def parse_page(self, response: Response, url: str) -> Iterator[Request]:
        self.pages[url] = response.body
        if self._left and not self.source.is_article(url):
            for link in Page(response.body, response.url).links("//a/@href"):
                if self._left and self.source.is_article(link) and canonical(link) not in self.pages:
                    self._left -= 1
                    yield self._page(canonical(link))

    def page_unread(self, failure: Failure) -> None:
        self._end_if_postponed(failure)
