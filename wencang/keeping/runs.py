"""The runs of crawls as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from archive.store import ArticleStore, named_source
from archive.tables.ledger import Ledger, Run
from archive.text.messages import Message
from wencang.desk.table import Table


@dataclass(frozen=True, slots=True)
class Runs(Table):
    """Crawls of one source each, newest first. `notices` say so if there is none."""

    runs: tuple[Run, ...]
    notices: tuple[Message, ...] = ()
    columns = Run.__slots__

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`; times as datetimes in UTC, `reasons` by their English text."""
        for run in self.runs:
            values = run.to_json() | {"finished": run.finished, "started": run.started}
            yield tuple(values[column] for column in self.columns)


def runs(store: ArticleStore, source: str, limit: int) -> Runs:
    """The newest runs of a source, or of all. Raises UsageFault for an unknown source."""
    ledger = Ledger(store)
    newest = ledger.last_runs(named_source(ledger.sources(), source) if source else "", limit)
    return Runs(tuple(newest), () if newest else (Message("no-runs"),))
