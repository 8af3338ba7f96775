"""HTTP requests and responses in the form in which the archive keeps them."""

from __future__ import annotations

from datetime import datetime
from http.client import responses
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.headers import Headers

from archive.text.messages import Reason
from archive.url import canonical
from archive.warc.pages import FetchedPage, Head
from crawler.http.crawl import crawl_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

ADDRESS = "address"  # of a request, canonical, before any redirect
_RECEIVED = "headers_received"
REDIRECTS = {301, 302, 303, 307, 308}


class HeadersNoted:
    """Downloader middleware: keeps the headers as received; Scrapy drops some when it decodes the body."""

    def process_response(self, request: Request, response: Response) -> Response:
        request.meta[_RECEIVED] = _pairs(response.headers)
        if response.headers.get("Content-Encoding"):
            # Scrapy would take the compressed body for text, by its address, and try to detect its encoding.
            return Response(**{name: getattr(response, name) for name in Response.attributes})
        return response


class LedToFront(IgnoreRequest):
    """An article's address redirects to the front page or a list, by which a site says that the article is gone."""


class LedToFrontNoticed:
    """Downloader middleware: raises LedToFront. Scrapy would drop such a redirect if that page was read before."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        source = crawl_of(self._crawler).source
        to = header(response, "Location")
        if response.status in REDIRECTS and to and source.is_article(request.meta.get(ADDRESS, "")):
            target = canonical(urljoin(request.url, to))
            if source.owns(target) and source.is_list(target):
                raise LedToFront(Reason.LED_TO_FRONT.format(url=target))
        return response


def header(response: Response, name: str) -> str:
    """The value of a header; "" if there is none."""
    return (response.headers.get(name) or b"").decode("latin-1")


def fetched_page(response: Response, fetched: datetime) -> FetchedPage:
    """The response with its request. Scrapy gives no reason phrase: the standard one is used."""
    line = f"{response.protocol or 'HTTP/1.1'} {response.status} {responses.get(response.status, '')}".rstrip()
    head = Head(line, response.meta[_RECEIVED])
    assert response.request
    return FetchedPage(response.url, response.body, fetched, response=head, request=_request_head(response.request))


def _request_head(request: Request) -> Head:
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Head(f"{request.method} {target} HTTP/1.1", (("Host", parts.netloc), *_pairs(request.headers)))


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )
