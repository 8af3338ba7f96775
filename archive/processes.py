"""Worker processes that end with the process that started them."""

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
_BLOCKED = {signal.SIGINT, signal.SIGTERM}


class _Process(SpawnProcess):
    def terminate(self) -> None:
        """A pool calls it for the others after one was killed: by a signal that is not blocked."""
        self.kill()


class _Spawned(SpawnContext):
    """Not a fork, which would share the open database and the threads that draw the progress."""

    Process = _Process


class Processes(ProcessPoolExecutor):
    """A pool of `workers` processes, each started when there is work for it.

    They ignore SIGINT and SIGTERM: the process that started them handles these, and ends them.
    """

    def __init__(self, workers: int) -> None:
        super().__init__(workers, _Spawned(), initializer=_end_with_parent)

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


def _end_with_parent() -> None:
    """Without this the processes of a pool would wait for work forever after their parent was killed."""
    Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
