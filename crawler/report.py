"""What a run did: counts by source, and what went wrong with which page."""

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
from archive.messages import Message, worded
from archive.settings import version
from archive.tables.ledger import OUTCOMES, Outcome, Run

_TOLERATED = 0.05  # share of failed pages that does not make a run a failed one
_REASONS, _LONGEST = 20, 200  # of a run that are kept, and characters of each


@dataclass(slots=True)
class Tally:
    """What a run does with one source, counted from the moment it is made."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    sections: dict[str, Counter[Outcome]] = field(default_factory=lambda: defaultdict(Counter))  # by list
    reasons: Counter[Message] = field(default_factory=Counter)  # why pages and lists failed
    lists: set[str] = field(default_factory=set)  # that were read
    bytes: int = 0  # over the wire
    started: datetime = field(default_factory=lambda: clock.now())
    began: float = field(default_factory=monotonic)
    seconds: float = 0.0
    finished: datetime | None = None
    ended: str = "fault"  # until it is known better

    def add(self, other: Tally) -> None:
        """Count what another has counted of articles."""
        self.counts.update(other.counts)
        self.reasons.update(other.reasons)
        for list, counts in other.sections.items():
            self.sections[list].update(counts)

    def end(self, ended: str) -> None:
        self.ended, self.finished, self.seconds = ended, clock.now(), round(monotonic() - self.began, 3)

    def run(self, source: str, general: int) -> Run:
        """What it came to, for the ledger."""
        counts = {outcome: self.counts[outcome] for outcome in OUTCOMES}
        read = self.counts.total() - self.counts["skipped"] - self.counts["gone"]
        return Run(
            source, self.finished or clock.now(), read, general, started=self.started, seconds=self.seconds,
            lists=len(self.lists), bytes=self.bytes, reasons=dict(self.reasons.most_common(_REASONS)),
            sections={list: dict[str, int](counts.items()) for list, counts in self.sections.items()},
            program=version(), ended=self.ended, **counts,
        )  # fmt: skip


@dataclass(slots=True)
class Report:
    """Filled while a run goes on; `notice` is called at each count."""

    tallies: defaultdict[str, Tally] = field(default_factory=partial(defaultdict, Tally))  # by source
    notes: list[tuple[Outcome, str, Message]] = field(default_factory=list)  # outcome, address, reason
    unread_lists: list[tuple[str, Message]] = field(default_factory=list)  # address, reason
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

    def count(self, source: str, outcome: Outcome, url: str = "", reason: Message | str = "", list: str = "") -> None:
        """`list` is the list that showed the article's address."""
        tally = self.tallies[source]
        tally.counts[outcome] += 1
        if list:
            tally.sections[list][outcome] += 1
        if outcome == "failed":
            tally.reasons[_kind(reason)] += 1
        if reason:
            self.notes.append((outcome, url, worded(reason)))
        if self.notice:
            self.notice(self)

    def add(self, other: Report) -> None:
        """Count what another report has counted of articles."""
        for source, tally in other.tallies.items():
            self.tallies[source].add(tally)
        self.notes += other.notes
        self.incomplete += other.incomplete
        self.general += other.general
        self.pictures += other.pictures
        if self.notice:
            self.notice(self)

    def total(self, outcome: Outcome) -> int:
        return sum(tally.counts[outcome] for tally in self.tallies.values())

    @property
    def read(self) -> int:
        return sum(map(self.total, OUTCOMES))

    def read_again(self, source: str) -> int:
        """How many articles of a source were read that are kept already."""
        counts = self.tallies[source].counts
        return counts["changed"] + counts["unchanged"]

    def unread_list(self, source: str, url: str, reason: Message) -> None:
        """Count a list that can't be read."""
        self.tallies[source].reasons[_kind(reason)] += 1
        self.unread_lists.append((url, reason))

    def runs(self) -> Iterator[Run]:
        """What a crawl came to, by source, for the ledger."""
        for source, tally in self.tallies.items():
            yield tally.run(source, sum(name == source for name, _url in self.general))

    @property
    def did_anything(self) -> bool:
        """Whether an article or a list was asked for."""
        lists = any(tally.lists for tally in self.tallies.values())
        return bool(self.read or lists or self.missing_lists or self.unread_lists)

    @property
    def failed(self) -> bool:
        """Whether the run as a whole failed: a list or a record can't be read, or too many pages."""
        return bool(self.unread_lists or self.bad_records) or self.total("failed") > self.read * _TOLERATED


def _kind(reason: Message | str) -> Message:
    """A reason without the addresses it names, so that like ones are counted together."""
    return worded(reason).map_texts(lambda text: re.sub(r"https?://\S+", "...", text)[:_LONGEST])
