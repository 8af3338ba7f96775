"""What time it is: the one place that asks, so that a year can be lived through in a minute."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Aware, UTC."""
    return datetime.now(UTC)
