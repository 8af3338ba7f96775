"""What a site's robots.txt allows (RFC 9309), and how long it asks to wait between two requests."""

from __future__ import annotations

from time import monotonic
from typing import Self
from urllib.parse import urljoin

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http.request import NO_CALLBACK

from archive.messages import Reason, of_error
from archive.translation import gettext as _
from crawler.http.crawl import crawl_of
from crawler.http.retry import Postponed

TOKEN = "wencang"  # noqa: S105  # the product token that a group of rules names
LONGEST = 60.0  # seconds between two requests, whatever the site asks
_MOST_BYTES = 500 * 1024  # that the standard asks a crawler to parse at least
_FRESH = 24 * 3600.0
_ASKED = "for_robots_txt"


class RobotsUnread(Exception):
    """It can't be known what a host allows: nothing may be fetched from it."""


def rules(status: int, body: bytes) -> Protego:
    """The rules in an answer. Raises RobotsUnread where the standard says that all is forbidden."""
    if 200 <= status < 300:
        whole = body if len(body) <= _MOST_BYTES else body[: body.rfind(b"\n", 0, _MOST_BYTES) + 1]
        return Protego.parse(whole.decode("utf-8-sig", errors="ignore"))
    if 400 <= status < 500 and status != 429:  # no robots.txt: all is allowed
        return Protego.parse("")
    raise RobotsUnread(Reason.ROBOTS_UNREAD.format(reason=Reason.HTTP.format(status=status)))


class Robots:
    """Downloader middleware: asks each host for its robots.txt before anything else, and obeys it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._found: dict[str, Protego | RobotsUnread] = {}
        self._since: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if _ASKED in request.meta:
            return
        found = await self._rules_for(request)
        if isinstance(found, RobotsUnread):
            raise found
        if not found.can_fetch(request.url, TOKEN):
            raise IgnoreRequest(Reason.FORBIDDEN)

    async def _rules_for(self, request: Request) -> Protego | RobotsUnread:
        """One request at a time comes by here, so that no host is asked twice."""
        url = urljoin(request.url, "/robots.txt")
        if monotonic() - self._since.get(url, -_FRESH) >= _FRESH:
            asked = await self._ask(url, request)
            if isinstance(asked, Protego) or url not in self._found:
                self._found[url] = asked
            self._since[url] = monotonic()
        return self._found[url]

    async def _ask(self, url: str, request: Request) -> Protego | RobotsUnread:
        slot = request.meta["download_slot"]
        asked = Request(url, callback=NO_CALLBACK, meta={"download_slot": slot, _ASKED: True})
        try:
            response = await self._crawler.engine.download_async(asked)
            found = rules(response.status, response.body)
        except Postponed:
            raise
        except RobotsUnread as error:
            return error
        except Exception as error:  # whatever lies between us and it
            return RobotsUnread(Reason.ROBOTS_UNREAD.format(reason=of_error(error)))
        if delay := found.crawl_delay(TOKEN):
            self._slow_down(slot, delay, url)
        return found

    def _slow_down(self, name: str, seconds: float, url: str) -> None:
        """Keep at least so long between two requests; AutoThrottle goes on from there."""
        if seconds > LONGEST:
            asked = _("asks for {asked:g} s between two requests; {kept:g} s are kept")
            crawl_of(self._crawler).remark(url, asked.format(asked=seconds, kept=LONGEST))
        downloader = self._crawler.engine.downloader
        throttle = self._crawler.get_extension(AutoThrottle)
        assert throttle
        throttle.mindelay = max(throttle.mindelay, min(seconds, LONGEST))
        downloader.per_slot_settings[name] = {"delay": throttle.mindelay}  # of a slot made anew after a long pause
        slot = downloader.slots[name]
        slot.delay = max(slot.delay, throttle.mindelay)
