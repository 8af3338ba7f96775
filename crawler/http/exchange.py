"""What was asked and answered over HTTP, in the form in which the archive keeps it."""

from __future__ import annotations

from datetime import datetime
from http.client import responses
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.headers import Headers

from archive.messages import Reason
from archive.url import canonical
from archive.warc.pages import FetchedPage, Head
from crawler.http.crawl import crawl_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

ADDRESS = "address"  # of a request, canonical, before any redirect
_RECEIVED = "headers_received"
_REDIRECTS = {301, 302, 303, 307, 308}


class HeadersNoted:
    """Downloader middleware: notes the headers as they came, before Scrapy decodes the body and drops some."""

    def process_response(self, request: Request, response: Response) -> Response:
        request.meta[_RECEIVED] = _pairs(response.headers)
        if response.headers.get("Content-Encoding"):
            # Or Scrapy takes what is compressed for text, by its address, and guesses at length how that is coded.
            return Response(**{name: getattr(response, name) for name in Response.attributes})
        return response


class LedToFront(IgnoreRequest):
    """An article's address leads to the site's front page or a list: the site has no other way to say it is gone."""


class LedToFrontNoticed:
    """Downloader middleware: raises LedToFront. Scrapy would drop such a redirect, where that page was read before."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        source = crawl_of(self._crawler).source
        to = header(response, "Location")
        if response.status in _REDIRECTS and to and source.is_article(request.meta.get(ADDRESS, "")):
            target = canonical(urljoin(request.url, to))
            if source.owns(target) and source.is_list(target):
                raise LedToFront(Reason.LED_TO_FRONT.format(url=target))
        return response


def header(response: Response, name: str) -> str:
    """What a header says; "" where there is none."""
    return (response.headers.get(name) or b"").decode("latin-1")


def fetched_page(response: Response, fetched: datetime) -> FetchedPage:
    """The answer with its request. Scrapy tells no reason phrase: it is the standard's."""
    line = f"{response.protocol or 'HTTP/1.1'} {response.status} {responses.get(response.status, '')}".rstrip()
    answer = Head(line, response.meta[_RECEIVED])
    assert response.request
    return FetchedPage(response.url, response.body, fetched, response=answer, request=_asked(response.request))


def _asked(request: Request) -> Head:
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Head(f"{request.method} {target} HTTP/1.1", (("Host", parts.netloc), *_pairs(request.headers)))


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )
