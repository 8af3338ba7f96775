"""Takes captures of a source from a web archive, and keeps them as versions at the time of their capture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote

from archive import clock
from archive.article import Origin, Revision
from archive.errors import NotAnArticle, WencangError, Withdrawn
from archive.store import ArticleStore
from archive.tables.captures import Capture, Captures, Lookup, failed
from archive.tables.ledger import Outcome
from archive.text.messages import Message, Reason, worded
from archive.text.translation import gettext as _
from archive.url import canonical
from archive.warc.pages import FetchedPage, Pages
from crawler.extract.extractor import Reading, join
from crawler.health import doubt
from crawler.past import memento, records
from crawler.past.lookups import Lookups, fetched
from crawler.past.session import PastSession
from crawler.past.spider import Answer, PastSpider, Unanswered, refused
from crawler.reader import read_page, reader

_MOST_STEPS = 3  # redirects of a web archive to another spelling of the address
_MOST_PARTS = 50
_APART = timedelta(days=7)  # at most between the captures of the pages of one article
_LASTING = {401, 403, 404, 410, 451}  # the archive has the capture no more, or does not show it
_OUTCOMES: dict[str, Outcome] = {"same": "unchanged", "skipped": "skipped", "doubted": "doubted", "failed": "failed"}


class Backfill:
    """The work of one run, which a PastSpider calls: lookups, then the captures they named, oldest first.

    What becomes of a capture is stored in one transaction with the version that it makes: a run that is
    killed takes nothing twice, and the next one continues.
    """

    def __init__(self, store: ArticleStore, pages: Pages, session: PastSession) -> None:
        self._store = store
        self._pages = pages
        self._session = session
        self._captures = Captures(store)

    async def __call__(self, spider: PastSpider) -> None:
        site = self._session.source.site
        await Lookups(spider, self._captures, partial(self._captures.addresses, site)).all()
        span, last = self._session.span, None
        while batch := self._captures.open(self._session.archive.name, site, span.since, span.until, last):
            for capture in batch:
                last = capture.url, capture.captured
                await self._take(spider, capture)

    async def _take(self, spider: PastSpider, capture: Capture) -> None:
        before = self._captures.before(capture)
        if before and _has_bytes_of(capture, before) and not (capture.is_accepted and before.state == "doubted"):
            self._repeat(capture, before)
            return
        try:
            pages = [await self._page(spider, capture)]
            reading = await reader().ask(capture.met, read_page, pages[0], self._session.sources)
            if reading.next_pages:
                reading = await self._whole(spider, capture, pages, reading)
        except (Unanswered, records.NotThere, _NotShown) as error:
            self._note(failed(capture, error.args[0], lasting=not isinstance(error, Unanswered)))
        except NotAnArticle as error:
            self._note(replace(capture, state="skipped", reason=error.reason))
        except (WencangError, OSError) as error:
            self._note(failed(capture, worded(error.reason if isinstance(error, WencangError) else str(error))))
        else:
            self._keep(capture, reading, pages)

    def _repeat(self, capture: Capture, before: Capture) -> None:
        """A capture of the very bytes of the one before it, which need not be fetched."""
        state = "same" if before.state == "kept" else before.state
        with self._store.batch():
            if state == "same":
                origin = Origin(_shown_at(capture), clock.now())
                self._store.see_again(capture.url, before.captured, capture.captured, origin)
            self._note(replace(capture, state=state, reason=before.reason))

    # Fetching

    async def _page(self, spider: PastSpider, capture: Capture) -> FetchedPage:
        """The page as it was captured. Raises Unanswered, NotThere or _NotShown."""
        if capture.offset is None:
            return await self._shown(spider, capture.place, capture)
        length = capture.length or records.LARGEST
        if length > records.LARGEST:
            raise records.NotThere(Reason.LARGE.format(most=records.LARGEST >> 20))
        data = await fetched(spider, capture.place, capture.offset, length)
        origin = Origin(_shown_at(capture), clock.now())
        return records.page_of(data, capture.met, capture.captured, capture.digest, origin)

    async def _shown(self, spider: PastSpider, place: str, capture: Capture) -> FetchedPage:
        """The page at the address of a capture, if the archive shows that capture there, and no other."""
        for _step in range(_MOST_STEPS):
            answer = await spider.get(place)
            if not answer.location:
                return _captured_page(answer, capture.met, capture.captured)
            url, time = memento.captured_url(answer.location), memento.stamped(answer.location)
            if time != capture.captured or canonical(url) != capture.url:
                raise _NotShown(_other(url or answer.location, time))
            place = memento.original(answer.location)
        raise _NotShown(Reason.LED_ON.format(most=_MOST_STEPS))

    async def _whole(
        self, spider: PastSpider, capture: Capture, pages: list[FetchedPage], first: Reading
    ) -> Reading:  # fmt: skip
        """The article of all its pages, those after the first captured at about the same time."""
        readings, requested = [first], {canonical(capture.met)}
        while capture.offset is None and len(requested) < _MOST_PARTS:
            urls = (url for reading in readings for url in reading.next_pages if url not in requested)
            if not (url := next(urls, "")):
                break
            requested.add(url)
            with suppress(Unanswered, _NotShown, NotAnArticle):
                page = await self._near(spider, capture, url)
                readings.append(await reader().ask(url, read_page, page, self._session.sources, part_of=capture.met))
                pages.append(page)
        return join(readings)

    async def _near(self, spider: PastSpider, capture: Capture, url: str) -> FetchedPage:
        """The capture of another page that is the nearest in time, if that is near enough."""
        place = memento.beside(capture.place, url)
        for _step in range(_MOST_STEPS):
            answer = await spider.get(place)
            if not answer.location:
                time = _time_of(answer)
                if not time or abs(time - capture.captured) > _APART:
                    raise _NotShown(_other(url, time))
                return _captured_page(answer, url, time)
            place = memento.original(answer.location)
        raise _NotShown(Reason.LED_ON.format(most=_MOST_STEPS))

    # Keeping

    def _keep(self, capture: Capture, reading: Reading, pages: list[FetchedPage]) -> None:
        try:
            reason = Reason.PARTS_MISSING if reading.missing else _doubt(self._store, reading)
            if reason and not capture.is_accepted:
                self._note(replace(capture, state="doubted", reason=reason))
                return
            with self._store.batch():
                revision = self._put(capture, reading, pages)
                self._pages.sync()
                self._captures.note(replace(capture, state="kept" if revision else "same", reason=None))
        except Withdrawn as error:
            self._note(replace(capture, state="skipped", reason=worded(error.reason)))
            return
        is_new = revision and self._store.versions(revision.article.id) == 1
        self._count("new" if is_new else "changed" if revision else "unchanged", capture)
        if reading.path == "general":
            self._session.report.general.append((capture.source, capture.met))

    def _put(self, capture: Capture, reading: Reading, pages: list[FetchedPage]) -> Revision | None:
        return self._store.put(
            reading.article, capture.captured, extractor=reading.extractor, origin=pages[0].origin,
            keep=lambda earlier: tuple(self._pages.append(page, earlier) for page in pages),
        )  # fmt: skip

    def _note(self, capture: Capture) -> None:
        self._captures.note(capture)
        self._count(_OUTCOMES[capture.state], capture)

    def _count(self, outcome: Outcome, capture: Capture) -> None:
        subject = f"{capture.met} {capture.captured:%Y-%m-%d %H:%M:%S}Z"
        self._session.report.count(capture.source, outcome, subject, capture.reason or "")


class _NotShown(Exception):
    """The archive does not show the capture; the argument, a Message, says why."""


class Found:
    """Notes of a dry run: counts what an index names, and remembers nothing."""

    def __init__(self) -> None:
        self.captures: set[tuple[str, datetime]] = set()

    def lookup(self, archive: str, source: str, query: str) -> Lookup:
        return Lookup(archive, source, query)

    def note_lookup(self, lookup: Lookup, captures: Iterable[Capture] = ()) -> int:
        before = len(self.captures)
        self.captures.update((capture.url, capture.captured) for capture in captures)
        return len(self.captures) - before

    def lines(self) -> Iterator[str]:
        """What was found, for a report."""
        addresses, times = {url for url, _time in self.captures}, [time for _url, time in self.captures]
        text = _("{captures} captures of {addresses} addresses")
        yield text.format(captures=len(self.captures), addresses=len(addresses))
        if times:
            first, last = (f"{time:%Y-%m-%d}" for time in (min(times), max(times)))
            yield _("captured from {first} to {last}").format(first=first, last=last)


def _has_bytes_of(capture: Capture, before: Capture) -> bool:
    """Whether a capture has the very bytes of the one before it, by the archive's digest."""
    return bool(capture.digest) and capture.digest == before.digest and not before.is_open and before.state != "failed"


