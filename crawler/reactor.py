"""Whether Twisted's reactor can run in this process: once, in the main thread, and outside of an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event, current_thread, main_thread
from typing import ParamSpec, TypeVar

from archive.processes import Processes

P = ParamSpec("P")
T = TypeVar("T")
_used = Event()


def is_usable() -> bool:
    """False after `use`, in another thread, and in a notebook, which runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return not _used.is_set() and current_thread() is main_thread()
    return False


def use() -> None:
    """Note that the reactor is about to run."""
    _used.set()


def with_reactor(task: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a task that uses the reactor: in this process or, if it is not usable, in one of its own."""
    if is_usable():
        return task(*args, **kwargs)
    with Processes(1) as process:
        return process.ask(task, *args, **kwargs)
