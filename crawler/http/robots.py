"""Obeys robots.txt (RFC 9309), including its Crawl-delay."""

from __future__ import annotations

import re
from time import monotonic
from typing import Self
from urllib.parse import urljoin

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http.request import NO_CALLBACK

from archive.text.messages import Reason, of_error
from archive.text.translation import gettext as _
from crawler.http.crawl import crawl_of
from crawler.http.retry import Postponed

TOKEN = "wencang"  # noqa: S105  # the product token in a group of rules
LONGEST = 60.0  # seconds between two requests at most, whatever the site asks for
_MOST_BYTES = 500 * 1024  # the least that the standard requires a crawler to parse
_MOST_LINE = 8192  # characters: more than an address may have
_AGENT = re.compile(r"\s*user[- ]?agent(?:\s*:|\s|$)([^#]*)", re.IGNORECASE)
_OTHER = "-"
_FRESH = 24 * 3600.0
_FOR_RULES = "for_robots_txt"


class RobotsUnread(Exception):
    """The rules of a host are unknown, so nothing may be fetched from it."""


def rules(status: int, body: bytes) -> Protego:
    """The rules of a response. Raises RobotsUnread where the standard demands to take all as forbidden."""
    if 200 <= status < 300:
        whole = body if len(body) <= _MOST_BYTES else body[: body.rfind(b"\n", 0, _MOST_BYTES) + 1]
        return Protego.parse(_for_us(whole.decode("utf-8-sig", errors="ignore")))
    if 400 <= status < 500 and status != 429:  # without a robots.txt all is allowed
        return Protego.parse("")
    raise RobotsUnread(Reason.ROBOTS_UNREAD.format(reason=Reason.HTTP.format(status=status)))


def _for_us(text: str) -> str:
    """The rules with all other programs under one name.

    Protego stores each rule once for each program that its group names, so that time and memory grow
    with the square of the length.
    """
    return "\n".join(map(_named, text.splitlines()))


def _named(line: str) -> str:
    match = _AGENT.match(line)
    name = match[1].strip().lower().replace("*", "") if match else ""
    if not match or match[1].strip() == "*" or not name or TOKEN.startswith(name):
        return line[:_MOST_LINE]
    return f"User-agent: {_OTHER}"


class Robots:
    """Downloader middleware: requests the robots.txt of each host first, and obeys it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rules: dict[str, Protego | RobotsUnread] = {}
        self._requested: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if _FOR_RULES in request.meta:
            return
        rules = await self._rules_for(request)
        if isinstance(rules, RobotsUnread):
            raise rules
        if not rules.can_fetch(request.url, TOKEN):
            raise IgnoreRequest(Reason.FORBIDDEN)

    async def _rules_for(self, request: Request) -> Protego | RobotsUnread:
        """The rules of a host, a day old at most. Requests come one at a time, so no host is asked twice."""
        url = urljoin(request.url, "/robots.txt")
        if monotonic() - self._requested.get(url, -_FRESH) >= _FRESH:
            fetched = await self._fetch(url, request)
            if isinstance(fetched, Protego) or url not in self._rules:
                self._rules[url] = fetched
            self._requested[url] = monotonic()
        return self._rules[url]

    async def _fetch(self, url: str, request: Request) -> Protego | RobotsUnread:
        slot = request.meta["download_slot"]
        for_rules = Request(url, callback=NO_CALLBACK, meta={"download_slot": slot, _FOR_RULES: True})
        try:
            response = await self._crawler.engine.download_async(for_rules)
            fetched = rules(response.status, response.body)
            if len(response.body) > _MOST_BYTES:
                text = _("only its first {count} KB are read").format(count=_MOST_BYTES >> 10)
                crawl_of(self._crawler).remark(url, text)
        except Postponed:
            raise
        except RobotsUnread as error:
            return error
        except Exception as error:  # of any layer of the network
            return RobotsUnread(Reason.ROBOTS_UNREAD.format(reason=of_error(error)))
        if delay := fetched.crawl_delay(TOKEN):
            self._slow_down(slot, delay, url)
        return fetched

    def _slow_down(self, name: str, seconds: float, url: str) -> None:
        """Wait at least so long between two requests; AutoThrottle goes on from there."""
        if seconds > LONGEST:
            text = _("asks for {asked:g} s between two requests; {used:g} s are used")
            crawl_of(self._crawler).remark(url, text.format(asked=seconds, used=LONGEST))
        downloader = self._crawler.engine.downloader
        throttle = self._crawler.get_extension(AutoThrottle)
        assert throttle
        throttle.mindelay = max(throttle.mindelay, min(seconds, LONGEST))
        downloader.per_slot_settings[name] = {"delay": throttle.mindelay}  # of a later slot
        slot = downloader.slots[name]
        slot.delay = max(slot.delay, throttle.mindelay)
