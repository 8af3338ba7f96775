"""Processes beside the one that started them, which end with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_UNHEARD = {signal.SIGINT, signal.SIGTERM}


class _Process(SpawnProcess):
    def terminate(self) -> None:
        """As a pool ends those that are left when one of them was ended: by a signal that they do hear."""
        self.kill()


class _Spawned(SpawnContext):
    """A fork would share the open database, and threads that draw the progress."""

    Process = _Process


class Processes(ProcessPoolExecutor):
    """So many processes, each started when there is work for it.

    They hear neither of Ctrl-C nor of a service manager that ends a run: the process that
    started them ends it, and says so once.
    """

    def __init__(self, workers: int) -> None:
        super().__init__(workers, _Spawned(), initializer=_end_with_parent)

    def submit(self, task: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        heard = signal.pthread_sigmask(signal.SIG_BLOCK, _UNHEARD)  # what is blocked when a process starts, it blocks
        try:
            return super().submit(task, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, heard)

    def ask(self, task: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Have it done, and wait for what it gives back; raises what `result` does."""
        return self.result(self.submit(task, *args, **kwargs))

    def result(self, asked: Future[T]) -> T:
        """What was asked for gives back, once it is done; BrokenProcessPool where the process was ended."""
        while not wait({asked}, timeout=1).done:
            self.submit(int)  # fails in a broken pool, which forgets what it is given while it breaks
        return asked.result()


def _end_with_parent() -> None:
    """A pool's processes wait for work for ever when the one that started them is killed."""
    Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
