"""A Scrapy spider for each source: from lists to articles to the articles they link to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from archive import clock
from archive.errors import NotAnArticle, WencangError
from archive.settings import load
from archive.tables.ledger import Outcome
from archive.text.messages import Message, Reason
from archive.text.translation import gettext as _
from archive.url import canonical
from archive.warc.pages import FetchedPage
from crawler.extract.extractor import Reading, join, read_list
from crawler.extract.pagination import MOST
from crawler.http.addresses import as_answered, as_linked, site
from crawler.http.circles import LONGEST
from crawler.http.exchange import ADDRESS, fetched_page, header
from crawler.http.failures import is_absent, is_missing, reason, status
from crawler.http.retry import Postponed
from crawler.keeping import Fetched, FetchedPicture, Missing, NoArticle
from crawler.reader import read_page, reader
from crawler.report import Report
from crawler.session import Scope, Session, opened
from crawler.settings import handed_over
from crawler.sources import Source, Sources, sources_of

_WHOLE = Scope()
# The limits of a run for which the scope sets none: a site can show new lists and links without end.
_MOST_PAGES, _MOST_PAGES_DUE, _MOST_SECONDS_DUE = 100_000, 2_000, 3600
_MOST_LIST_PAGES, _MOST_LIST_PAGES_DUE = 1_000, 100
# The order of requests: an article's further pages, so that few are left unfinished when a run is cut short;
# articles that lists show, and those they link to; lists; articles further on, which are older, and may be
# without end; what failed before; pictures.
_PART, _LISTED, _LIST, _LINKED, _FAILING, _PICTURE = 3, 2, 1, 0, -1, -2
_TOO_LONG = Reason.LONG_ADDRESS.format(most=LONGEST)
_ENDED = {  # by Scrapy's reason
    "finished": "finished", "shutdown": "interrupted", "postponed": "postponed",
    "closespider_pagecount": "page limit", "closespider_timeout": "time limit",
}  # fmt: skip


@dataclass(slots=True)
class _Parts:
    """An article of several pages while they are fetched, one after the other."""

    address: str  # that was requested
    section: str  # the list that showed it
    readings: list[Reading]
    pages: list[FetchedPage]
    requested: set[str] = field(default_factory=set)

    def take_next(self) -> str:
        """The next page that was not requested yet; "" if there is none."""
        urls = (url for reading in self.readings for url in reading.next_pages)
        url = next((url for url in urls if url not in self.requested), "") if len(self.requested) < MOST else ""
        self.requested.add(url)
        return url


class ArticleSpider(Spider):
    """Yields articles as Fetched and, after them, their pictures as FetchedPicture."""

    source: Source

    def __init__(self, session: Session, **options: Any) -> None:
        super().__init__(**options)
        self.session = session
        self.report = session.report
        self.frontier = session.frontier
        self._own = ExitStack()  # what it opened itself
        scope = session.scope
        self._urls = scope.urls
        self._bounded = bool(scope.since or scope.until)
        self._since = f"{scope.since:%Y%m%d}" if scope.since else ""
        self._until = f"{scope.until:%Y%m%d}" if scope.until else "99999999"
        self._images = bool(scope.images and session.target)
        self._left_out: set[str] = set()
        self._lists: Sequence[str] = ()  # that were requested
        self._validators: dict[str, tuple[str, ...]] = {}
        self._addresses: set[str] = set()  # of articles that were requested
        self._led_to: dict[str, tuple[str, str]] = {}  # the target and the list of those redirected to another of them

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Called before the spider is made: `scrapy crawl NAME`, unlike crawler.run, hands over no settings."""
        super().update_settings(settings)
        if "DATA_FOLDER" not in settings:
            settings.update(handed_over(load()), priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, session: Session | None = None, **options: Any) -> Self:
        """`scrapy crawl NAME` hands over no session: the spider opens one, and closes it."""
        own = ExitStack()
        if not session:
            settings = load(Path(crawler.settings["DATA_FOLDER"]))
            (session,) = own.enter_context(opened(settings, [(cls.source, Scope())], Report()))
        spider = super().from_crawler(crawler, session=session, **options)
        spider._own = own
        crawler.signals.connect(spider.attempt, signals.request_reached_downloader)
        return spider

    def attempt(self, request: Request) -> None:
        """Note an article's address before it is requested."""
        if self.frontier and request.callback == self.parse_article:
            self.frontier.attempt(request.meta[ADDRESS])

    async def start(self) -> AsyncIterator[Any]:
        for request in self._page_requests() if self._urls else self._source_requests():
            yield request

    def _page_requests(self) -> Iterator[Request]:
        for url in self._urls:  # as typed: the site may answer under https only
            if self._is_new(url, ""):
                yield self._article_request(url, near=True)

    def _is_new(self, url: str, list: str) -> bool:
        """Whether an article is to be requested: not twice in a run. An address that is too long is a failure."""
        key = canonical(url)
        if key in self._addresses:
            return False
        self._addresses.add(key)
        if len(url) > LONGEST:
            self.report.count(self.source.site, "failed", f"{url[:100]}...", _TOO_LONG, list)
        return len(url) <= LONGEST

    def _source_requests(self) -> Iterator[Request]:
        """The lists, and what earlier runs left."""
        self._lists = self.frontier.lists() if self.frontier else self.source.lists
        for url in self._lists:
            yield self._list_request(url, 0)
        if self.frontier:
            for candidate in self.frontier.waiting():
                if self._is_new(candidate.address, candidate.list):
                    yield self._article_request(candidate.address, candidate.list)
            if self._images:
                yield from map(self._picture_request, self.frontier.waiting_pictures())

    def _article_request(self, url: str, list: str = "", near: bool = False) -> Request:
        """The request of an article; `near` if a list shows it, an article that links to it, or a person named it."""
        failing = self.frontier and self.frontier.is_failing(url)
        priority = _FAILING if failing else _LISTED if near or list else _LINKED
        return self._request(url, self.parse_article, self.page_failed, list, priority=priority)

    def _picture_request(self, url: str) -> Request:
        return self._request(url, self.parse_picture, self.picture_failed, cb_kwargs={"url": url}, priority=_PICTURE)

    def _list_request(self, url: str, n: int) -> Request:
        page = self.source.list_page(url, n)
        headers = self.frontier.validators(url) if self.frontier and not n else {}
        return self._request(
            page, self.parse_list, self.list_failed, cb_kwargs={"url": url, "n": n}, headers=headers, priority=_LIST
        )

    def _request(self, url: str, callback: Any, errback: Any, list: str = "", **options: Any) -> Request:
        # One slot for all hosts of the site, which get one request at a time together.
        meta = {"download_slot": self.source.name, "list": list, ADDRESS: canonical(url)}
        return Request(url, callback, errback=errback, meta=meta, **options)

    async def parse_list(self, response: Response, url: str, n: int) -> AsyncIterator[Request]:
        try:
            listing = await reader().ask(response.url, read_list, response.body, response.url, self.source)
        except WencangError as error:
            self._list_unread(url, response.url, error.reason)
            return
        if not listing.rows:
            self._list_ends(url, n)
            return
        self.session.tally.lists.add(url)
        self._count_left_out(listing.rows, url)
        if n == 0:
            self._validators[url] = tuple(header(response, name) for name in ("ETag", "Last-Modified"))
        recent = [row for row in listing.rows if not self._is_too_old(row)]
        requests, any_unknown = self._follow(recent, response.url, url)
        for request in requests:
            yield request
        if recent and any_unknown and n + 1 < listing.pages and not self._is_endless(url, n + 1):
            yield self._list_request(url, n + 1)
        else:
            self._walked(url)

    def _is_endless(self, url: str, pages: int) -> bool:
        """Whether so many pages of a list were read that the rest is left."""
        most = _MOST_LIST_PAGES_DUE if self.session.scope.due else _MOST_LIST_PAGES
        if pages == most:
            self.session.remark(url, _("the list goes on after {count} pages: the rest is left").format(count=most))
        return pages == most

    def _list_unread(self, url: str, page: str, reason: Message) -> None:
        self.report.unread_list(self.source.site, page, reason)
        if self.frontier:
            self.frontier.unread(url, reason)

    def _walked(self, url: str) -> None:
        """A list was read as far as it is new."""
        if self.frontier and not self._bounded:
            self.frontier.walked(url, *self._validators.get(url, ()))

    def _list_ends(self, url: str, n: int) -> None:
        if n > 0:
            self._walked(url)
            return
        self.report.missing_lists.append(url)
        if self.frontier:
            self.frontier.missing(url)

    def dropped(self, request: Request) -> None:
        """Scrapy dropped a request for an address of this run: a list page that redirects to it does not exist."""
        address, list = request.meta[ADDRESS], request.meta["list"]
        if request.callback == self.parse_list:
            self._list_ends(request.cb_kwargs["url"], request.cb_kwargs["n"])
        elif request.callback == self.parse_picture:
            self._no_picture(request.cb_kwargs["url"], Reason.LED_TO_READ.format(url=request.url), absent=False)
        elif request.callback == self.parse_article:
            self._led_to[address] = canonical(request.url), list

    def _count_led(self) -> None:
        """Count the addresses that redirected to another of this run: in a circle they are failures."""
        for address, (target, list) in self._led_to.items():
            passed = {address}
            while target in self._led_to and target not in passed:
                passed.add(target)
                target = self._led_to[target][0]
            if target in passed:
                self.fail({ADDRESS: address, "list": list}, address, Reason.LED_IN_CIRCLE.format(url=target))
            else:
                self._skip({ADDRESS: address, "list": list}, address, Reason.LED_TO_READ.format(url=target))

    def list_failed(self, failure: Failure) -> None:
        """A missing page ends a list; any other failure is one of the run."""
        self._end_if_postponed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        url, n = request.cb_kwargs["url"], request.cb_kwargs["n"]
        if status(failure) == HTTPStatus.NOT_MODIFIED:
            self.session.tally.lists.add(url)
            self._walked(url)
        elif is_absent(failure):
            self._list_ends(url, n)
        else:
            self._list_unread(url, request.url, reason(failure))

    def _is_too_old(self, url: str) -> bool:
        day = self.source.day(url)
        return bool(day and day < self._since)

    def _is_wanted(self, url: str) -> bool:
        return self.source.is_article(url) and not self._is_too_old(url) and self.source.day(url) <= self._until

    def _count_left_out(self, rows: Iterable[str], list: str) -> None:
        for url in rows:
            if self.source.is_skipped(url) and url not in self._left_out:
                self._left_out.add(url)
                self.report.count(self.source.site, "skipped", url, Reason.NO_NEWS, list)

    def _follow(
        self, urls: Iterable[str], page: str, list: str = "", near: bool = False
    ) -> tuple[Sequence[Request], bool]:
        """The requests of the articles among the links of a page, and whether any of them was unknown."""
        wanted: Sequence[str] = [as_linked(url, page) for url in urls if self._is_wanted(url)]
        any_unknown = True
        if self.frontier:
            wanted, any_unknown = self.frontier.shown(wanted, list)
        return [self._article_request(url, list, near=near) for url in wanted if self._is_new(url, list)], any_unknown

    async def parse_article(self, response: Response) -> AsyncIterator[Fetched | NoArticle | Request]:
        if self.session.fault:
            raise CloseSpider("archive")
        if not self._urls and not self.source.is_article(response.url):
            self._skip(response.meta, response.url, Reason.LED_AWAY)
            return
        page = fetched_page(response, clock.now())
        try:
            reading = await reader().ask(page.url, read_page, page, self.session.sources)
        except NotAnArticle as error:
            if self.session.target:
                yield NoArticle(page, error.reason, self.source.site, response.meta[ADDRESS], response.meta["list"])
            else:
                self._skip(response.meta, error.subject, error.reason)
            return
        except WencangError as error:
            self.fail(response.meta, page.url, error.reason)
            return
        if not self._urls:  # before the article is archived: a run killed in between would never follow its links
            near = bool(response.meta["list"])
            for request in self._follow(reading.related, response.url, near=near)[0]:
                yield request
        address, section = response.meta[ADDRESS], response.meta["list"]
        if reading.next_pages:
            for item in self._go_on(_Parts(address, section, [reading], [page])):
                yield item
            return
        yield Fetched(reading, (page,), address, section)
        for request in self._pictures(reading):
            yield request

    def _skip(self, meta: Mapping[str, Any], url: str, reason: Message) -> None:
        self.report.count(self.source.site, "skipped", url, reason, meta["list"])
        if self.frontier:
            self.frontier.skipped(meta[ADDRESS], reason)

    def fail(self, meta: Mapping[str, Any], url: str, reason: Message) -> None:
        """Count a page that could not be read; `meta` is of its request."""
        self.report.count(self.source.site, "failed", url, reason, meta["list"])
        if self.frontier:
            self.frontier.failed(meta[ADDRESS], reason)

    def _go_on(self, parts: _Parts) -> Iterator[Fetched | Request]:
        """The request of the article's next page or, after the last one, the article and requests of its pictures."""
        if url := parts.take_next():
            # Before all else, so that a run that is cut short leaves few articles unfinished.
            yield self._request(
                as_answered(url, parts.pages[0].url), self.parse_part, self.part_failed,
                cb_kwargs={"parts": parts}, priority=_PART, dont_filter=True,
            )  # fmt: skip
            return
        reading = join(parts.readings)
        yield Fetched(reading, tuple(parts.pages), parts.address, parts.section)
        yield from self._pictures(reading)

    def _pictures(self, reading: Reading) -> Iterator[Request]:
        """The requests of an article's pictures that are new to the archive."""
        if self._images and self.frontier:
            urls = [image.url for image in reading.article.images if site(image.url) in self.session.sites]
            yield from map(self._picture_request, self.frontier.pictures(canonical(reading.article.url), urls))

    def parse_picture(self, response: Response, url: str) -> Iterator[FetchedPicture]:
        if self.session.fault:
            raise CloseSpider("archive")
        if header(response, "Content-Type").startswith("image/"):
            yield FetchedPicture(url, fetched_page(response, clock.now()))
        else:  # mostly an error page
            self._no_picture(url, Reason.NO_PICTURE, absent=True)

    def picture_failed(self, failure: Failure) -> None:
        self._end_if_postponed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        self._no_picture(request.cb_kwargs["url"], reason(failure), absent=is_absent(failure))

    def _no_picture(self, url: str, reason: Message, absent: bool) -> None:
        self.report.pictures["failed"] += 1
        self.report.notes.append(("failed", url, reason))
        if self.frontier:
            self.frontier.picture_failed(url, absent)

    async def parse_part(self, response: Response, parts: _Parts) -> AsyncIterator[Fetched | Request]:
        page = fetched_page(response, clock.now())
        with suppress(WencangError):  # `join` then counts it as missing
            first = parts.pages[0].url
            parts.readings.append(await reader().ask(page.url, read_page, page, self.session.sources, part_of=first))
            parts.pages.append(page)
        for item in self._go_on(parts):
            yield item

    def part_failed(self, failure: Failure) -> Iterator[Fetched | Request]:
        self._end_if_postponed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        yield from self._go_on(request.cb_kwargs["parts"])

    def _end_if_postponed(self, failure: Failure) -> None:
        if isinstance(failure.value, Postponed):
            if str(failure.value):
                remark = _("{why}: left for the next run").format(why=failure.value)
                self.session.remark(self.source.title, remark)
                raise CloseSpider("postponed")
            raise CloseSpider("closespider_timeout")  # has no effect if the spider is closing already

    def page_failed(self, failure: Failure) -> None:
        self._end_if_postponed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        url, list, why = request.meta[ADDRESS], request.meta["list"], reason(failure)
        if is_missing(failure) and not self._urls:
            self.session.missing.append(Missing(url, clock.now(), why, list))
        else:
            outcome: Outcome = "skipped" if is_absent(failure) and not self._urls else "failed"
            self.report.count(self.source.site, outcome, url, why, list)
        if self.frontier:
            self.frontier.failed(url, why)

    def _is_unanswered(self, reason: str) -> bool:
        """Whether existing lists were due, and the run had the time to request them."""
        return reason in ("finished", "postponed") and bool(self.frontier and self.frontier.is_expected(self._lists))

    def closed(self, reason: str) -> None:
        tally, due = self.session.tally, self.session.scope.due
        if not self._urls and not tally.lists and (not due or self._is_unanswered(reason)):
            self.report.unread_list(self.source.site, self.source.title, Reason.NO_ROWS)
        self._count_led()
        if self.frontier and not self.session.fault:
            self.frontier.close()
        tally.bytes = self.crawler.stats.get_value("downloader/response_bytes", 0) if self.crawler.stats else 0
        tally.end("fault" if self.session.fault else _ENDED.get(reason, "fault"))
        self._log_report()
        self._own.close()

    def _log_report(self) -> None:
        """For `scrapy crawl`; the program prints the report itself."""
        for url, why in self.report.unread_lists:
            self.logger.error("list can't be read: %s: %s", url, why)
        for subject, remark in self.report.remarks:
            self.logger.warning("%s: %s", subject, remark)
        for _source, url in self.report.general:
            self.logger.warning("read by general means, no form fits: %s", url)


