"""A run that brings articles in: indexed beside it, closed with a manifest, put into stories, told to who follows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from archive.errors import WencangError
from archive.settings import Settings
from archive.translation import gettext as _
from wencang.cli.commands import DONE, FAILURES, INTERRUPTED, open_archive
from wencang.cli.output import counting

if TYPE_CHECKING:
    from threading import Event

    from archive.processes import Processes
    from archive.store import ArticleStore
    from crawler.report import Report

_EVERY = 1  # seconds: so soon can be found what a crawl brings


@contextmanager
def indexing(settings: Settings) -> Iterator[None]:
    """Index what comes in while a run goes on, in a process beside it. What hinders that `finish` meets, and says."""
    from threading import Event, Thread

    ended = Event()
    thread = Thread(target=_follow, args=(settings, ended))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _follow(settings: Settings, ended: Event) -> None:
    """Until the run has ended; a process that was ended is followed by another."""
    from concurrent.futures.process import BrokenProcessPool

    from archive.processes import Processes

    with suppress(Exception), open_archive(settings) as store:  # a fault of ours: `finish` meets it, too
        while not ended.is_set():
            with suppress(BrokenProcessPool), Processes(1) as beside:
                _index_beside(beside, settings, store, ended)


def _index_beside(beside: Processes, settings: Settings, store: ArticleStore, ended: Event) -> None:
    held = -1
    while not ended.wait(_EVERY):
        held = _index_new(beside, settings, store, held)
    if held >= 0:  # what is left, too: the process has loaded all that it takes
        _index_new(beside, settings, store, held)


def _index_new(beside: Processes, settings: Settings, store: ArticleStore, held: int) -> int:
    """Index what came in since a sequence; the sequence up to which all is indexed then."""
    with suppress(WencangError):
        if (sequence := store.sequence()) != held:  # else the index need not even be opened
            beside.ask(_index, settings)
            return sequence
    return held


def _index(settings: Settings) -> None:
    from indexer.update import bring_up

    with open_archive(settings) as store:
        bring_up(store, settings.data, settings.engine)


def finish(settings: Settings, report: Report, index: bool = True) -> int:
    """Close the run with a manifest, index what is new, put it into stories and tell of it; the run's exit code."""
    from archive import clock
    from archive.proof import manifest
    from indexer.update import bring_up
    from wencang.desk.reprints import stories

    if index:
        with open_archive(settings) as store, counting(_("articles indexed")) as progress:
            manifest.close(store, settings.data, clock.now())
            bring_up(store, settings.data, settings.engine, progress)
            stories.bring_up(store, last=manifest.held(settings.data))
        tell_news(settings)
    return INTERRUPTED if report.interrupted else FAILURES if report.failed else DONE


def tell_news(settings: Settings) -> None:
    """What is new of watches, at the end of another command."""
    from wencang.archive import Archive
    from wencang.cli.output.news import say_news

    with Archive(settings) as archive:
        say_news(archive)
