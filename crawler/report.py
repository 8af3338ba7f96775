"""The report of a run: counts by source, and the pages and lists that failed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Literal

from archive import clock
from archive.settings import version
from archive.tables.ledger import OUTCOMES, Outcome, Run
from archive.text.messages import Message, worded

_TOLERATED = 0.05  # share of failed pages up to which a run has not failed
_REASONS, _LONGEST = 20, 200  # reasons kept of a run, characters of each


@dataclass(slots=True)
class Tally:
    """The counts of one source in a run; its time runs from here on."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    sections: dict[str, Counter[Outcome]] = field(default_factory=lambda: defaultdict(Counter))  # by list
    reasons: Counter[Message] = field(default_factory=Counter)  # why pages and lists failed
    lists: set[str] = field(default_factory=set)  # that were read
    bytes: int = 0  # received over the network
    started: datetime = field(default_factory=lambda: clock.now())
    began: float = field(default_factory=monotonic)
    seconds: float = 0.0
    finished: datetime | None = None
    ended: str = "fault"  # unless `end` is called

    def add(self, other: Tally) -> None:
        """Add the counts of articles of another tally."""
        self.counts.update(other.counts)
        self.reasons.update(other.reasons)
        for list, counts in other.sections.items():
            self.sections[list].update(counts)

    def end(self, ended: str) -> None:
        self.ended, self.finished, self.seconds = ended, clock.now(), round(monotonic() - self.began, 3)

    def run(self, source: str, general: int) -> Run:
        """The run for the ledger."""
        counts = {outcome: self.counts[outcome] for outcome in OUTCOMES}
        read = self.counts.total() - sum(self.counts[outcome] for outcome in ("skipped", "gone", "doubted"))
        return Run(
            source, self.finished or clock.now(), read, general, started=self.started, seconds=self.seconds,
            lists=len(self.lists), bytes=self.bytes, reasons=dict(self.reasons.most_common(_REASONS)),
            sections={list: dict[str, int](counts.items()) for list, counts in self.sections.items()},
            program=version(), ended=self.ended, **counts,
        )  # fmt: skip


@dataclass(slots=True)
class Report:
    """Filled during a run; `notice` is called at each count."""

    tallies: defaultdict[str, Tally] = field(default_factory=partial(defaultdict, Tally))  # by source
    notes: list[tuple[Outcome, str, Message]] = field(default_factory=list)  # outcome, address, reason
    unread_lists: list[tuple[str, Message]] = field(default_factory=list)  # address, reason
    missing_lists: list[str] = field(default_factory=list)  # without rows, or gone from the site
    incomplete: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # address, pages that are missing
    remarks: list[tuple[str, str]] = field(default_factory=list)  # site or address, what the operator should know
    pictures: Counter[Literal["kept", "failed"]] = field(default_factory=Counter)
    annotations: Counter[Literal["tag", "note"]] = field(default_factory=Counter)  # that an import added
    bad_records: int = 0  # of an import
    interrupted: bool = False
    general: list[tuple[str, str]] = field(default_factory=list)  # source and address that no form fitted
    fields: Counter[str] = field(default_factory=Counter)  # of a re-extraction: in how many articles each changed
    without_page: int = 0  # of a re-extraction: articles without a raw page
    notice: Callable[[Report], None] | None = None

    def count(self, source: str, outcome: Outcome, url: str = "", reason: Message | str = "", list: str = "") -> None:
        """Count one article; `list` is the list that showed its address."""
        tally = self.tallies[source]
        tally.counts[outcome] += 1
        if list:
            tally.sections[list][outcome] += 1
        if outcome in ("failed", "doubted"):
            tally.reasons[_kind(reason)] += 1
        if reason:
            self.notes.append((outcome, url, worded(reason)))
        if self.notice:
            self.notice(self)

    def add(self, other: Report) -> None:
        """Add the counts of articles of another report."""
        for source, tally in other.tallies.items():
            self.tallies[source].add(tally)
        self.notes += other.notes
        self.incomplete += other.incomplete
        self.general += other.general
        self.remarks += other.remarks
        self.pictures += other.pictures
        self.annotations += other.annotations
        if self.notice:
            self.notice(self)

    def total(self, outcome: Outcome) -> int:
        return sum(tally.counts[outcome] for tally in self.tallies.values())

    @property
    def read(self) -> int:
        return sum(map(self.total, OUTCOMES))

    def read_again(self, source: str) -> int:
        """How many articles of a source that were archived before were read."""
        counts = self.tallies[source].counts
        return counts["changed"] + counts["unchanged"]

    def unread_list(self, source: str, url: str, reason: Message) -> None:
        """Count a list that can't be read."""
        self.tallies[source].reasons[_kind(reason)] += 1
        self.unread_lists.append((url, reason))

    def runs(self) -> Iterator[Run]:
        """The runs for the ledger, one for each source."""
        for source, tally in self.tallies.items():
            yield tally.run(source, sum(name == source for name, _url in self.general))

    @property
    def did_anything(self) -> bool:
        """Whether an article or a list was requested."""
        lists = any(tally.lists for tally in self.tallies.values())
        return bool(self.read or lists or self.missing_lists or self.unread_lists)

    @property
    def failed(self) -> bool:
        """Whether the run as a whole failed: a list, a record or too many pages could not be read, or were doubted."""
        unread = self.total("failed") + self.total("doubted")
        return bool(self.unread_lists or self.bad_records) or unread > self.read * _TOLERATED


def _kind(reason: Message | str) -> Message:
    """A reason without the addresses in it, so that the same ones are counted together."""
    return worded(reason).map_texts(lambda text: re.sub(r"https?://\S+", "...", text)[:_LONGEST])
