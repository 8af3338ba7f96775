"""Requests to a web archive, one after the other, through the machinery of a crawl.

A web archive is asked for addresses that a person chose, at interfaces that it offers to programs, so
its robots.txt, which speaks to search engines, is not consulted; its limits (429, 503 and
Retry-After) and the delay between two requests are kept.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive.errors import WencangError
from archive.settings import Settings
from archive.text.messages import Message, Reason, of_error, worded
from crawler.http.exchange import REDIRECTS, header
from crawler.http.retry import Postponed
from crawler.past.session import PastSession
from crawler.run import process
from crawler.settings import DOWNLOADER_MIDDLEWARES

_INDEX_BYTES = 256 << 20  # of one answer of an index


class Unanswered(Exception):
    """The archive did not answer a request; the argument, a Message, says why."""


class LimitReached(Exception):
    """A limit of the run is reached."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; `headers` by name in lower case, `location` the absolute address it redirects to."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    location: str = ""


Work = Callable[["PastSpider"], Awaitable[None]]


class PastSpider(Spider):
    """Runs `work`, which calls `get`."""

    name = "past"

    def __init__(self, session: PastSession, work: Work, **options: Any) -> None:
        super().__init__(**options)
        self.session = session
        self._work = work

    @classmethod
    def from_crawler(cls, crawler: Crawler, session: PastSession, work: Work, **options: Any) -> Self:
        spider = super().from_crawler(crawler, session=session, work=work, **options)
        crawler.signals.connect(spider.closed_for, signals.spider_closed)
        return spider

    def closed_for(self, reason: str) -> None:
        if reason == "shutdown":
            self.session.ended, self.session.report.interrupted = "interrupted", True

    async def start(self) -> AsyncIterator[Any]:
        session = self.session
        try:
            await self._work(self)
            session.ended = "finished"
        except CancelledError:
            raise
        except LimitReached:
            session.ended = session.limit
        except Postponed as error:
            session.ended = "postponed"
            if text := str(error):
                session.remark(session.archive.name, text)
        except Exception as error:  # whatever it is, it ends the run
            session.fault = error
        return
        yield

    async def get(self, url: str, span: tuple[int, int] | None = None, is_index: bool = False) -> Answer:
        """The response to a request, of the bytes from the first to the last of a `span` only.

        Redirects are not followed. Raises Unanswered, LimitReached, or Postponed if the archive asks to wait for long.
        """
        if self.session.limit:
            raise LimitReached
        self.session.requests += 1
        headers = {"Range": f"bytes={span[0]}-{span[1]}", "Accept-Encoding": "identity"} if span else {}
        meta = {"download_slot": self.name, "dont_redirect": True}
        meta |= {"download_maxsize": _INDEX_BYTES, "download_timeout": 300} if is_index else {}
        try:
            response = await self.crawler.engine.download_async(
                Request(url, headers=headers, meta=meta, dont_filter=True)
            )
        except (Postponed, CancelledError):
            raise
        except Exception as error:  # of any layer of the network
            raise Unanswered(_why(error)) from error
        return _answer(response)


def _why(error: Exception) -> Message:
    if isinstance(error, WencangError):
        return worded(error.reason)
    first = error.args[0] if error.args else ""
    return first if isinstance(first, Message) else of_error(error)


def _answer(response: Response) -> Answer:
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
    to = header(response, "Location") if response.status in REDIRECTS else ""
    return Answer(response.url, response.status, headers, response.body, to and urljoin(response.url, to))


def refused(status: int) -> Message:
    return Reason.HTTP.format(status=status)


def run(session: PastSession, work: Work, settings: Settings) -> None:
    """Run the work of a session. Like crawler.run, it can run once in a process. Raises the error that ended it."""
    middlewares = DOWNLOADER_MIDDLEWARES | {"crawler.http.robots.Robots": None}
    crawling = process(settings, ITEM_PIPELINES={}, DOWNLOADER_MIDDLEWARES=middlewares)
    crawling.crawl(crawling.create_crawler(PastSpider), session=session, work=work)
    crawling.start()
    if session.fault:
        raise session.fault
