"""Redirects that lead nowhere: in a circle, too often, or to an address that is too long."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Self
from urllib.parse import urldefrag, urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response
from w3lib.url import safe_url_string

from archive.text.messages import Reason
from crawler.http.exchange import REDIRECTS, header

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

LONGEST = 2083  # characters of an address, as in browsers
_COOKIES, _SENT = "cookies by host", "cookies were sent"


class NotReached(Exception):
    """A redirect leads to no page."""


class Circles:
    """Downloader middleware: raises NotReached, which Scrapy's own would do without a reason, or not at all.

    A site that redirects until its cookie comes back gets it once. No other cookies are sent.
    """

    def __init__(self, most: int) -> None:
        self._most = most

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings.getint("REDIRECT_MAX_TIMES"))

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in REDIRECTS or not header(response, "Location"):
            return response
        target = urldefrag(urljoin(request.url, safe_url_string(header(response, "Location")))).url
        passed = [*request.meta.get("redirect_urls", ()), request.url]
        if len(target) > LONGEST:
            raise NotReached(Reason.LONG_ADDRESS.format(most=LONGEST))
        cookies = request.meta[_COOKIES] = _with_cookies(request, response)
        if target in {urldefrag(url).url for url in passed}:
            if _SENT not in request.meta and (values := cookies.get(urlsplit(target).hostname or "")):
                return _again(request, target, values)
            raise NotReached(Reason.LED_IN_CIRCLE.format(url=target))
        if len(passed) > self._most:
            raise NotReached(Reason.LED_ON.format(most=self._most))
        return response


def _with_cookies(request: Request, response: Response) -> dict[str, dict[str, str]]:
    """The cookies so far, by host, with those of a response."""
    cookies: dict[str, dict[str, str]] = dict(request.meta.get(_COOKIES, {}))
    host = urlsplit(request.url).hostname or ""
    for line in response.headers.getlist("Set-Cookie"):
        try:
            values = SimpleCookie(line.decode("latin-1"))
        except CookieError:
            continue
        cookies[host] = cookies.get(host, {}) | {name: morsel.coded_value for name, morsel in values.items()}
    return cookies


def _again(request: Request, url: str, cookies: dict[str, str]) -> Request:
    """The request with the cookies, before all others: it was its turn."""
    again = request.replace(url=url, dont_filter=True, priority=request.priority + 1)
    again.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    again.meta.update({_SENT: True, "redirect_urls": [], "redirect_times": 0})
    return again
