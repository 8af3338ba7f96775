"""Progress callbacks: called with the number of items done so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
Progress = Callable[[int], None]


def silent(_done: int) -> None:
    """No-op callback, the default."""


def counted(items: Iterable[T], progress: Progress) -> Iterator[T]:
    """The same items; `progress` is called with the number of each, from 1 on, before it is yielded."""
    for number, item in enumerate(items, 1):
        progress(number)
        yield item
