"""Retries with exponential backoff, or after the time a site names, when it is busy or unreachable."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import random
from time import monotonic, time
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.misc import load_object

from archive import clock
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from crawler.http.crawl import crawl_of
from crawler.http.exchange import header

LONGEST = 600.0  # seconds that a run waits for a site
_GIVEN_UP = 3  # requests in a row whose tries all failed, after which the site is left for the next run
_FIRST = 5  # the first wait, in delays between two requests
_TRIES, _TWICE = "tries", "may be asked for twice"


class Postponed(Exception):
    """The site gets no more requests in this run; without a text if the run was ended during the wait."""


def retry_after(value: str, now: datetime) -> float:
    """The seconds of a Retry-After header, which is a number or a date (RFC 9110, 10.2.3); 0 without a valid one."""
    number = value.strip()
    if number.isascii() and number.isdecimal():
        return float(number)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return 0
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def own_wait(tries: int, delay: float, chance: float) -> float:
    """The seconds to wait after so many tries: twice as long each time, and up to half of that more at random."""
    return _FIRST * max(delay, 0.02) * 2.0 ** (tries - 1) * (1 + chance / 2)


class Retry:
    """Downloader middleware. A wait delays its own spider only, which requests one page at a time."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._busy = set(map(int, settings.getlist("RETRY_HTTP_CODES")))
        self._passing = tuple(map(load_object, settings.getlist("RETRY_EXCEPTIONS")))
        self._most = 1 + settings.getint("RETRY_TIMES")
        self._delay = settings.getfloat("DOWNLOAD_DELAY")
        self._max_time = settings.getfloat("CLOSESPIDER_TIMEOUT")
        self._answered = 0.0
        self._given_up = 0
        self._left = False
        crawler.signals.connect(self._note_end, signals.request_left_downloader)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def _note_end(self) -> None:
        self._answered = monotonic()

    async def process_request(self, request: Request) -> None:
        """Wait for the request's turn: the delay runs from the end of the previous response.

        Scrapy's downloader counts from its beginning, and cannot interrupt a wait to end a run.
        """
        if self._left:  # the spider is not closed yet
            raise Postponed
        if slot := self._crawler.engine.downloader.slots.get(request.meta["download_slot"]):
            await self._pause(self._answered + slot.delay - monotonic())
        if crawl_of(self._crawler).fault:  # another host may request the site's pages soon
            raise Postponed

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in self._busy:
            self._given_up = 0
            request.dont_filter = request.meta.get(_TWICE, request.dont_filter)  # a redirect inherits it
            return response
        wait = retry_after(header(response, "Retry-After"), clock.now())
        return await self._again(request, f"HTTP {response.status}", wait) or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if not isinstance(exception, self._passing):
            return None
        return await self._again(request, str(of_error(exception)), 0)

    async def _again(self, request: Request, why: str, wait: float) -> Request | None:
        """The request for another try, after the wait that the site asks for or one of our own; None after the last."""
        tries = request.meta.get(_TRIES, 0) + 1
        if wait:
            await self._wait(wait, why)
        if tries == self._most:
            self._given_up += 1
            if self._given_up == _GIVEN_UP:
                raise self._leave(_("{why}, for every address").format(why=why))
            return None
        if not wait:
            own = min(LONGEST, own_wait(tries, self._delay, random()))  # noqa: S311  # not a secret
            await self._wait(own, why)
        # Before all other requests: it was its turn.
        meta = {_TWICE: request.dont_filter} | request.meta | {_TRIES: tries}
        return request.replace(meta=meta, dont_filter=True, priority=request.priority + 1)

    async def _wait(self, seconds: float, why: str) -> None:
        if seconds > min(LONGEST, self._time_left()):
            raise self._leave(_("{why}, asks for a wait of {seconds:.0f} s").format(why=why, seconds=seconds))
        await self._pause(seconds)

    def _leave(self, why: str) -> Postponed:
        self._left = True
        return Postponed(why)

    async def _pause(self, seconds: float) -> None:
        until = monotonic() + seconds
        while (rest := until - monotonic()) > 0:
            await asyncio.sleep(min(rest, 0.5))
            if not self._crawler.engine.running or self._time_left() <= 0:
                raise Postponed

    def _time_left(self) -> float:
        """Seconds until the time limit of the run."""
        start = self._crawler.engine.start_time
        return start + self._max_time - time() if self._max_time and start else LONGEST
