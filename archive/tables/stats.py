"""Numbers of articles, by source and by day of publication."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from archive.article import SHANGHAI
from archive.store import ArticleStore, schema


@dataclass(frozen=True, slots=True)
class SourceCount:
    """Numbers of one source; fetch times are UTC, publication times Asia/Shanghai."""

    source: str
    articles: int
    revisions: int
    newest_fetch: datetime
    newest_published: datetime | None

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, times as ISO 8601 with offset."""
        return asdict(self) | {
            "newest_fetch": self.newest_fetch.isoformat(),
            "newest_published": self.newest_published and self.newest_published.isoformat(),
        }


def by_source(store: ArticleStore) -> list[SourceCount]:
    """The numbers of each source, sorted by name. Raises what ArticleStore raises."""
    c = schema.revisions.c
    counts = sa.select(
        c.source, sa.func.count(c.id.distinct()), sa.func.count(), sa.func.max(c.fetched), sa.func.max(c.published)
    )  # fmt: skip
    sources = counts.where(~schema.withdrawn).group_by(c.source).order_by(c.source)
    with store.reading() as connection:
        return [
            SourceCount(source, articles, revisions, fetched, published and published.astimezone(SHANGHAI))
            for source, articles, revisions, fetched, published in connection.execute(sources)
        ]


def by_day(store: ArticleStore, source: str, since: datetime, until: datetime) -> Counter[date]:
    """The number of articles of a source published on each day (Asia/Shanghai) between two times.

    Raises what ArticleStore raises.
    """
    c = schema.revisions.c
    hour = sa.func.substr(c.published, 1, 13, type_=sa.String).label("hour")
    newest = sa.select(hour, sa.func.count()).join(schema.articles, schema.articles.c.sequence == c.sequence)
    rows = newest.where(c.source == source, c.published >= since, c.published < until).group_by(sa.text("hour"))
    days = Counter[date]()
    with store.reading() as connection:
        for at, count in connection.execute(rows):
            days[datetime.fromisoformat(f"{at}:00Z").astimezone(SHANGHAI).date()] += count
    return days
