"""Finds in the archive which articles have the labels that a question names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from archive.store import ArticleStore
from archive.tables.tags import Tags
from archive.text.translation import gettext as _
from indexer.question.query import Node, Query, Tagged, leaves

Ids = Callable[[str], frozenset[str]]


def tagged(store: ArticleStore, query: Query) -> Query:
    """A query with the articles of its labels as of now; a label that no article has is a doubt."""
    names = dict.fromkeys(node.label for node in labels((*query.wanted, *query.unwanted)))
    if not names:
        return query
    ids = {name: Tags(store).ids(name) for name in names}
    doubts = tuple(_("no article has the tag {label}").format(label=name) for name in names if not ids[name])
    return replace(resolved(query, ids.__getitem__), doubts=query.doubts + doubts)


def as_in(query: Query, other: Query) -> Query:
    """A query with the articles that its labels have in another one."""
    ids = {node.label: node.ids for node in labels((*other.wanted, *other.unwanted))}
    return resolved(query, lambda label: ids.get(label, frozenset()))


def labels(nodes: Sequence[Node]) -> list[Tagged]:
    """The parts that name a label, nested ones included."""
    return [node for node in leaves(nodes, excluded=True) if isinstance(node, Tagged)]


def resolved(query: Query, ids: Ids) -> Query:
    """A query whose labels stand for these articles."""

    def change(node: Node) -> Node:
        return replace(node, ids=ids(node.label)) if isinstance(node, Tagged) else node

    return query.with_leaves(change)
