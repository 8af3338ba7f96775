"""What narrows an answer beside its words."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict


class Filters(TypedDict, total=False):
    """Keyword arguments of every method of `Archive` that takes a question.

    `source` is a site (tibet.cn); `section` is that of an article in full, `credit` an outlet
    in any of its spellings (新华网 is 新华社). `since` and `until` are the first and the last day of
    publication, or a month or year, in Asia/Shanghai.
    """

    source: str
    section: str
    credit: str
    since: str
    until: str


class Narrowing(TypedDict):
    """The same as a query has them: a known source, and times (aware), `until` exclusive."""

    source: str
    section: str
    credit: str
    since: datetime | None
    until: datetime | None
