"""Who aids which place: from the giver to the place that receives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from archive.text.messages import Message
from indexer.figures.aid import AidMention
from indexer.figures.gazetteer import gazetteer
from wencang.desk.network.network import Network, Node, Pair, network


def aided(mentions: Iterable[AidMention], least: int, limit: int, notices: tuple[Message, ...] = ()) -> Network:
    """The network of the `limit` givers and receivers in most articles; a pair counts once an article."""
    articles: defaultdict[str, set[str]] = defaultdict(set)
    pairs: dict[tuple[str, str, str], Pair] = {}
    for mention in mentions:
        aid, article = mention.aid, mention.article
        for name in (aid.giver, aid.receiver):
            articles[name].add(article.id)
        pairs[aid.giver, aid.receiver, article.id] = Pair(aid.giver, aid.receiver, f"{article.day or ''}")
    known = gazetteer().places
    chosen = sorted(articles, key=lambda name: (-len(articles[name]), name))[:limit]
    nodes = {
        name: Node(name, name, "place" if name in known else "institution", len(articles[name])) for name in chosen
    }
    joined = (pair for pair in pairs.values() if pair.source in nodes and pair.target in nodes)
    return network("aid", joined, nodes, least, directed=True, notices=notices)
