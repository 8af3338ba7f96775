"""One run that asks a web archive about a source: what it asks for, its limits, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from crawler.past.archives import WebArchive
from crawler.report import Report
from crawler.sources import Source, Sources


@dataclass(frozen=True, slots=True)
class Span:
    """Which captures: made at `since` or later and before `until`; how many pages are requested, and how long.

    `max_pages` and `max_time` (seconds) of 0 are no limit. Doubted captures of the addresses in `accept` are kept.
    """

    since: datetime | None = None
    until: datetime | None = None
    max_pages: int = 0
    max_time: float = 0
    dry_run: bool = False
    accept: tuple[str, ...] = ()


@dataclass(slots=True)
class PastSession:
    """The run; `sites` are those that may be requested, `ended` is as in archive.tables.ledger.Run."""

    source: Source
    sources: Sources  # that read its pages
    archive: WebArchive
    span: Span
    report: Report
    sites: frozenset[str] = field(init=False)
    fault: Exception | None = None
    ended: str = "fault"
    requests: int = 0
    began: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self.sites = self.archive.sites

    def remark(self, subject: str, text: str) -> None:
        """Report something that the operator should know."""
        self.report.remarks.append((subject, text))

    @property
    def limit(self) -> str:
        """The limit that is reached; "" if none is."""
        if self.span.max_pages and self.requests >= self.span.max_pages:
            return "page limit"
        if self.span.max_time and monotonic() - self.began >= self.span.max_time:
            return "time limit"
        return ""
