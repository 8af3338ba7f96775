"""The gaps of an archive as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from archive import clock
from archive.store import ArticleStore, named_source
from archive.tables.captures import Captures
from archive.tables.ledger import Ledger
from archive.text.messages import Message
from crawler.health.gaps import EARLIEST, AddressGap, CaptureGap, DayGap, Gap, SpanGap, find
from indexer.question.period import span
from wencang.desk.table import Table


@dataclass(frozen=True, slots=True)
class Gaps(Table):
    """What may be missing, by source: days, spans without a crawl, captures of web archives, addresses.

    `notices` say so if nothing ran yet.

    A column that does not apply to a kind of gap is None.
    """

    gaps: tuple[Gap, ...]
    notices: tuple[Message, ...] = ()
    columns = (
        "gap", "source", "day", "articles", "expected", "since", "until", "url", "list", "found", "why", "failures",
        "reason", "archive", "captures",
    )  # fmt: skip

    @property
    def unexplained(self) -> tuple[Gap, ...]:
        """All but the addresses that hold no article or whose article was withdrawn."""
        return tuple(gap for gap in self.gaps if not (isinstance(gap, AddressGap) and gap.is_explained))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`; days as dates of Asia/Shanghai, times as datetimes in UTC."""
        for gap in self.gaps:
            values = gap.to_json()
            match gap:
                case DayGap():
                    values |= {"day": gap.day}
                case SpanGap() | CaptureGap():
                    values |= {"since": gap.since, "until": gap.until}
                case AddressGap():
                    values |= {"found": gap.found}
            yield tuple(values.get(column) for column in self.columns)


def gaps(store: ArticleStore, source: str, since: str, until: str, addresses: bool = True) -> Gaps:
    """What may be missing of a source, or of all, between two days. Raises UsageFault for an unknown source or day."""
    start, end = span(since, until)
    now = clock.now()
    bounds = max(start or EARLIEST, EARLIEST), end or now
    sources = sorted({*Ledger(store).sources(), *Captures(store).sources()})
    if not sources:
        return Gaps((), (Message("no-runs"),))
    chosen = [named_source(sources, source)] if source else sources
    return Gaps(tuple(gap for name in chosen for gap in find(store, name, *bounds, now, addresses)))
