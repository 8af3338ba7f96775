"""Runs that add articles: a crawl, an import, a re-extraction, and what follows each of them.

During a crawl a process beside it updates the index and puts new texts into their stories. At the
end of each run a manifest is written, and index and stories are brought up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

from archive import clock
from archive.errors import Busy, NotTold, StorageUnusable, WencangError
from archive.lock import refuse_read_only
from archive.notify.notice import Alarm, announce
from archive.processes import Processes
from archive.progress import Progress, silent
from archive.proof import manifest
from archive.proof.upload import upload
from archive.settings import Settings
from archive.storage import of as storage_of
from archive.store import ArticleStore, named_source
from crawler.report import Report

if TYPE_CHECKING:
    from crawler.past.archives import WebArchive
    from crawler.past.session import Span
    from crawler.session import Scope
    from crawler.sources import Source

_NAMES = 300  # seconds a run reads names at its end
_INTERVAL = 1  # seconds between two updates of the index


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of a run.

    `report` has the counts of articles, and each page and list that failed. `alarms` are all current
    conditions that need an operator's attention, of every source; `faults` are the errors of sending
    notices of them. `nothing_due`: a crawl of what is due had nothing to do; `next_due` is the time
    (UTC) of the next check of a list, None if there is none. `fault` is the error that kept the
    articles, which are in the archive, from being indexed or put into stories; `check` raises it.
    """

    report: Report
    alarms: tuple[Alarm, ...] = ()
    faults: tuple[WencangError, ...] = ()
    nothing_due: bool = False
    next_due: datetime | None = None
    fault: WencangError | OSError | None = None

    def check(self) -> Self:
        """This result. Raises `fault` if there is one."""
        if self.fault:
            raise self.fault
        return self


def crawl(
    settings: Settings, sources: Sequence[Source], scope: Scope, *, wait: bool = False,
    progress: Progress = silent, indexed: Progress = silent,
) -> RunResult:  # fmt: skip
    """Archive.crawl, with its arguments parsed."""
    from crawler.http.addresses import refuse_nameless
    from crawler.session import scopes
    from crawler.sources import sources_of

    refuse_nameless(settings.contact, scope.urls or [list for source in sources for list in source.lists])
    ArticleStore.create(settings).close()  # a fault of the archive is reported before anything is fetched
    result = RunResult(Report(notice=lambda report: progress(report.read)))
    with _indexing(settings):
        try:
            _fetch(settings, scopes(scope, sources, sources_of(settings)), result.report, progress, wait)
        except Exception:
            with suppress(WencangError):  # the archive may be what is at fault
                _noted(settings, result, scope)
            raise
        result = _noted(settings, result, scope)
    if scope.due and not (result.report.did_anything or result.report.remarks):
        result = replace(result, nothing_due=True, next_due=_next_due(settings, sources))
    return finish(settings, result, indexed)


def _fetch(
    settings: Settings, scopes: Sequence[tuple[Source, Scope]], report: Report, progress: Progress, wait: bool
) -> None:
    """Crawl in this process or, if Twisted's reactor can't run in it, in another."""
    from crawler import beside, reactor
    from crawler.session import opened

    if not reactor.is_usable():
        beside.crawl(settings, scopes, report, progress, wait)
        return
    from crawler.run import crawl

    with opened(settings, scopes, report, wait) as sessions:
        crawl(sessions, settings)


def _noted(settings: Settings, result: RunResult, scope: Scope) -> RunResult:
    """Note the run in the ledger and send due notices, unless it was one of single pages."""
    from archive.tables.ledger import Ledger
    from crawler.health import alarms

    if scope.urls:
        return result
    now = clock.now()
    with ArticleStore.open(settings) as store:
        ledger = Ledger(store)
        for run in result.report.runs():
            ledger.note_run(run)
        current = alarms.found(store, now)
        faults = [*announce(settings, store, current, now), *_write_metrics(settings, store)]
    return replace(result, alarms=tuple(current), faults=tuple(faults))


def _write_metrics(settings: Settings, store: ArticleStore) -> Iterator[NotTold]:
    """Write the file for Prometheus if one is set; the error if that failed."""
    if settings.metrics:
        from archive.notify import metrics

        try:
            metrics.write(settings.metrics, metrics.gauges(store))
        except NotTold as fault:
            yield fault


def _next_due(settings: Settings, sources: Iterable[Source]) -> datetime | None:
    from archive.tables.ledger import Ledger

    lists = {list for source in sources for list in source.lists}
    with ArticleStore.open(settings) as store:
        return min((section.due for section in Ledger(store).sections() if section.list in lists), default=None)


