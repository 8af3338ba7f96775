"""Finds in the archive which articles have the labels, persons and institutions that a question names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from archive.text.translation import gettext as _
from indexer.question.query import Among, Node, Query, leaves

if TYPE_CHECKING:
    from archive.store import ArticleStore

Ids = Callable[[str, str], frozenset[str]]


def recorded(store: Callable[[], ArticleStore], query: Query) -> Query:
    """A query with the articles of its labels and names as of now; one that no article has is a doubt."""
    ids = {(node.field, node.value): _ids(store(), node) for node in _nodes((*query.wanted, *query.unwanted))}
    doubts = tuple(_nobody(field, value) for (field, value), found in ids.items() if not found)
    return replace(_resolved(query, lambda *names: ids[names]), doubts=query.doubts + doubts) if ids else query


def as_in(query: Query, other: Query) -> Query:
    """A query with the articles that its labels and names have in another one."""
    ids = {(node.field, node.value): node.ids for node in _nodes((*other.wanted, *other.unwanted))}
    return _resolved(query, lambda *names: ids.get(names, frozenset()))


def by_name(nodes: Sequence[Node]) -> bool:
    """Whether any part is the name of a person or an institution."""
    return any(node.field != "tag" for node in _nodes(nodes))


def known_up_to(store: ArticleStore, query: Query, position: int) -> int:
    """The sequence up to which this query can be answered, of an index with this position."""
    from archive.tables.names import Names

    return min(position, Names(store).position()[0]) if by_name((*query.wanted, *query.unwanted)) else position


def _nobody(field: str, name: str) -> str:
    if field == "tag":
        return _("no article has the tag {label}").format(label=name)
    if field == "person":
        return _("no article whose names are recorded names the person {name}").format(name=name)
    return _("no article whose names are recorded names the institution {name}").format(name=name)


def _nodes(nodes: Sequence[Node]) -> list[Among]:
    return [node for node in leaves(nodes, excluded=True) if isinstance(node, Among)]


def _ids(store: ArticleStore, node: Among) -> frozenset[str]:
    from archive.tables.names import Names
    from archive.tables.tags import Tags
    from indexer.figures.named import key

    if node.field == "tag":
        return Tags(store).ids(node.value)
    return Names(store).ids(node.field, key(node.field, node.value))


def _resolved(query: Query, ids: Ids) -> Query:
    """A query whose labels and names stand for these articles."""

    def change(node: Node) -> Node:
        return replace(node, ids=ids(node.field, node.value)) if isinstance(node, Among) else node

    return query.with_leaves(change)
