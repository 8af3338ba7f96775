"""Worker processes that end with the process that started them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Lock, Thread
from types import ModuleType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_BLOCKED = {signal.SIGINT, signal.SIGTERM}


_starting = Lock()


class _Process(SpawnProcess):
    def start(self) -> None:
        """Start without `__main__`, which the new process would import, and a script would run once more."""
        with _starting:
            main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
            try:
                super().start()
            finally:
                sys.modules["__main__"] = main

    def terminate(self) -> None:
        """A pool calls it for the others after one was killed: by a signal that is not blocked."""
        self.kill()


class Spawned(SpawnContext):
    """Not a fork, which would share the open database and the threads that draw the progress."""

    Process = _Process


class Processes(ProcessPoolExecutor):
    """A pool of `workers` processes, each started when there is work for it.

    They ignore SIGINT and SIGTERM: the process that started them handles these, and ends them.
    """

    def __init__(self, workers: int) -> None:
        super().__init__(workers, Spawned(), initializer=end_with_parent)

    def submit(self, task: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _BLOCKED)  # a new process inherits it
        try:
            return super().submit(task, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def ask(self, task: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a task and wait for its result. Raises what `result` does."""
        return self.result(self.submit(task, *args, **kwargs))

    def result(self, task: Future[T]) -> T:
        """The result of a submitted task. Raises what it raised, or BrokenProcessPool if its process was killed."""
        while not wait({task}, timeout=1).done:
            self.submit(int)  # raises in a broken pool, which loses tasks that are submitted while it breaks
        return task.result()


def end_with_parent() -> None:
    """Exit when the parent does: after it was killed the processes of a pool would wait for work forever."""
    Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
