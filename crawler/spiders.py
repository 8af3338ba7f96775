"""A Scrapy spider for each source: from lists to articles to the articles they link to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from archive import clock
from archive.article import SHANGHAI
from archive.errors import NotAnArticle, WencangError
from archive.settings import load
from archive.tables.ledger import Outcome
from archive.text.messages import Message, Reason
from archive.text.translation import gettext as _
from archive.url import canonical
from archive.warc.pages import FetchedPage
from crawler.extract.dates import Moment
from crawler.extract.extractor import Entry, Listing, Reading, join, read_entry, read_list
from crawler.extract.feeds import Further
from crawler.extract.pagination import MOST
from crawler.extract.reading import dated
from crawler.http import browser
from crawler.http.addresses import as_answered, as_linked, site
from crawler.http.circles import LONGEST
from crawler.http.exchange import ADDRESS, fetched_page, header
from crawler.http.failures import is_absent, is_missing, reason, status
from crawler.http.retry import Postponed
from crawler.keeping import Fetched, FetchedPicture, Missing, NoArticle, is_poorer
from crawler.reader import read_page, reader
from crawler.report import Report
from crawler.session import Scope, Session, opened
from crawler.settings import handed_over
from crawler.sources import Source, Sources, sources_of

_WHOLE = Scope()
# The limits of a run for which the scope sets none: a site can show new lists and links without end.
_MOST_PAGES, _MOST_PAGES_DUE, _MOST_SECONDS_DUE = 100_000, 2_000, 3600
_MOST_LIST_PAGES, _MOST_LIST_PAGES_DUE = 1_000, 100  # with those of the lists that it names
_UNKNOWN = datetime.min.replace(tzinfo=UTC)
_DEEPEST = 3  # lists that one names that one names
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


@dataclass(slots=True)
class _Walk:
    """The reading of a list in this run, with the lists that it names, such as the sitemaps of an index."""

    waiting: int = 1  # of these lists, those not yet read to the end
    pages: int = 0  # that were requested
    lists: set[str] = field(default_factory=set)  # that were named
    validators: tuple[str, ...] = ()
    rest: bool = False  # whether something was left for the next reading
    failed: bool = False


class ArticleSpider(Spider):
    """Yields articles as Fetched and, after them, their pictures as FetchedPicture."""

    source: Source

    def __init__(self, session: Session, **options: Any) -> None:
        super().__init__(**options)
        self.session = session
        self.report = session.report
        self.frontier = session.frontier
        self._own = ExitStack()  # what it opened itself
        self._browser: browser.Browser | None = None
        scope = session.scope
        self._urls = scope.urls
        self._bounded = bool(scope.since or scope.until)
        self._since = f"{scope.since:%Y%m%d}" if scope.since else ""
        self._until = f"{scope.until:%Y%m%d}" if scope.until else "99999999"
        self._images = bool(scope.images and session.target)
        self._left_out: set[str] = set()
        self._lists: Sequence[str] = ()  # that were requested
        self._walks: defaultdict[str, _Walk] = defaultdict(_Walk)  # by list
        self._in_feeds: dict[str, tuple[Entry, FetchedPage]] = {}  # by address: the rows that hold the 正文
        self._dates: dict[str, Moment] = {}  # that rows state, by address
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
        if cls.source.browser:
            spider._browser = browser.Browser(spider._fetch_for_script, crawler.settings["USER_AGENT"])
            crawler.signals.connect(spider._browser.close, signals.spider_closed)
        crawler.signals.connect(spider.attempt, signals.request_reached_downloader)
        return spider

    async def _fetch_for_script(self, url: str) -> FetchedPage:
        """What a script of a page requests, fetched as any page is."""
        request = self._request(url, NO_CALLBACK, None)
        assert self.crawler.engine
        return fetched_page(await self.crawler.engine.download_async(request), clock.now())

    async def _drawn(self, page: FetchedPage) -> tuple[FetchedPage, ...]:
        """A page and, where a browser has to draw it, what that made of it."""
        return (page, await self._browser.draw(page)) if self._browser and browser.is_html(page) else (page,)

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

    def _list_request(self, url: str, n: int, page: str = "", part: str = "", depth: int = 0) -> Request:
        """The request of a page of a list; `part` is a list that it names, at a depth of so many such steps."""
        self._walks[url].pages += 1
        page = page or self.source.list_page(part or url, n)
        headers = self.frontier.validators(part or url) if self.frontier and not n else {}
        place = {"url": url, "n": n, "part": part, "depth": depth}
        return self._request(page, self.parse_list, self.list_failed, cb_kwargs=place, headers=headers, priority=_LIST)

    def _request(self, url: str, callback: Any, errback: Any, list: str = "", **options: Any) -> Request:
        # One slot for all hosts of the site, which get one request at a time together.
        meta = {"download_slot": self.source.name, "list": list, ADDRESS: canonical(url)}
        return Request(url, callback, errback=errback, meta=meta, **options)

    async def parse_list(
        self, response: Response, url: str, n: int, part: str = "", depth: int = 0
    ) -> AsyncIterator[Request]:
        try:
            listing = await self._listing(response)
        except WencangError as error:
            self._list_unread(url, response.url, error.reason, part)
            return
        if listing.kind == "html" and not listing.rows:  # a feed may have none for now
            self._list_ends(url, n, part)
            return
        walk = self._walks[url]
        self.session.tally.lists.add(url)
        self._count_left_out(listing, url)
        validators = tuple(header(response, name) for name in ("ETag", "Last-Modified"))
        if n == 0 and not part:
            walk.validators = validators
        for request in self._further(listing.lists, response.url, url, depth):
            yield request
        rows = [entry for entry in listing.entries if not self._is_entry_too_old(entry)]
        self._note_rows(rows, response)
        wanted = [entry.url for entry in rows if self._day(entry) <= self._until]
        requests, any_unknown = self._follow(wanted, response.url, url)
        for request in requests:
            yield request
        following = listing.next or (self.source.list_page(part or url, n + 1) if n + 1 < listing.pages else "")
        if following and rows and any_unknown and not self._is_endless(url, walk):
            yield self._list_request(url, n + 1, following, part, depth)
        else:
            self._walked(url, part, validators if n == 0 else None)

    async def _listing(self, response: Response) -> Listing:
        """The rows of a list's page; as a browser draws it, if it has none without."""
        listing = await reader().ask(response.url, read_list, response.body, response.url, self.source)
        if listing.rows or listing.kind != "html":
            return listing
        page = (await self._drawn(fetched_page(response, clock.now())))[-1]
        return await reader().ask(page.url, read_list, page.body, page.url, self.source)

    def _further(self, lists: Sequence[Further], page: str, url: str, depth: int) -> Iterator[Request]:
        """The requests of the lists that a page of a list names and that may have changed, the latest ones first."""
        walk = self._walks[url]
        latest = sorted(lists, key=lambda further: further.modified or _UNKNOWN, reverse=True)
        named = {as_linked(each.url, page): each.modified for each in latest if not self._is_list_too_old(each)}
        for address in self.frontier.changed(named) if self.frontier else named:
            if address in walk.lists or address == url:
                continue
            if depth == _DEEPEST or self._is_endless(url, walk):
                walk.rest = True
                return
            walk.lists.add(address)
            walk.waiting += 1
            yield self._list_request(url, 0, part=address, depth=depth + 1)

    def _is_list_too_old(self, further: Further) -> bool:
        return bool(further.modified and f"{further.modified.astimezone(SHANGHAI):%Y%m%d}" < self._since)

    def _is_endless(self, url: str, walk: _Walk) -> bool:
        """Whether so many pages of a list were read that the rest is left."""
        most = _MOST_LIST_PAGES_DUE if self.session.scope.due else _MOST_LIST_PAGES
        if walk.pages >= most:
            self.session.remark(url, _("the list goes on after {count} pages: the rest is left").format(count=most))
        return walk.pages >= most

    def _note_rows(self, entries: Sequence[Entry], response: Response) -> None:
        """Keep the dates of rows, and those of a feed that hold the 正文, until their pages are read."""
        dates = {canonical(entry.url): entry.published for entry in entries if self.source.is_article(entry.url)}
        self._dates |= {url: moment for url, moment in dates.items() if moment}
        texts = [entry for entry in entries if entry.text and self.source.is_article(entry.url)]
        if texts:
            page = fetched_page(response, clock.now())
            self._in_feeds |= {canonical(entry.url): (entry, page) for entry in texts}

    def _list_unread(self, url: str, page: str, reason: Message, part: str = "") -> None:
        self.report.unread_list(self.source.site, page, reason)
        walk = self._walks[url]
        if part:
            walk.rest = True
            self._end_part(url)
        elif self.frontier:
            walk.failed = True
            self.frontier.unread(url, reason)

    def _walked(self, url: str, part: str = "", validators: tuple[str, ...] | None = None) -> None:
        """A list, or the one that it names as a part, was read as far as it is new; None if it had not changed."""
        if part and self.frontier and not self._bounded:
            self.frontier.part_walked(part, *(validators or ()))
        self._end_part(url)

    def _end_part(self, url: str) -> None:
        """Note a list as read when all lists that it names are, without validators if one has to be read again."""
        walk = self._walks[url]
        walk.waiting -= 1
        if self.frontier and not self._bounded and not walk.waiting and not walk.failed:
            self.frontier.walked(url, *(("", "") if walk.rest else walk.validators))

    def _list_ends(self, url: str, n: int, part: str = "") -> None:
        if n > 0:
            self._walked(url, part)
            return
        self.report.missing_lists.append(part or url)
        if self.frontier:
            self.frontier.missing(part or url)
        if part:
            self._end_part(url)

    def dropped(self, request: Request) -> None:
        """Scrapy dropped a request for an address of this run: a list page that redirects to it does not exist."""
        address, list = request.meta[ADDRESS], request.meta["list"]
        if request.callback == self.parse_list:
            place = request.cb_kwargs
            self._list_ends(place["url"], place["n"], place["part"])
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
        url, n, part = (request.cb_kwargs[name] for name in ("url", "n", "part"))
        if status(failure) == HTTPStatus.NOT_MODIFIED:
            self.session.tally.lists.add(url)
            self._walked(url, part)
        elif is_absent(failure):
            self._list_ends(url, n, part)
        else:
            self._list_unread(url, request.url, reason(failure), part)

    def _is_too_old(self, url: str) -> bool:
        day = self.source.day(url)
        return bool(day and day < self._since)

    def _is_wanted(self, url: str) -> bool:
        return self.source.is_article(url) and not self._is_too_old(url) and self.source.day(url) <= self._until

    def _day(self, entry: Entry) -> str:
        """The day of a row, by its address or else by what the list says."""
        published = entry.published
        return self.source.day(entry.url) or (f"{published.time:%Y%m%d}" if published else "")

    def _is_entry_too_old(self, entry: Entry) -> bool:
        """What was changed last on a day was published by then."""
        modified = f"{entry.modified.time:%Y%m%d}" if entry.modified else ""
        day = self._day(entry) or modified
        return bool(day and day < self._since)

    def _count_left_out(self, listing: Listing, list: str) -> None:
        """Count the rows that are never articles, and say of how many the address is not that of an article."""
        for url in filter(self.source.is_skipped, listing.rows):
            if url not in self._left_out:
                self._left_out.add(url)
                self.report.count(self.source.site, "skipped", url, Reason.NO_NEWS, list)
        if listing.kind != "html":  # the links of a page are not all meant as rows
            left = sum(not self.source.is_article(url) and url not in self._left_out for url in listing.rows)
            if left:
                text = _("{left} of {count} rows left out: their addresses are not those of articles")
                self.session.remark(list, text.format(left=left, count=len(listing.rows)))

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
        address, section = response.meta[ADDRESS], response.meta["list"]
        try:
            pages = await self._drawn(page)
            reading = await reader().ask(page.url, read_page, pages[-1], self.session.sources)
        except WencangError as error:
            if in_feed := await self._in_feed(address, section, pages=(page,)):
                yield in_feed
            elif isinstance(error, NotAnArticle) and self.session.target:
                yield NoArticle(page, error.reason, self.source.site, address, section)
            elif isinstance(error, NotAnArticle):
                self._skip(response.meta, error.subject, error.reason)
            else:
                self.fail(response.meta, page.url, error.reason)
            return
        if not self._urls:  # before the article is archived: a run killed in between would never follow its links
            for request in self._follow(reading.related, response.url, near=bool(section))[0]:
                yield request
        async for item in self._go_on(_Parts(address, section, [reading], [*pages])):
            yield item

    async def _in_feed(
        self, address: str, section: str, reading: Reading | None = None, pages: tuple[FetchedPage, ...] = ()
    ) -> Fetched | None:
        """The article as a feed of this run has it, where that is more than the reading of its page, if there is one.

        The bytes of the feed are its last raw page.
        """
        entry, feed = self._in_feeds.get(address, (None, None))
        if not entry or not feed:
            return None
        try:
            whole = await reader().ask(entry.url, read_entry, entry, self.source, feed.fetched)
        except WencangError:
            return None
        if reading and not is_poorer(reading.article, whole.article):
            return None
        return Fetched(whole, (*pages, feed), address, section)

    def _skip(self, meta: Mapping[str, Any], url: str, reason: Message) -> None:
        self.report.count(self.source.site, "skipped", url, reason, meta["list"])
        if self.frontier:
            self.frontier.skipped(meta[ADDRESS], reason)

    def fail(self, meta: Mapping[str, Any], url: str, reason: Message) -> None:
        """Count a page that could not be read; `meta` is of its request."""
        self.report.count(self.source.site, "failed", url, reason, meta["list"])
        if self.frontier:
            self.frontier.failed(meta[ADDRESS], reason)

    async def _go_on(self, parts: _Parts) -> AsyncIterator[Fetched | Request]:
        """The request of the article's next page or, after the last one, the article and requests of its pictures."""
        if url := parts.take_next():
            # Before all else, so that a run that is cut short leaves few articles unfinished.
            yield self._request(
                as_answered(url, parts.pages[0].url), self.parse_part, self.part_failed,
                cb_kwargs={"parts": parts}, priority=_PART, dont_filter=True,
            )  # fmt: skip
            return
        reading, pages = dated(join(parts.readings), self._dates.get(parts.address)), tuple(parts.pages)
        in_feed = await self._in_feed(parts.address, parts.section, reading, pages)
        fetched = in_feed or Fetched(reading, pages, parts.address, parts.section)
        yield fetched
        for request in self._pictures(fetched.reading):
            yield request

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
            pages, first = await self._drawn(page), parts.pages[0].url
            reading = await reader().ask(page.url, read_page, pages[-1], self.session.sources, part_of=first)
            parts.readings.append(reading)
            parts.pages.extend(pages)
        async for item in self._go_on(parts):
            yield item

    async def part_failed(self, failure: Failure) -> AsyncIterator[Fetched | Request]:
        self._end_if_postponed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        async for item in self._go_on(request.cb_kwargs["parts"]):
            yield item

    def _end_if_postponed(self, failure: Failure) -> None:
        if isinstance(failure.value, Postponed):
            if str(failure.value):
                remark = _("{why}: left for the next run").format(why=failure.value)
                self.session.remark(self.source.title, remark)
                raise CloseSpider("postponed")
            raise CloseSpider("closespider_timeout")  # has no effect if the spider is closing already

    async def page_failed(self, failure: Failure) -> AsyncIterator[Fetched]:
        self._end_if_postponed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        url, list, why = request.meta[ADDRESS], request.meta["list"], reason(failure)
        if in_feed := await self._in_feed(url, list):
            yield in_feed
            return
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
