"""Extracts articles in a process beside the crawl, where no delay leaves time for it between two requests."""

from __future__ import annotations

from asyncio import Future, Task, create_task, current_task, get_running_loop, to_thread
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from archive.errors import WencangError, fault_of
from archive.processes import Processes
from archive.warc.pages import FetchedPage
from crawler.extract.extractor import Reading, read

_BATCH = 20  # pages: handing one over costs as much as extracting a fifth of it
_TASKS = 2  # one batch is extracted while the next is handed over

Waiting = tuple[FetchedPage, Future[Reading]]


class Reader:
    """One process that extracts articles; pages that arrive meanwhile are handed over as one batch."""

    def __init__(self) -> None:
        self._process = Processes(1)
        self._process.submit(int)  # it begins to load
        self._waiting: list[Waiting] = []
        self._tasks: set[Task[Any] | None] = set()

    async def read(self, page: FetchedPage) -> Reading:
        """Raises what extractor.read does, and BrokenProcessPool where the process was killed."""
        reading: Future[Reading] = get_running_loop().create_future()
        self._waiting.append((page, reading))
        if len(self._tasks) < _TASKS:
            self._tasks.add(create_task(self._read_waiting()))
        return await reading

    async def _read_waiting(self) -> None:
        try:
            while batch := self._waiting[:_BATCH]:
                del self._waiting[:_BATCH]
                await self._read_batch(batch)
        finally:
            self._tasks.discard(current_task())  # before it ends: a page that arrives now needs another task

    async def _read_batch(self, batch: Sequence[Waiting]) -> None:
        pages = [(page.body, page.url, page.fetched) for page, _reading in batch]
        results: Sequence[Reading | Exception]
        try:
            results = await to_thread(self._process.ask, _read, pages)
        except Exception as error:
            results = [error] * len(batch)
        for (_page, reading), result in zip(batch, results, strict=True):
            if reading.cancelled():
                continue
            if isinstance(result, Exception):
                reading.set_exception(result)
            else:
                reading.set_result(result)


def _read(pages: Iterable[tuple[bytes, str, datetime]]) -> list[Reading | WencangError]:
    return [_read_one(*page) for page in pages]


def _read_one(page: bytes, url: str, fetched: datetime) -> Reading | WencangError:
    try:
        return read(page, url, fetched)
    except Exception as error:  # as text: not every exception can be pickled
        return fault_of(url, error)


@cache
def reader() -> Reader:
    """The reader of this process."""
    return Reader()
