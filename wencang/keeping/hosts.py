"""The hosts that work on an archive, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from archive.store import ArticleStore
from archive.tables.locks import Holder, holders
from archive.text.messages import Message
from wencang.desk.table import Table


@dataclass(frozen=True, slots=True)
class Hosts(Table):
    """What runs hold at this moment, a row each: `crawl tibet.cn` is that source. `notices` say so if there is none."""

    holders: tuple[Holder, ...]
    notices: tuple[Message, ...] = ()
    columns = ("holds", "host", "process", "since")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`; `process` is the number of the process on its host, `since` a datetime in UTC."""
        return ((holder.name, holder.host, holder.process, holder.since) for holder in self.holders)


def hosts(store: ArticleStore) -> Hosts:
    """Who holds what."""
    current = tuple(holders(store))
    return Hosts(current, () if current else (Message("no-holders"),))
