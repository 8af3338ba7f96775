"""Looks at a site once, as a crawl would: robots.txt, one request at a time with the delay, the contact in its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from archive import clock
from archive.errors import NotFetched, WencangError
from archive.settings import Settings
from archive.text.translation import gettext as _
from archive.url import canonical
from crawler.http.addresses import as_answered
from crawler.http.failures import reason
from crawler.propose.site import Answer, Proposal, look
from crawler.run import run
from crawler.session import Scope, Session
from crawler.sources import Source, sources_of
from crawler.spiders import ArticleSpider


def look_at(url: str, name: str, settings: Settings) -> Proposal:
    """Fetch some pages of a site, at most 25, and propose a source. Like `run`, once in a process.

    Raises NotFetched if the front page can't be had, UsageFault if the site shows no articles.
    """
    host = urlsplit(canonical(url)).hostname or url
    source = Source(name, host, host, hosts=frozenset({host}), article=re.compile("(?!)"), forms=())
    session = Session(source, sources_of(settings), scope=Scope((url,)))
    (spider,) = run([session], settings, base=_Look, ITEM_PIPELINES={})
    assert isinstance(spider, _Look)
    if spider.fault:
        raise spider.fault
    if not spider.proposal:
        raise NotFetched(url, _("the look was interrupted"))
    return spider.proposal


class _Look(ArticleSpider):
    """Fetches what `look` asks for, one page after the other."""

    def __init__(self, session: Session, **options: Any) -> None:
        super().__init__(session, **options)
        self.proposal: Proposal | None = None
        self.fault: WencangError | None = None
        (self._front,) = session.scope.urls
        self._look = look(self._front, session.source.name, clock.now())

    async def start(self) -> Any:
        for request in self._asked(None):
            yield request

    def _asked(self, answer: Answer | None) -> Iterator[Request]:
        """The request for the page that is asked for next."""
        try:
            url = self._look.send(answer)  # type: ignore[arg-type]  # None starts it
        except StopIteration as end:
            self.proposal = end.value
        except WencangError as error:
            self.fault = error
        else:
            url = as_answered(url, self._front)
            yield self._request(url, self.parse_page, self.page_unread, cb_kwargs={"url": url}, dont_filter=True)

    def parse_page(self, response: Response, url: str) -> Iterator[Request]:
        if url == self._front:
            self._front = response.url
        return self._asked(Answer(response.url, response.body))

    def page_unread(self, failure: Failure) -> Iterator[Request]:
        self._end_if_postponed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        return self._asked(Answer(request.cb_kwargs["url"], reason=reason(failure)))
