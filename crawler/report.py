"""What a run did: counts by source, and what went wrong with which page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["new", "changed", "unchanged", "skipped", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("new", "changed", "unchanged", "skipped", "failed")
_TOLERATED = 0.05  # share of failed pages that does not make a run a failed one


@dataclass(slots=True)
class Report:
    """Filled while a run goes on; `notice` is called at each count."""

    counts: dict[str, Counter[Outcome]] = field(default_factory=dict)
    notes: list[tuple[Outcome, str, str]] = field(default_factory=list)  # outcome, address, reason
    unread_lists: list[tuple[str, str]] = field(default_factory=list)  # address, reason
    missing_lists: list[str] = field(default_factory=list)  # gone from the site, or empty
    incomplete: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # address, pages that are missing
    bad_records: int = 0  # of an import
    interrupted: bool = False
    general: list[str] = field(default_factory=list)  # addresses that no form of their source fitted
    fields: Counter[str] = field(default_factory=Counter)  # of a re-reading: in how many articles each changed
    without_page: int = 0  # of a re-reading: articles that no raw page was kept of
    notice: Callable[[Report], None] | None = None

    def count(self, source: str, outcome: Outcome, url: str = "", reason: str = "") -> None:
        self.counts.setdefault(source, Counter())[outcome] += 1
        if reason:
            self.notes.append((outcome, url, reason))
        if self.notice:
            self.notice(self)

    def total(self, outcome: Outcome) -> int:
        return sum(counts[outcome] for counts in self.counts.values())

    @property
    def read(self) -> int:
        return sum(map(self.total, OUTCOMES))

    @property
    def failed(self) -> bool:
        """Whether the run as a whole failed: a list or a record can't be read, or too many pages."""
        return bool(self.unread_lists or self.bad_records) or self.total("failed") > self.read * _TOLERATED
