"""An iterable that holds no items: it reads them from their source again at each iteration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stream(Generic[T]):
    """`read` starts a new pass over the items; two passes may differ where the archive changed in between."""

    read: Callable[[], Iterator[T]] = field(repr=False)

    def __iter__(self) -> Iterator[T]:
        return self.read()
