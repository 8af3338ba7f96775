"""Takes values a few at a time, as statements, transactions and tables hold only so many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(values: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """The values in lists of `size`, the last of which may be shorter."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