def _captured_page(answer: Answer, met: str, captured: datetime) -> FetchedPage:
    """The page of an answer, which must be of this time. Raises Unanswered or _NotShown."""
    if answer.status in _LASTING:
        raise _NotShown(refused(answer.status))
    if answer.status != 200:
        raise Unanswered(refused(answer.status))
    time = _time_of(answer)
    if time != captured:
        raise _NotShown(_other(met, time))
    origin = Origin(memento.shown(answer.url), clock.now())
    return FetchedPage(met, answer.body, captured, answer.headers.get("content-type", ""), origin=origin)


def _time_of(answer: Answer) -> datetime | None:
    """When the page of an answer was captured, by what the archive says."""
    headers = answer.headers
    return memento.http_date(headers.get("memento-datetime", "")) or memento.stamped(
        headers.get("content-location", "")
    )


def _other(url: str, time: datetime | None) -> Message:
    return Reason.OTHER_CAPTURE.format(url=url, time=f"{time:%Y-%m-%d %H:%M:%S}Z") if time else Reason.UNDATED


def _doubt(store: ArticleStore, reading: Reading) -> Message | None:
    """Why a capture may not be the article; one that is unlike the present version may be like another one."""
    reason = doubt.reason_of(store, reading)
    if reason and reason.code == Reason.UNLIKE.code and (current := store.current(reading.article)):
        versions = store.history(current.article.id)
        return None if any(reading.article.resembles(version.article) for version in versions) else reason
    return reason


def _shown_at(capture: Capture) -> str:
    """The address of a capture for people; of a record the file, of a local one its name, and the place in it."""
    if capture.offset is None:
        return memento.shown(capture.place)
    place = capture.place if capture.place.startswith("http") else f"file:///{quote(capture.place.rpartition('/')[2])}"
    return f"{place}#offset={capture.offset}&length={capture.length or ''}".removesuffix("&length=")
