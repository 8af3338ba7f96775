"""What a run did: counts by source, and what went wrong with which page."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from archive.ledger import Run

Outcome = Literal["new", "changed", "unchanged", "gone", "skipped", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("new", "changed", "unchanged", "gone", "skipped", "failed")
_TOLERATED = 0.05  # share of failed pages that does not make a run a failed one


@dataclass(slots=True)
class Report:
    """Filled while a run goes on; `notice` is called at each count."""

    counts: dict[str, Counter[Outcome]] = field(default_factory=dict)
    notes: list[tuple[Outcome, str, str]] = field(default_factory=list)  # outcome, address, reason
    unread_lists: list[tuple[str, str]] = field(default_factory=list)  # address, reason
    missing_lists: list[str] = field(default_factory=list)  # gone from the site, or empty
    incomplete: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # address, pages that are missing
    remarks: list[tuple[str, str]] = field(default_factory=list)  # site or address, what the operator should know
    pictures: Counter[Literal["kept", "failed"]] = field(default_factory=Counter)
    bad_records: int = 0  # of an import
    interrupted: bool = False
    general: list[tuple[str, str]] = field(default_factory=list)  # source and address that no form fitted
    fields: Counter[str] = field(default_factory=Counter)  # of a re-reading: in how many articles each changed
    without_page: int = 0  # of a re-reading: articles that no raw page was kept of
    notice: Callable[[Report], None] | None = None

    def count(self, source: str, outcome: Outcome, url: str = "", reason: str = "") -> None:
        self.counts.setdefault(source, Counter())[outcome] += 1
        if reason:
            self.notes.append((outcome, url, reason))
        if self.notice:
            self.notice(self)

    def add(self, other: Report) -> None:
        """Count what another report has counted of articles."""
        for source, counts in other.counts.items():
            self.counts.setdefault(source, Counter()).update(counts)
        self.notes += other.notes
        self.incomplete += other.incomplete
        self.general += other.general
        self.pictures += other.pictures
        if self.notice:
            self.notice(self)

    def total(self, outcome: Outcome) -> int:
        return sum(counts[outcome] for counts in self.counts.values())

    @property
    def read(self) -> int:
        return sum(map(self.total, OUTCOMES))

    def read_again(self, source: str) -> int:
        """How many articles of a source were read that are kept already."""
        counts = self.counts.get(source, Counter[Outcome]())
        return counts["changed"] + counts["unchanged"]

    def runs(self, finished: datetime) -> Iterator[Run]:
        """What the run came to, by source, for the ledger."""
        for source, counts in self.counts.items():
            general = sum(name == source for name, _url in self.general)
            yield Run(source, finished, counts.total() - counts["skipped"] - counts["gone"], general, counts["failed"])

    @property
    def failed(self) -> bool:
        """Whether the run as a whole failed: a list or a record can't be read, or too many pages."""
        return bool(self.unread_lists or self.bad_records) or self.total("failed") > self.read * _TOLERATED


_FEWEST, _DEVIATIONS = 5, 3
RUNS = 20  # that a run is held against


def risen(run: Run, earlier: Sequence[Run]) -> list[tuple[Literal["general", "failed"], float]]:
    """Which share of a run's pages rose above what it was in the runs before, and what it was.

    A share has risen with at least five pages, and three standard deviations more of them
    than the old share lets expect. Without earlier runs nothing has.
    """
    before = sum(old.read for old in earlier)
    found: list[tuple[Literal["general", "failed"], float]] = []
    for kind in ("general", "failed") if before else ():
        old = sum(getattr(each, kind) for each in earlier) / before
        expected = run.read * old
        chance = _DEVIATIONS * math.sqrt(expected * (1 - old))
        if getattr(run, kind) >= _FEWEST and getattr(run, kind) > expected + chance:
            found.append((kind, old))
    return found
