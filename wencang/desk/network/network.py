"""A network: nodes and weighted edges, as a table of edges, as GEXF and as GraphML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import IO, Any, Literal, NamedTuple, cast, get_args

from archive.errors import UsageFault
from archive.text.messages import Message
from archive.text.translation import gettext as _
from wencang.desk.network import files
from wencang.desk.table import ENDINGS as TABLES
from wencang.desk.table import Table

NetworkKind = Literal["person", "institution", "place", "reprint", "aid"]
ENDINGS = {**TABLES, "gexf": ("gexf",), "graphml": ("graphml",)}


@dataclass(frozen=True, slots=True)
class Node:
    """`label` names it; `articles` are those that it occurs in."""

    id: str
    label: str
    kind: str
    articles: int
    title: str = ""  # of a person, as first printed


@dataclass(frozen=True, slots=True)
class Edge:
    """From `source` to `target`, ids of nodes, with the first and the last day of publication (2018-06-01, or "")."""

    source: str
    target: str
    weight: int
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Network(Table):
    """Nodes and edges, the heaviest first. A table of its edges, by the labels of their nodes.

    An undirected edge stands once; `weight` is the number of articles, or sentences, that name both ends, of
    reprints from source to target, or of articles that say that source aids target.
    """

    kind: str
    directed: bool
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    notices: tuple[Message, ...] = ()
    columns = ("source", "target", "weight", "first", "last")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row an edge."""
        labels = {node.id: node.label for node in self.nodes}
        for edge in self.edges:
            yield labels[edge.source], labels[edge.target], edge.weight, edge.first or None, edge.last or None

    def write(self, out: IO[bytes], form: str, over: Callable[[Iterable[Any]], Iterable[Any]] = iter) -> None:
        """Write the edges in a form of tables, or all as gexf or graphml. Raises UsageFault without networkx."""
        if form in TABLES:
            Table.write(self, out, form, over)
        else:
            files.write(out, form, self.directed, map(asdict, self.nodes), map(asdict, over(self.edges)))


def network_kind(name: str) -> NetworkKind:
    """The kind of this name. Raises UsageFault for any other."""
    if name not in get_args(NetworkKind):
        kinds = _("kinds: {names}").format(names=", ".join(get_args(NetworkKind)))
        raise UsageFault(name, _("is not a kind of network"), kinds)
    return cast(NetworkKind, name)


class Pair(NamedTuple):
    """Two names that stand together, or of which one leads to the other, and the day of their article."""

    source: str
    target: str
    day: str = ""


def network(
    kind: str, pairs: Iterable[Pair], nodes: Mapping[str, Node], least: int, *, directed: bool,
    notices: tuple[Message, ...] = (),
) -> Network:  # fmt: skip
    """The pairs that stand together at least so often, and the nodes that they join."""
    weights = Counter[tuple[str, str]]()
    days: dict[tuple[str, str], tuple[str, str]] = {}
    for source, target, day in pairs:
        ends = (source, target) if directed else (min(source, target), max(source, target))
        weights[ends] += 1
        if day:
            first, last = days.get(ends, (day, day))
            days[ends] = min(first, day), max(last, day)
    heavy = sorted((item for item in weights.items() if item[1] >= least), key=lambda item: (-item[1], item[0]))
    edges = tuple(Edge(*ends, weight, *days.get(ends, ("", ""))) for ends, weight in heavy)
    joined = {id for edge in edges for id in (edge.source, edge.target)}
    shown = sorted((node for id, node in nodes.items() if id in joined), key=lambda node: (-node.articles, node.id))
    return Network(kind, directed, tuple(shown), edges, notices)
