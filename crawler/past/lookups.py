"""Asks the index of a web archive for the captures of a source, and notes them in the ledger."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Protocol
from urllib.parse import urljoin

from archive import clock
from archive.tables.captures import Capture, Lookup, answered
from archive.text.messages import Message, Reason, of_error
from archive.url import canonical
from crawler.http.addresses import site
from crawler.past import cdx, memento
from crawler.past.archives import WebArchive
from crawler.past.cdx import Row
from crawler.past.records import Line, lines, rows
from crawler.past.session import PastSession
from crawler.past.spider import Answer, PastSpider, Unanswered, refused

_AGAIN = 30  # days, after which an index that was read to its end is asked for what is new
_CHUNK = 8 << 20  # bytes of a WARC file that are requested at once
_MOST_MAPS = 50  # TimeMaps of one address


class Notes(Protocol):
    """What remembers lookups: archive.tables.captures.Captures, or nothing for a dry run."""

    def lookup(self, archive: str, source: str, query: str) -> Lookup: ...

    def note_lookup(self, lookup: Lookup, captures: Iterable[Capture] = ()) -> int: ...


class Lookups:
    """The lookups of one run."""

    def __init__(self, spider: PastSpider, notes: Notes, addresses: Callable[[], Iterable[str]]) -> None:
        self._spider = spider
        self._session: PastSession = spider.session
        self._notes = notes
        self._addresses = addresses

    @property
    def _archive(self) -> WebArchive:
        return self._session.archive

    async def all(self) -> None:
        """Ask for all captures. What fails is noted, and asked for again by the next run."""
        kinds = {"cdx": self._servers, "collections": self._collections, "timemap": self._maps, "list": self._files}
        await kinds[self._archive.kind]()

    def _begun(self, query: str) -> Lookup | None:
        """A lookup as it stands; None if it was answered to its end lately."""
        lookup = self._notes.lookup(self._archive.name, self._session.source.site, query)
        if not lookup.done:
            return lookup
        is_old = lookup.asked is None or (clock.now() - lookup.asked).days >= _AGAIN
        return replace(lookup, position="", done=False) if is_old else None

    async def _run(self, query: str, parts: Callable[[Lookup], AsyncGenerator[Lookup]]) -> None:
        if lookup := self._begun(query):
            try:
                async with aclosing(parts(lookup)) as noted:
                    async for part in noted:
                        lookup = part
            except Unanswered as error:
                self._failed(lookup, error.args[0])
            except (ValueError, OSError) as error:
                reason = of_error(error) if isinstance(error, OSError) else Reason.INDEX_FORM.format(detail=str(error))
                self._failed(lookup, reason)

    def _failed(self, lookup: Lookup, reason: Message) -> None:
        lookup = replace(lookup, failures=lookup.failures + 1, reason=reason, asked=clock.now())
        self._notes.note_lookup(lookup)
        self._session.report.unread_list(self._session.source.site, lookup.query, reason)

    def _note(self, lookup: Lookup, found: Iterable[Row], position: str, done: bool) -> Lookup:
        lookup = answered(lookup, position, done)
        self._notes.note_lookup(lookup, captures(found, self._session))
        return lookup

    # CDX servers

    async def _servers(self) -> None:
        """A CDX server, asked for each host of the source."""
        dialect: cdx.Dialect | None = "wayback" if self._archive.name == "wayback" else None
        for query in self._queries(self._archive.index):
            if self._begun(query) and not dialect:
                with suppress(Unanswered):
                    dialect = cdx.dialect((await self._asked(cdx.probe(query))).body)
            await self._run(query, self._keyed if dialect == "wayback" else self._numbered)

    def _queries(self, index: str) -> Iterator[str]:
        span = self._session.span
        spellings = chain.from_iterable(map(cdx.hosts, sorted(self._session.source.hosts)))
        for host in dict.fromkeys(spellings):
            yield cdx.query(index, host, span.since, span.until)

    async def _asked(self, url: str) -> Answer:
        """The answer of an index; one of status 404 says that there are no captures."""
        answer = await self._spider.get(url, is_index=True)
        if answer.status == 404:
            return replace(answer, body=b"")
        if answer.status != 200:
            raise Unanswered(refused(answer.status))
        return answer

    async def _keyed(self, lookup: Lookup) -> AsyncGenerator[Lookup]:
        while not lookup.done:
            answer = cdx.parse((await self._asked(cdx.next_part(lookup.query, lookup.position))).body)
            lookup = self._note(lookup, answer.rows, answer.key, done=not answer.key)
            yield lookup

    async def _numbered(self, lookup: Lookup) -> AsyncGenerator[Lookup]:
        """`position` is the number of the next page and how many there are."""
        if not lookup.position:
            body = (await self._asked(cdx.page_count(lookup.query))).body
            if (count := cdx.counted(body)) is None:
                yield self._note(lookup, cdx.parse(body).rows, "", done=True)
                return
            lookup = self._note(lookup, (), f"0/{count}", done=not count)
        number, count = map(int, lookup.position.split("/"))
        for page in range(number, count):
            answer = cdx.parse((await self._asked(cdx.page(lookup.query, page))).body)
            if answer.is_cut:
                raise Unanswered(Reason.INDEX_CUT.format(count=answer.count))
            lookup = self._note(lookup, answer.rows, f"{page + 1}/{count}", done=page + 1 == count)
            yield lookup

    async def _collections(self) -> None:
        """The CDX server of each collection of Common Crawl, newest first."""
        try:
            values = json.loads((await self._asked(self._archive.index)).body)
            servers = [(value["cdx-api"], value.get("from", ""), value.get("to", "")) for value in values]
        except Unanswered as error:
            self._session.report.unread_list(self._session.source.site, self._archive.index, error.args[0])
            return
        except (ValueError, KeyError, TypeError) as error:
            reason = Reason.INDEX_FORM.format(detail=str(error))
            self._session.report.unread_list(self._session.source.site, self._archive.index, reason)
            return
        for server, first, last in servers:
            if self._overlaps(first, last):
                for query in self._queries(server):
                    await self._run(query, self._numbered)

    def _overlaps(self, first: str, last: str) -> bool:
        """Whether a collection, from and to a time as far as it says so, may have captures that are asked for."""
        span = self._session.span
        begin, end = ((text[:19] if text else "") for text in (first, last))
        return not (
            (span.since and end and end < f"{span.since:%Y-%m-%dT%H:%M:%S}")
            or (span.until and begin and begin >= f"{span.until:%Y-%m-%dT%H:%M:%S}")
        )

    # Memento

    async def _maps(self) -> None:
        """A TimeMap of each address that the archive knows of the source."""
        for address in self._addresses():
            await self._run(f"{self._archive.index.rstrip('/')}/{address}", self._map)

    async def _map(self, lookup: Lookup) -> AsyncGenerator[Lookup]:
        address = lookup.query.removeprefix(f"{self._archive.index.rstrip('/')}/")
        pending, read = [lookup.query], set[str]()
        found = list[Row]()
        while pending and len(read) < _MOST_MAPS:
            read.add(url := pending.pop(0))
            timemap = memento.parse((await self._asked(url)).body)
            further = (urljoin(url, other) for other in timemap.further)
            pending += [other for other in further if site(other) in self._session.sites and other not in read]
            for each in timemap.mementos:
                if site(place := urljoin(url, each.url)) in self._session.sites:
                    captured = memento.captured_url(place) or address
                    found.append(Row(captured, each.captured, address=memento.original(place)))
        yield self._note(lookup, found, "", done=True)

    # WARC files

    async def _files(self) -> None:
        """The WARC files of a list."""
        try:
            listed = list(lines(await self._list()))
        except (Unanswered, OSError, EOFError) as error:
            reason = error.args[0] if isinstance(error, Unanswered) else of_error(error)
            self._session.report.unread_list(self._session.source.site, self._archive.index, reason)
            return
        places = {line.file: self._place(line.file) for line in listed}
        self._session.sites |= frozenset(site(place) for place in places.values() if place.startswith("http"))
        for file, place in places.items():
            records = [line for line in listed if line.file == file and line.offset is not None]
            if records:
                await self._run(f"{place} {len(records)}", partial(self._named, place, records))
            else:
                await self._run(place, self._scanned)

    async def _list(self) -> bytes:
        index = self._archive.index
        return (await self._asked(index)).body if index.startswith("http") else Path(index).read_bytes()

    def _place(self, file: str) -> str:
        """The address or the path of a file, which a list may give relative to where it is itself."""
        if "://" in file:
            return file
        if base := self._archive.files:
            return urljoin(base, file.lstrip("/"))
        return str((Path(self._archive.index).parent / file).resolve())

    async def _named(self, place: str, records: list[Line], lookup: Lookup) -> AsyncGenerator[Lookup]:
        """The records that a list names with their places, each read for its address and time."""
        found = list[Row]()
        for line in records:
            offset, length = line.offset or 0, line.length or 0
            with TemporaryFile() as file:
                file.write(await fetched(self._spider, place, offset, length))
                file.seek(0)
                found += [replace(row, offset=offset, length=length) for row in rows(file, place)]
        yield self._note(lookup, found, "", done=True)

    async def _scanned(self, lookup: Lookup) -> AsyncGenerator[Lookup]:
        if not lookup.query.startswith("http"):
            with Path(lookup.query).open("rb") as file:
                yield self._note(lookup, rows(file, lookup.query), "", done=True)
            return
        with TemporaryFile() as file:
            await self._download(lookup.query, file)
            file.seek(0)
            yield self._note(lookup, rows(file, lookup.query), "", done=True)

    async def _download(self, url: str, file: IO[bytes]) -> None:
        """A file in pieces, none of which is larger than a page may be."""
        while True:
            start = file.tell()
            answer = await self._spider.get(url, span=(start, start + _CHUNK - 1))
            if answer.status == 416 or (answer.status == 200 and start):
                return
            if answer.status not in (200, 206):
                raise Unanswered(refused(answer.status))
            file.write(answer.body)
            if answer.status == 200 or len(answer.body) < _CHUNK:
                return


async def fetched(spider: PastSpider, place: str, offset: int, length: int) -> bytes:
    """So many bytes of a file at an address or a path. Raises Unanswered or OSError."""
    if not place.startswith("http"):
        with Path(place).open("rb") as file:
            file.seek(offset)
            return file.read(length)
    answer = await spider.get(place, span=(offset, offset + length - 1))
    if answer.status != 206:
        raise Unanswered(refused(answer.status))
    return answer.body


def captures(found: Iterable[Row], session: PastSession) -> Iterator[Capture]:
    """The captures among the rows of an index that are of articles and of the time that is asked for."""
    archive, source, span = session.archive, session.source, session.span
    for row in found:
        key = canonical(row.url)
        is_early = span.since and row.captured < span.since
        is_late = span.until and row.captured >= span.until
        is_reference = row.is_revisit and archive.has_records
        if source.is_article(key) and not (is_early or is_late or is_reference or source.is_skipped(key)):
            yield Capture(
                archive.name, source.site, key, row.captured, row.url, _place_of(archive, row), row.digest,
                row.offset if archive.has_records else None, row.length,
            )  # fmt: skip


def _place_of(archive: WebArchive, row: Row) -> str:
    """Where a capture is fetched: the file that has its record, or an address of its own."""
    if archive.has_records:
        return urljoin(archive.files, row.filename)
    return row.address or f"{archive.replay}{cdx.timestamp(row.captured)}{memento.ORIGINAL}/{row.url}"
