"""Who is named together: pairs of persons, institutions or places in one article or one sentence."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations, groupby
from typing import Literal

from archive.text.messages import Message
from indexer.figures.figure import Kind, Name
from indexer.figures.find import Mention
from indexer.text.analyzer import fold
from wencang.desk.network.network import Network, Node, Pair, network

Within = Literal["article", "sentence"]


def named_together(
    kind: Kind, mentions: Iterable[Mention], within: Within, least: int, limit: int, notices: tuple[Message, ...] = ()
) -> Network:
    """The network of the `limit` names that occur in most articles; only numbers of names are held."""
    names: dict[str, int] = {}  # by folded name
    labels: list[str] = []
    titles: dict[int, str] = {}
    articles = Counter[int]()
    groups: list[tuple[str, array[int]]] = []
    for _id, of_article in groupby(mentions, lambda mention: mention.article.id):
        every = list(of_article)
        day = str(every[0].article.day or "")
        for mention in every:
            value = mention.figure.value
            assert isinstance(value, Name)
            number = names.setdefault(fold(value.name), len(names))
            labels += [value.name] if number == len(labels) else []
            titles[number] = titles.get(number, "") or value.title
        articles.update(_numbers(names, every))
        parts = [every] if within == "article" else _by_sentence(every)
        groups += ((day, array("I", numbers)) for part in parts if len(numbers := _numbers(names, part)) > 1)
    chosen = {number for number, _count in articles.most_common(limit)}
    nodes = {
        label: Node(label, label, kind, articles[number], titles[number])
        for number, label in enumerate(labels) if number in chosen
    }  # fmt: skip
    return network(kind, _pairs(groups, chosen, labels), nodes, least, directed=False, notices=notices)


def _numbers(names: dict[str, int], mentions: Iterable[Mention]) -> list[int]:
    return sorted({names[fold(mention.figure.value.name)] for mention in mentions})  # type: ignore[union-attr]  # a Name


def _by_sentence(mentions: Iterable[Mention]) -> Iterator[list[Mention]]:
    for _sentence, together in groupby(mentions, lambda mention: mention.sentence):
        yield list(together)


def _pairs(groups: Iterable[tuple[str, array[int]]], chosen: set[int], names: list[str]) -> Iterator[Pair]:
    for day, numbers in groups:
        for first, second in combinations([number for number in numbers if number in chosen], 2):
            yield Pair(names[first], names[second], day)
