"""Worker processes that end with the process that started them."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.util import Finalize
from threading import Lock, Thread
from types import ModuleType
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A")
_AHEAD = 2  # values per process that wait for it
_PATIENCE = 60  # times its processor time that a task may last, where the process is not let run
_BLOCKED = {signal.SIGINT, signal.SIGTERM}
_starting = Lock()


@dataclass(frozen=True, slots=True)
class Ended:
    """What a task gives instead of its result where it ended its process: `overtime`, or else killed."""

    overtime: bool


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


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """A process that is started within inherits the mask, and so ignores SIGINT and SIGTERM."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _BLOCKED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


class Processes(ProcessPoolExecutor):
    """A pool of `workers` processes, each started when there is work for it.

    They ignore SIGINT and SIGTERM: the process that started them handles these, and ends them.
    """

    def __init__(self, workers: int) -> None:
        super().__init__(workers, Spawned(), initializer=end_with_parent)
        self.workers = workers

    def submit(self, task: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Raises BrokenProcessPool where one of the processes was killed."""
        with _signals_blocked():
            try:
                return super().submit(task, *args, **kwargs)
            except (OSError, ValueError) as error:
                if getattr(error, "errno", None):
                    raise
                raise BrokenProcessPool(str(error)) from error  # a pool that breaks meanwhile has closed its pipes

    def ask(self, task: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a task and wait for its result. Raises what `result` does."""
        return self.result(self.submit(task, *args, **kwargs))

    def result(self, task: Future[T]) -> T:
        """The result of a submitted task. Raises what it raised, or BrokenProcessPool if its process was killed."""
        while not wait({task}, timeout=1).done:
            self.submit(int)  # raises in a broken pool, which loses tasks that are submitted while it breaks
        return task.result()

    def spread(self, task: Callable[[A], T], values: Iterable[A], /) -> Iterator[T]:
        """What `map` gives; values are taken a few ahead, so that memory is bounded. Raises what `result` does."""
        ahead: deque[Future[T]] = deque()
        try:
            for value in values:
                ahead.append(self.submit(task, value))
                if len(ahead) > _AHEAD * self.workers:
                    yield self.result(ahead.popleft())
            while ahead:
                yield self.result(ahead.popleft())
        finally:
            for future in ahead:
                future.cancel()


class Worker(Generic[T]):
    """A process that runs one task at a time; it is replaced after a task ended it.

    Each task may use `seconds` of processor time, so a busy machine costs no task its result. The
    kernel enforces the limit, since no thread can run during a long regular expression search.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._start()

    def _start(self) -> None:
        context = Spawned()
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, self._seconds))
        with _signals_blocked():
            self._process.start()
        other.close()
        self._end = Finalize(self, self._process.kill, exitpriority=1)  # before the exit waits for it

    def close(self) -> None:
        """End the process."""
        self._end()
        self._process.join()
        self._connection.close()

    def run(self, tasks: Sequence[Callable[[], T]]) -> list[T | Ended]:
        """The results of the tasks, which must not raise; they and their results are pickled."""
        results: list[T | Ended] = []
        with self._lock:
            while len(results) < len(tasks):
                results += self._run(tasks[len(results) :])
        return results

    def _run(self, tasks: Sequence[Callable[[], T]]) -> Iterator[T | Ended]:
        """The results up to the first task that ends the process."""
        try:
            self._connection.send(tasks)
            for _task in tasks:
                if not self._connection.poll(_PATIENCE * self._seconds):
                    self._process.kill()
                yield self._connection.recv()
        except (EOFError, OSError):
            self._process.join()
            overtime = self._process.exitcode == -signal.SIGPROF
            self._connection.close()
            self._start()
            yield Ended(overtime)


def _serve(connection: Connection, seconds: float) -> None:
    end_with_parent()
    while True:
        try:
            tasks: Sequence[Callable[[], object]] = connection.recv()
        except EOFError:
            return
        for task in tasks:
            signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal ends the process
            result = task()
            signal.setitimer(signal.ITIMER_PROF, 0)
            connection.send(result)


def end_with_parent() -> None:
    """Exit when the parent does: after it was killed the processes of a pool would wait for work forever."""
    Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
