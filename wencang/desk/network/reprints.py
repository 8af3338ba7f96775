"""Who reprints whom: from the outlet of a story's first article to those of its copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from archive.store import ArticleStore
from archive.tables.chronology import Appearance, appearances
from archive.text.messages import Message
from wencang.desk.network.network import Network, Node, Pair, network
from wencang.desk.reprints.story import with_stories

Outlet = Literal["credit", "source"]


def reprinted(
    store: ArticleStore, ids: Iterable[str] | None, by: Outlet, least: int, limit: int,
    notices: tuple[Message, ...] = (),
) -> Network:  # fmt: skip
    """The network of the `limit` outlets with most articles in stories, of the articles with these ids or of all.

    An outlet is the credit of an article, else its source; or its source. What an outlet prints again itself
    is left out.
    """
    counts = Counter[str]()
    pairs = list(_pairs(store, ids, by, counts))
    nodes = {name: Node(name, name, "outlet", count) for name, count in counts.most_common(limit)}
    joined = (pair for pair in pairs if pair.source in nodes and pair.target in nodes)
    return network("reprint", joined, nodes, least, directed=True, notices=notices)


def _pairs(store: ArticleStore, ids: Iterable[str] | None, by: Outlet, counts: Counter[str]) -> Iterator[Pair]:
    """From the first article of each story to the others, in order of publication; `counts` are articles by outlet."""
    origins: dict[str, str] = {}
    for story, article in with_stories(store, appearances(store, ids)):
        outlet = _outlet(article, by)
        counts[outlet] += 1
        origin = origins.setdefault(story, outlet)
        if origin != outlet:
            yield Pair(origin, outlet, article.day)


def _outlet(article: Appearance, by: Outlet) -> str:
    return article.credit or article.source if by == "credit" else article.source