def spider_of(source: Source, scope: Scope = _WHOLE, base: type[ArticleSpider] = ArticleSpider) -> type[ArticleSpider]:
    """The spider class of one source, with the limits of a scope."""
    limits = {
        "CLOSESPIDER_PAGECOUNT": scope.max_pages or (_MOST_PAGES_DUE if scope.due else _MOST_PAGES),
        "CLOSESPIDER_TIMEOUT": scope.max_time or (_MOST_SECONDS_DUE if scope.due else 0),
    }
    values = {"name": source.name, "source": source, "custom_settings": limits, "__module__": __name__}
    return type(f"{source.name}_spider", (base,), values)


class Spiders:
    """Where Scrapy looks for the spiders of `scrapy crawl NAME` and `scrapy list`: a spider for each source."""

    def __init__(self, settings: BaseSettings) -> None:
        self._settings = settings

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        return cls(settings)

    @property
    def _sources(self) -> Sources:
        folder = self._settings.get("DATA_FOLDER")
        return sources_of(load(Path(folder) if folder else None))

    def load(self, spider_name: str) -> type[ArticleSpider]:
        """Raises KeyError for an unknown one, as Scrapy expects."""
        if spider_name not in self._sources.names():
            raise KeyError(spider_name)
        return spider_of(self._sources.load(spider_name))

    def find_by_request(self, request: Request) -> list[str]:
        source = self._sources.of(request.url)
        return [source.name] if source else []

    def list(self) -> list[str]:
        return [*self._sources.names()]
