"""Runs that bring articles in: a crawl, an import, a re-extraction, and what follows each of them.

What comes in is indexed beside the run, in a process; at its end the run is closed with a
manifest, what is left is indexed, and new texts are put into their stories.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

from archive import clock
from archive.errors import NotTold, WencangError
from archive.lock import exclusive, refuse_read_only
from archive.notify.notice import Alarm, announce
from archive.processes import Processes
from archive.progress import Progress, silent
from archive.proof import manifest
from archive.settings import Settings
from archive.store import ArticleStore, named_source
from crawler.report import Report

if TYPE_CHECKING:
    from crawler.session import Scope
    from crawler.sources import Source

_EVERY = 1  # seconds between two looks at what a run has brought


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run brought in.

    `report` counts the articles, and names each page and list that failed. `alarms` are all
    conditions that need an operator's attention now, of every source; `faults` say which of the
    operator's ways to hear of them failed. `nothing_due`: a run for what is due found nothing to do, and
    `next_due` is the time (UTC) of the next check of a list, if there is one. `fault` is what kept the
    articles from being closed with a manifest, indexed or put into stories, though they are in the
    archive: `check` raises it.
    """

    report: Report
    alarms: tuple[Alarm, ...] = ()
    faults: tuple[WencangError, ...] = ()
    nothing_due: bool = False
    next_due: datetime | None = None
    fault: WencangError | OSError | None = None

    def check(self) -> Self:
        """The same. Raises `fault`, if there is one."""
        if self.fault:
            raise self.fault
        return self


def crawl(
    settings: Settings, sources: Sequence[Source], scope: Scope, *, wait: bool = False,
    progress: Progress = silent, indexed: Progress = silent,
) -> RunResult:  # fmt: skip
    """Fetch what is asked for into the archive. Raises what Archive.crawl does."""
    from crawler.http.addresses import refuse_nameless
    from crawler.session import opened, scopes

    refuse_nameless(settings.contact, scope.urls or [list for source in sources for list in source.lists])
    ArticleStore.create(settings.data).close()  # a fault of the archive is reported before anything is fetched
    from crawler.run import crawl

    result = RunResult(Report(notice=lambda report: progress(report.read)))
    with exclusive(settings.data / "crawl.lock", wait), _indexing(settings):
        try:
            with opened(settings, scopes(scope, sources), result.report) as sessions:
                crawl(sessions, settings)
        except Exception:
            with suppress(WencangError):  # the archive may be what is at fault
                _noted(settings, result, scope)
            raise
        result = _noted(settings, result, scope)
    if scope.due and not result.report.did_anything:
        result = replace(result, nothing_due=True, next_due=_next_due(settings, sources))
    return _finished(settings, result, indexed)


def _noted(settings: Settings, result: RunResult, scope: Scope) -> RunResult:
    """Note the run in the ledger and tell the operator what needs attention; a run of single pages is not noted."""
    from archive.tables.ledger import Ledger
    from crawler.health import alarms

    if scope.urls:
        return result
    now = clock.now()
    with ArticleStore.open(settings.data) as store:
        ledger = Ledger(store)
        for run in result.report.runs():
            ledger.note_run(run)
        found = alarms.found(store, now)
        faults = [*announce(settings, found, now), *_write_metrics(settings, store)]
    return replace(result, alarms=tuple(found), faults=tuple(faults))


def _write_metrics(settings: Settings, store: ArticleStore) -> Iterator[NotTold]:
    """Write the file for Prometheus, where one is set; why it could not be written."""
    if settings.metrics:
        from archive.notify import metrics

        try:
            metrics.write(settings.metrics, metrics.gauges(store))
        except NotTold as fault:
            yield fault


def _next_due(settings: Settings, sources: Iterable[Source]) -> datetime | None:
    from archive.tables.ledger import Ledger

    lists = {list for source in sources for list in source.lists}
    with ArticleStore.open(settings.data) as store:
        return min((section.due for section in Ledger(store).sections() if section.list in lists), default=None)


def import_(
    settings: Settings, paths: Iterable[Path], source: str, *, progress: Progress = silent, indexed: Progress = silent
) -> RunResult:
    """Read files into the archive. Raises what Archive.import_ does."""
    from archive.warc.pages import Pages
    from crawler.importer import files, import_files

    result, chosen = RunResult(Report(notice=lambda report: progress(report.read))), files(list(paths))
    with (
        ArticleStore.create(settings.data) as store,
        Pages(settings.data, ends=manifest.ends(settings.data)) as pages,
    ):
        import_files(store, pages, chosen, result.report, source)
    return _finished(settings, result, indexed)


def reextract(
    settings: Settings, sources: Iterable[str], *, dry_run: bool = False,
    progress: Progress = silent, indexed: Progress = silent,
) -> RunResult:  # fmt: skip
    """Read the kept raw pages again. Raises what Archive.reextract does."""
    from crawler.reextract import reextract

    if not dry_run:
        refuse_read_only(settings.data)
    result = RunResult(Report(notice=lambda report: progress(report.read)))
    with ArticleStore.open(settings.data) as store:
        chosen = {named_source(store.sources(), name) for name in sources}
        reextract(store, settings.data, result.report, chosen, dry_run=dry_run)
    return result if dry_run else _finished(settings, result, indexed)


# The end of every run


def _finished(settings: Settings, result: RunResult, indexed: Progress) -> RunResult:
    """The result of a run that is closed with a manifest, indexed and put into stories, or why it is not."""
    from indexer.update import bring_up
    from wencang.desk.reprints import stories

    try:
        with ArticleStore.open(settings.data) as store:
            manifest.close(store, settings.data, clock.now())
            bring_up(store, settings.data, settings.engine, indexed)
            stories.bring_up(store, last=manifest.held(settings.data))
    except (WencangError, OSError) as error:
        return replace(result, fault=error)
    return result


# Indexing beside a run


@contextmanager
def _indexing(settings: Settings) -> Iterator[None]:
    """Index what comes in while a run goes on, in a process beside it. A fault of it comes up again at the end."""
    ended = Event()
    thread = Thread(target=_follow, args=(settings, ended))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _follow(settings: Settings, ended: Event) -> None:
    """Index until the run has ended; a process that was killed is replaced."""
    from concurrent.futures.process import BrokenProcessPool

    with suppress(Exception), ArticleStore.open(settings.data) as store:  # `_finished` meets the fault again
        while not ended.is_set():
            with suppress(BrokenProcessPool), Processes(1) as process:
                _index_beside(process, settings, store, ended)


def _index_beside(process: Processes, settings: Settings, store: ArticleStore, ended: Event) -> None:
    position = -1
    while not ended.wait(_EVERY):
        position = _index_new(process, settings, store, position)
    if position >= 0:  # the rest too: the process has loaded all that it takes
        _index_new(process, settings, store, position)


def _index_new(process: Processes, settings: Settings, store: ArticleStore, position: int) -> int:
    """Index what came in after a sequence; the sequence up to which all is indexed then."""
    with suppress(WencangError):
        if (sequence := store.sequence()) != position:  # else the index need not even be opened
            process.ask(_index, settings)
            return sequence
    return position


def _index(settings: Settings) -> None:
    from indexer.update import bring_up

    with ArticleStore.open(settings.data) as store:
        bring_up(store, settings.data, settings.engine)
