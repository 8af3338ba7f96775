"""Whether a share of a source's pages rose: judged by its latest pages, however many runs they came in."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from archive.tables.ledger import Run

Kind = Literal["general", "failed"]
KINDS: tuple[Kind, ...] = ("general", "failed")
PAGES = 50  # that are judged, at least
_BEGINS, _ENDS = 5, 1  # standard deviations above what was usual
_FEWEST, _LEFT = 5, 1  # pages with which it may begin, and with which it is over


@dataclass(frozen=True, slots=True)
class Risen:
    """`count` of the latest `read` pages, where `before` is the share that was usual."""

    kind: Kind
    count: int
    read: int
    before: float


def risen(runs: Sequence[Run]) -> list[Risen]:
    """The shares that are above what they were, at the end of a source's runs; the oldest first.

    The latest pages are those of as many runs as hold fifty. Their share has risen with at least
    five pages, and five standard deviations more of them than the runs before let expect. It is
    over with one page, or within one deviation. What comes in meanwhile is never taken
    for usual.
    """
    found = (_risen(kind, ((run.read, getattr(run, kind)) for run in runs)) for kind in KINDS)
    return [one for one in found if one]


def _risen(kind: Kind, runs: Iterable[tuple[int, int]]) -> Risen | None:
    latest = deque[tuple[int, int]]()
    read, count, old_read, old_count, rings = 0, 0, 0, 0, False
    for run in runs:
        latest.append(run)
        read, count = read + run[0], count + run[1]
        while read - latest[0][0] >= PAGES:
            pages, those = latest.popleft()
            read, count = read - pages, count - those
            if not rings:
                old_read, old_count = old_read + pages, old_count + those
        rings = old_read > 0 and count > _most(read, old_read, old_count, rings)
    return Risen(kind, count, read, old_count / old_read) if rings else None


def _most(read: int, old_read: int, old_count: int, rings: bool) -> float:
    """How many of the latest pages are no rise; it allows for what chance made of the old share, too."""
    share = (old_count + 0.5) / (old_read + 1)
    deviation = math.sqrt(read * share * (1 - share) * (1 + read / old_read))
    return max(_LEFT if rings else _FEWEST - 1, read * share + (_ENDS if rings else _BEGINS) * deviation)