def import_(
    settings: Settings, paths: Iterable[Path], source: str, columns: Mapping[str, str], *,
    progress: Progress = silent, indexed: Progress = silent,
) -> RunResult:  # fmt: skip
    """Archive.import_."""
    from archive.warc.pages import Pages
    from crawler.files.importer import files, import_files
    from crawler.sources import sources_of

    result = RunResult(Report(notice=lambda report: progress(report.read)))
    chosen = files(list(paths), result.report)
    with (
        ArticleStore.create(settings) as store,
        Pages(storage := storage_of(settings), ends=partial(manifest.ends, storage)) as pages,
    ):
        import_files(store, pages, chosen, result.report, source, columns, sources_of(settings))
    return finish(settings, result, indexed)


def backfill(
    settings: Settings, source: Source, archive: WebArchive, span: Span, *,
    progress: Progress = silent, indexed: Progress = silent,
) -> RunResult:  # fmt: skip
    """Archive.backfill, with its arguments parsed."""
    from crawler.http.addresses import refuse_nameless
    from crawler.past.run import backfill

    refuse_nameless(settings.contact, archive.addresses)
    result = RunResult(backfill(settings, source, archive, span, progress))
    return result if span.dry_run else finish(settings, result, indexed)


def reextract(
    settings: Settings, sources: Iterable[str], *, dry_run: bool = False, restart: bool = False,
    progress: Progress = silent, indexed: Progress = silent,
) -> RunResult:  # fmt: skip
    """Archive.reextract."""
    from crawler.reextract import reextract

    if not dry_run:
        refuse_read_only(settings.data)
    result = RunResult(Report(notice=lambda report: progress(report.read)))
    with ArticleStore.open(settings) as store:
        chosen = {named_source(store.sources(), name) for name in sources}
        reextract(store, settings, result.report, chosen, dry_run=dry_run, restart=restart)
    return result if dry_run else finish(settings, result, indexed)


def accept(settings: Settings, names: Iterable[str], source: str, *, indexed: Progress = silent) -> RunResult:
    """Archive.accept."""
    from wencang.keeping import doubted

    result = RunResult(Report())
    with ArticleStore.open(settings) as store:
        doubted.accept(store, names, source, result.report)
    return finish(settings, result, indexed)


# The end of every run


def finish(settings: Settings, result: RunResult, indexed: Progress = silent) -> RunResult:
    """Upload pages, write a manifest, update the index, the stories and the names; the result, with the first fault.

    The index does not wait for a store of raw pages that can't be reached, nor the stories for an index that another
    run holds. Names that take too long are left to the next run.
    """
    from indexer.persons.reader import reader
    from indexer.update import bring_up
    from wencang.desk.count import recorded
    from wencang.desk.reprints import stories

    def tasks(store: ArticleStore) -> Iterator[Callable[[], object]]:
        yield lambda: upload(store, storage)
        yield lambda: manifest.close(store, storage, clock.now())
        yield lambda: bring_up(store, settings, settings.engine, indexed)
        yield lambda: stories.bring_up(store)
        yield lambda: recorded.bring_up(store, reader(settings.names), seconds=_NAMES)

    faults = list[WencangError | OSError]()
    storage = storage_of(settings)
    try:
        with ArticleStore.open(settings) as store:
            for task in tasks(store):
                try:
                    task()
                except (Busy, StorageUnusable) as error:
                    faults.append(error)
    except (WencangError, OSError) as error:
        faults.append(error)
    return replace(result, fault=next(iter(faults), None))


# Indexing and grouping beside a run


@contextmanager
def _indexing(settings: Settings) -> Iterator[None]:
    """Index new articles during a run, and put them into stories, in a process beside it.

    An error of it occurs again at the end of the run.
    """
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

    with suppress(Exception), ArticleStore.open(settings) as store:  # `finish` meets the error again
        while not ended.is_set():
            with suppress(BrokenProcessPool), Processes(1) as process:
                _index_beside(process, settings, store, ended)


def _index_beside(process: Processes, settings: Settings, store: ArticleStore, ended: Event) -> None:
    position = -1
    while not ended.wait(_INTERVAL):
        position = _index_new(process, settings, store, position)
    if position >= 0:  # the rest too, as the process is loaded
        _index_new(process, settings, store, position)


def _index_new(process: Processes, settings: Settings, store: ArticleStore, position: int) -> int:
    """Index what was added after a sequence; the sequence up to which all is indexed then."""
    with suppress(WencangError):
        if (sequence := store.sequence()) != position:  # else the index is not even opened
            process.ask(_index, settings)
            return sequence
    return position


def _index(settings: Settings) -> None:
    from indexer.update import bring_up
    from wencang.desk.reprints import stories

    with ArticleStore.open(settings) as store:
        bring_up(store, settings, settings.engine)
        stories.bring_up(store)
