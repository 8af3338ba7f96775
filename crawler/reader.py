"""Extracts pages in a process beside this one, which is replaced where a page takes too long or ends it."""

from __future__ import annotations

import re
from asyncio import Future, Task, create_task, current_task, get_running_loop, to_thread
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import Any, ParamSpec, TypeVar

from archive.errors import NotRead, WencangError, fault_of
from archive.processes import Ended, Worker
from archive.text.messages import Reason
from archive.warc.pages import FetchedPage
from crawler.extract.document import refuse_size
from crawler.extract.encoding import decode
from crawler.extract.extractor import Reading, read, read_text
from crawler.sources import Sources

P = ParamSpec("P")
T = TypeVar("T")
SECONDS = 2.0  # of processor time for a page, and for the pages of an article that is read again
PDF = "application/pdf"
MOST_SAVED = 64 << 20  # bytes of a saved file, with its pictures and fonts
_EMBEDDED = re.compile(rb"data:[\w/+.;=-]*,[\w+/=%.-]*")
_BATCH = 20  # pages that are handed over together
_TASKS = 2  # one batch is extracted while the next is handed over


def read_page(page: FetchedPage, sources: Sources, part_of: str = "") -> Reading:
    """The article of a page. Raises NotAnArticle."""
    return read(page.body, page.url, page.fetched, part_of=part_of, sources=sources)


def read_saved(page: FetchedPage, source: str, sources: Sources, part_of: str = "") -> Reading:
    """The article of a page, or of a saved file, whose content type says what it is; `source` is that of plain text.

    Raises NotAnArticle, and UsageFault where what reads such a file is not installed.
    """
    if page.response is not None:
        return read_page(page, sources, part_of)
    refuse_size(len(page.body), page.url, MOST_SAVED)
    if page.content_type == PDF:
        from crawler.extract.parts.pdf import printed

        content = printed(page.body, page.url)
        made = content.made if content.made and content.made <= page.fetched else page.fetched
        return read_text(content.text, source, made)
    if page.content_type == "text/plain":
        return read_plain(page.body, source, page.fetched)
    return read_page(replace(page, body=_EMBEDDED.sub(b"data:,", page.body)), sources, part_of)


def read_plain(body: bytes, source: str, fetched: datetime) -> Reading:
    """The article of plain text. Raises NotAnArticle."""
    return read_text(decode(body).checked(source), source, fetched)


class BoundedReader:
    """Reads one page after the other, each in `seconds` of processor time. Use it as a context manager."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._worker = Worker[Any](seconds)

    def __enter__(self) -> BoundedReader:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._worker.close()

    def ask(self, subject: str, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `read` gives or raises, any error of it as a WencangError; NotRead where it took too long."""
        answers: list[T | WencangError | Ended]
        answers = self._worker.run([partial(_answer, subject, partial(read, *args, **kwargs))])
        return _result(subject, answers[0], self._seconds)


class Reader:
    """The same for a crawl: pages that arrive while one is read are handed over as one batch."""

    def __init__(self) -> None:
        self._worker = Worker[Any](SECONDS)
        self._waiting: list[tuple[str, Callable[[], Any], Future[Any]]] = []
        self._tasks: set[Task[Any] | None] = set()

    async def ask(self, subject: str, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As BoundedReader.ask."""
        future: Future[T] = get_running_loop().create_future()
        self._waiting.append((subject, partial(_answer, subject, partial(read, *args, **kwargs)), future))
        if len(self._tasks) < _TASKS:
            self._tasks.add(create_task(self._read_waiting()))
        return await future

    async def _read_waiting(self) -> None:
        try:
            while batch := self._waiting[:_BATCH]:
                del self._waiting[:_BATCH]
                answers = await to_thread(self._worker.run, [task for _subject, task, _future in batch])
                for (subject, _task, future), answer in zip(batch, answers, strict=True):
                    if not future.cancelled():
                        _settle(future, subject, answer)
        finally:
            self._tasks.discard(current_task())  # before it ends: a page that arrives now needs another task


def _settle(future: Future[Any], subject: str, answer: Any) -> None:
    try:
        future.set_result(_result(subject, answer))
    except WencangError as error:
        future.set_exception(error)


def _answer(subject: str, read: Callable[[], T]) -> T | WencangError:
    try:
        return read()
    except Exception as error:  # as text: not every exception can be pickled
        return fault_of(subject, error)


def _result(subject: str, answer: T | WencangError | Ended, seconds: float = SECONDS) -> T:
    if isinstance(answer, WencangError):
        raise answer
    if isinstance(answer, Ended):
        raise NotRead(
            subject, Reason.OVERTIME.format(seconds=round(seconds)) if answer.overtime else Reason.READER_KILLED
        )
    return answer


@cache
def reader() -> Reader:
    """The reader of this process."""
    return Reader()
