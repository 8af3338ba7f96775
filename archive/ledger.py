"""What each run of a crawl came to, by source: what a later run is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from archive import schema


@dataclass(frozen=True, slots=True)
class Run:
    """One source in one run: `read` articles' pages, of which some failed and some were read by general means; UTC."""

    source: str
    finished: datetime
    read: int
    general: int
    failed: int


def note(connection: sa.Connection, run: Run) -> None:
    values = {name: getattr(run, name) for name in Run.__slots__}
    connection.execute(schema.runs.insert().values(values))


def last(connection: sa.Connection, source: str, count: int) -> list[Run]:
    """A source's newest runs, the newest first."""
    c = schema.runs.c
    rows = sa.select(*(c[name] for name in Run.__slots__)).where(c.source == source)
    return [Run(*row) for row in connection.execute(rows.order_by(c.finished.desc()).limit(count))]
