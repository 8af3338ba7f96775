"""Reads pages in a process beside the crawl, where no delay leaves time for it between two requests."""

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

_AT_ONCE = 20  # pages: to hand one over costs as much as to read a fifth of it
_TURNS = 2  # one is read, the next waits in the process


class Reader:
    """One process that reads pages; those that come while it reads are handed over together."""

    def __init__(self) -> None:
        self._process = Processes(1)
        self._process.submit(int)  # it begins to load
        self._waiting: list[tuple[FetchedPage, Future[Reading]]] = []
        self._turns: set[Task[Any] | None] = set()

    async def read(self, page: FetchedPage) -> Reading:
        """Raises what extractor.read does, and BrokenProcessPool where the process has ended."""
        answer: Future[Reading] = get_running_loop().create_future()
        self._waiting.append((page, answer))
        if len(self._turns) < _TURNS:
            self._turns.add(create_task(self._read_waiting()))
        return await answer

    async def _read_waiting(self) -> None:
        try:
            while some := self._waiting[:_AT_ONCE]:
                del self._waiting[:_AT_ONCE]
                await self._answer(some)
        finally:
            self._turns.discard(current_task())  # at once: who asks from now on needs another

    async def _answer(self, some: Sequence[tuple[FetchedPage, Future[Reading]]]) -> None:
        pages = [(page.body, page.url, page.fetched) for page, _answer in some]
        found: Sequence[Reading | Exception]
        try:
            found = await to_thread(self._process.ask, _read, pages)
        except Exception as error:
            found = [error] * len(some)
        for (_page, answer), one in zip(some, found, strict=True):
            if answer.cancelled():
                continue
            if isinstance(one, Exception):
                answer.set_exception(one)
            else:
                answer.set_result(one)


def _read(pages: Iterable[tuple[bytes, str, datetime]]) -> list[Reading | WencangError]:
    return [_read_one(*page) for page in pages]


def _read_one(page: bytes, url: str, fetched: datetime) -> Reading | WencangError:
    try:
        return read(page, url, fetched)
    except Exception as error:  # in words, for not every error can be handed over
        return fault_of(url, error)


@cache
def reader() -> Reader:
    """One for as long as this process lasts."""
    return Reader()
