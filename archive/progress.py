"""Progress callbacks: called with the number of items done so far."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int], None]


def silent(_done: int) -> None:
    """No-op callback, the default."""
