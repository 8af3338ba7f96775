"""Fetches a few pages of a site without keeping them: to look at it once, or to mend its source.

As a crawl would: robots.txt, one request at a time with the delay, the contact in its name.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from archive import clock
from archive.errors import NotAnArticle, NotFetched, WencangError
from archive.settings import Settings
from archive.text.translation import gettext as _
from archive.url import canonical
from crawler.extract.document import Page
from crawler.http.addresses import as_answered, site
from crawler.http.failures import reason
from crawler.propose.site import Answer, Look, SourceProposal, look
from crawler.run import run
from crawler.session import Scope, Session
from crawler.sources import Source, sources_of
from crawler.spiders import ArticleSpider

_FETCHED = 10  # articles that are taken from lists, where none are named
T = TypeVar("T")


def look_at(url: str, name: str, settings: Settings) -> SourceProposal:
    """Fetch some pages of a site, at most 25, and propose a source. Like `run`, once in a process.

    Raises NotFetched if the front page can't be had, UsageFault if the site shows no articles.
    """
    host = urlsplit(canonical(url)).hostname or url
    source = Source(name, host, host, hosts=frozenset({host}), article=(), forms=())
    session = Session(source, sources_of(settings), scope=Scope((url,)))
    (spider,) = run([session], settings, base=_Look, ITEM_PIPELINES={})
    assert isinstance(spider, _Look)
    if spider.fault:
        raise spider.fault
    if not spider.result:
        raise NotFetched(url, _("the look was interrupted"))
    return spider.result


def refetch(source: Source, settings: Settings, lists: tuple[str, ...], articles: tuple[str, ...]) -> dict[str, bytes]:
    """The pages by the addresses asked for, without those that can't be had. Like `run`, once in a process.

    Without `articles` the first ones that the lists link to are fetched.
    """
    session = Session(source, sources_of(settings), scope=Scope((*lists, *articles)))
    (spider,) = run([session], settings, base=_Refetch, ITEM_PIPELINES={})
    assert isinstance(spider, _Refetch)
    return spider.pages


class _Asking(ArticleSpider, Generic[T]):
    """Fetches what a generator asks for, one page after the other.

    `result` is what that returns, `fault` what it raises; a run that is cut short has neither.
    """

    def __init__(self, session: Session, **options: Any) -> None:
        super().__init__(session, **options)
        self.result: T | None = None
        self.fault: WencangError | None = None
        self._asking = self.asking()

    def asking(self) -> Generator[str, Answer, T]:
        raise NotImplementedError

    def address(self, url: str) -> str:
        """The address to request for one that is asked for."""
        return url

    async def start(self) -> Any:
        for request in self._next(None):
            yield request

    def _next(self, answer: Answer | None) -> Iterator[Request]:
        """The request for the page that is asked for next."""
        try:
            url = self.address(self._asking.send(answer))  # type: ignore[arg-type]  # None starts it
        except StopIteration as end:
            self.result = end.value
        except WencangError as error:
            self.fault = error
        else:
            yield self._request(url, self.parse_page, self.page_unread, cb_kwargs={"url": url}, dont_filter=True)

    def parse_page(self, response: Response, url: str) -> Iterator[Request]:
        return self._next(Answer(response.url, response.body))

    def page_unread(self, failure: Failure) -> Iterator[Request]:
        self._end_if_postponed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        return self._next(Answer(request.cb_kwargs["url"], reason=reason(failure)))


class _Look(_Asking[SourceProposal]):
    def asking(self) -> Look:
        (self._front,) = self.session.scope.urls
        return look(self._front, self.session.source.name, clock.now())

    def address(self, url: str) -> str:
        self.session.sites |= {site(url)}  # it asks for pages of the site's own domain only
        return as_answered(url, self._front)

    def parse_page(self, response: Response, url: str) -> Iterator[Request]:
        if url == self._front:
            self._front = response.url
        return super().parse_page(response, url)


class _Refetch(_Asking[None]):
    def asking(self) -> Generator[str, Answer, None]:
        self.pages: dict[str, bytes] = {}
        urls = self.session.scope.urls
        return _pages(self.source, urls, 0 if any(map(self.source.is_article, urls)) else _FETCHED, self.pages)


def _pages(
    source: Source, urls: tuple[str, ...], most: int, pages: dict[str, bytes]
) -> Generator[str, Answer, None]:  # fmt: skip
    """Take the pages at these addresses, and of the articles that they link to the first `most`."""
    links: dict[str, None] = {}
    for url in urls:
        answer = yield url
        if answer.reason:
            continue
        pages[url] = answer.body
        if not source.is_article(url):
            with suppress(NotAnArticle):  # what can't be read as a page has no links
                links |= dict.fromkeys(_articles(source, answer))
    for url in [link for link in links if link not in pages][:most]:
        answer = yield url
        if not answer.reason:
            pages[url] = answer.body


def _articles(source: Source, answer: Answer) -> Iterator[str]:
    return map(canonical, filter(source.is_article, Page(answer.body, answer.url).links("//a/@href")))
