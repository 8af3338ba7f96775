"""Iterables over many items: one that reads them again at each iteration, and one that reports progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from archive.progress import Progress

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stream(Generic[T]):
    """An iterable that holds no items: `read` starts a new pass over them.

    Two passes may differ where the archive changed in between.
    """

    read: Callable[[], Iterator[T]] = field(repr=False)

    def __iter__(self) -> Iterator[T]:
        return self.read()


def counted(items: Iterable[T], progress: Progress) -> Iterator[T]:
    """The same items; `progress` is called with the number of each, from 1 on, before it is yielded."""
    for number, item in enumerate(items, 1):
        progress(number)
        yield item
