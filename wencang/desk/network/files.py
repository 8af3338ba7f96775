"""Networks as files for Gephi and other programs, with networkx: GEXF and GraphML, attributes typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO, Any

from archive.errors import UsageFault
from archive.text.escaping import legible
from archive.text.translation import gettext as _


def write(
    out: IO[bytes], form: str, directed: bool, nodes: Iterable[Mapping[str, Any]], edges: Iterable[Mapping[str, Any]]
) -> None:
    """Write nodes with an `id`, and edges with a `source` and `target`; the other values are their attributes.

    `form` is gexf or graphml. Raises UsageFault where networkx is not installed.
    """
    try:
        import networkx
    except ImportError as error:
        raise UsageFault("networkx", _("is not installed"), _("`pip install 'wencang[network]'` adds it")) from error
    graph = networkx.DiGraph() if directed else networkx.Graph()
    for node in map(_legible, nodes):
        graph.add_node(node.pop("id"), **node)
    for edge in map(_legible, edges):
        graph.add_edge(edge.pop("source"), edge.pop("target"), **edge)
    if form == "graphml":
        networkx.write_graphml(graph, out, infer_numeric_types=True)
    else:
        networkx.write_gexf(graph, out)


def _legible(values: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes without what XML does not allow."""
    return {name: legible(value) if isinstance(value, str) else value for name, value in values.items()}
