"""Processes that read pages beside the one that started them, and end with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context, parent_process
from threading import Thread


def readers(workers: int) -> ProcessPoolExecutor:
    """So many processes, each started when there is work for it (see uninterrupted)."""
    # Spawned: a fork would share the open database, and threads that draw the progress.
    return ProcessPoolExecutor(workers, get_context("spawn"), initializer=_end_with_parent)


@cache
def reader() -> ProcessPoolExecutor:
    """One process for as long as this one lasts."""
    pool = readers(1)
    with uninterrupted():
        pool.submit(int)
    return pool


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A process started in here never hears of Ctrl-C: the one that started it ends the run, and says so once."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _end_with_parent() -> None:
    """A pool's processes wait for work for ever when the one that started them is killed."""
    Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
