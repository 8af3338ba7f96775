"""Detects that a share of a source's pages rose, by its latest pages, however many runs they are of."""

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
_BEGINS, _ENDS = 5, 1  # standard deviations above the usual count at which a rise begins and ends
_FEWEST, _LEFT = 5, 1  # pages at which it may begin and at which it has ended


@dataclass(frozen=True, slots=True)
class Risen:
    """`count` of the latest `read` pages, where `before` is the usual share."""

    kind: Kind
    count: int
    read: int
    before: float


def risen(runs: Sequence[Run]) -> list[Risen]:
    """The shares that are above their usual value at the end of a source's runs, given oldest first.

    The latest pages are those of the last runs that have fifty together. A rise begins with at
    least five pages and five standard deviations more than the runs before suggest; it ends with
    one page, or within one deviation. Runs during a rise do not count as usual.
    """
    rises = (_risen(kind, ((run.read, getattr(run, kind)) for run in runs)) for kind in KINDS)
    return [rise for rise in rises if rise]


def _risen(kind: Kind, runs: Iterable[tuple[int, int]]) -> Risen | None:
    latest = deque[tuple[int, int]]()
    read, count, old_read, old_count, is_risen = 0, 0, 0, 0, False
    for run in runs:
        latest.append(run)
        read, count = read + run[0], count + run[1]
        while read - latest[0][0] >= PAGES:
            run_read, run_count = latest.popleft()
            read, count = read - run_read, count - run_count
            if not is_risen:
                old_read, old_count = old_read + run_read, old_count + run_count
        is_risen = old_read > 0 and count > _limit(read, old_read, old_count, is_risen)
    return Risen(kind, count, read, old_count / old_read) if is_risen else None


def _limit(read: int, old_read: int, old_count: int, is_risen: bool) -> float:
    """The most of the latest pages that are not a rise, allowing for the sampling error of the usual share."""
    share = (old_count + 0.5) / (old_read + 1)
    deviation = math.sqrt(read * share * (1 - share) * (1 + read / old_read))
    least, deviations = (_LEFT, _ENDS) if is_risen else (_FEWEST - 1, _BEGINS)
    return max(least, read * share + deviations * deviation)
