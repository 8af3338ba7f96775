"""Runs a crawl in a process of its own, for processes in which Twisted's reactor can't run (again)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from multiprocessing.connection import Connection
from threading import current_thread, main_thread

from archive.errors import WencangError, fault_of
from archive.processes import Spawned, end_with_parent
from archive.progress import Progress
from archive.settings import Settings
from archive.text.translation import gettext as _
from crawler.report import Report
from crawler.session import Scope, opened
from crawler.sources import Source


def crawl(
    settings: Settings, scopes: Sequence[tuple[Source, Scope]], report: Report, progress: Progress, wait: bool
) -> None:
    """Crawl as crawler.run does, with the counts in `report` at the end; an interrupt ends it cleanly.

    Raises the error that ended it.
    """
    context = Spawned()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_crawl, args=(sender, settings, scopes, wait))
    process.start()
    sender.close()
    with _interrupts_passed_to(process.pid or 0):
        done, fault = _result(receiver, settings, progress)
    process.join()
    for field in fields(Report):
        if field.name != "notice":
            setattr(report, field.name, getattr(done, field.name))
    if fault:
        raise fault


@contextmanager
def _interrupts_passed_to(process: int) -> Iterator[None]:
    """Only the main thread gets them."""
    if current_thread() is not main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, lambda _signal, _frame: os.kill(process, signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _result(receiver: Connection, settings: Settings, progress: Progress) -> tuple[Report, WencangError | None]:
    """What the process sends at its end; until then it sends the number of articles read so far."""
    try:
        while isinstance(message := receiver.recv(), int):
            progress(message)
    except EOFError as error:
        raise WencangError(settings.data, _("the process of the crawl was killed"), _("run it again")) from error
    report, fault = message
    return report, fault


def _crawl(sender: Connection, settings: Settings, scopes: Sequence[tuple[Source, Scope]], wait: bool) -> None:
    from crawler.run import crawl

    os.setpgrp()  # a Ctrl-C on the terminal is for the parent, which passes it on
    end_with_parent()
    report, fault = Report(notice=lambda report: sender.send(report.read)), None
    try:
        with opened(settings, scopes, report, wait) as sessions:
            crawl(sessions, settings)
    except Exception as error:  # as text: not every exception can be pickled
        fault = fault_of(settings.data, error)
    report.notice = None
    sender.send((report, fault))
