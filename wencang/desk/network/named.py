"""Who is named together: pairs of persons, institutions or places in one article or one sentence."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Literal

from archive.tables.names import Named
from archive.text.messages import Message
from wencang.desk.count.recorded import NamesOf
from wencang.desk.network.network import Network, Node, Pair, network

Within = Literal["article", "sentence"]


def named_together(
    kind: str, articles: Iterable[NamesOf], within: Within, least: int, limit: int, notices: tuple[Message, ...] = ()
) -> Network:
    """The network of the `limit` names that occur in most articles; only numbers of names are held."""
    numbers: dict[str, int] = {}  # by name
    labels: list[str] = []
    titles: dict[int, str] = {}
    counts = Counter[int]()
    groups: list[tuple[str, array[int]]] = []
    for article in articles:
        names = [name for name in article.names if name.sentences]
        for name in names:
            number = numbers.setdefault(name.name, len(numbers))
            labels += [name.printed] if number == len(labels) else []
            titles[number] = titles.get(number, "") or name.title
            counts[number] += 1
        parts = [names] if within == "article" else _by_sentence(names)
        groups += ((article.day, array("I", sorted(numbers[name.name] for name in part))) for part in parts)
    chosen = {number for number, _count in counts.most_common(limit)}
    nodes = {
        label: Node(label, label, kind, counts[number], titles[number])
        for number, label in enumerate(labels) if number in chosen
    }  # fmt: skip
    return network(kind, _pairs(groups, chosen, labels), nodes, least, directed=False, notices=notices)


def _by_sentence(names: Iterable[Named]) -> Iterator[list[Named]]:
    sentences: dict[int, list[Named]] = defaultdict(list)
    for name in names:
        for sentence in set(name.sentences):
            sentences[sentence].append(name)
    return (together for together in sentences.values() if len(together) > 1)


def _pairs(groups: Iterable[tuple[str, array[int]]], chosen: set[int], names: list[str]) -> Iterator[Pair]:
    for day, numbers in groups:
        for first, second in combinations([number for number in numbers if number in chosen], 2):
            yield Pair(names[first], names[second], day)
