"""The watches of an archive with the numbers of their hits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Any

from archive.store import ArticleStore
from archive.tables.watches import Watches
from archive.text.messages import Message
from wencang.desk.table import Table


@dataclass(frozen=True, slots=True)
class Watched:
    """A watched question: how many articles answer it, and how many of them were not reported yet."""

    name: str
    query: str
    articles: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True)
class WatchList(Table):
    """The watches in the order of DATA/watches.toml, counted up to where each was last looked for."""

    watches: tuple[Watched, ...]
    notices: tuple[Message, ...] = ()
    columns = ("watch", "query", "articles", "new")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a watch."""
        return map(astuple, self.watches)


def watched(store: ArticleStore, name: str, question: str) -> Watched:
    """A watch with the numbers of its hits."""
    watches = Watches(store)
    return Watched(name, question, watches.count(name), watches.count(name, new=True))
