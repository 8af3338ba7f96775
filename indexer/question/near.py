"""Builds the parts of a query that depend on where things stand: NEAR chains, and what one sentence must hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archive.errors import QueryFault
from archive.text.translation import gettext as _
from indexer.question.query import Amount, Either, Every, Gap, Near, Node, Prefix, Quote, Same, Words, leaves, to_text
from indexer.text.sentences import Span, Unit

UNITS: Mapping[str, Unit] = {
    "sentence": "sentence", "同句": "sentence", "同一句": "sentence", "句": "sentence", "句子": "sentence",
    "paragraph": "paragraph", "同段": "paragraph", "同一段": "paragraph", "段": "paragraph", "段落": "paragraph",
}  # fmt: skip
_MAX_CHAINS = 100  # that groups of words between NEARs stand for


class Chains:
    """Parts with NEAR between them: one chain, or for groups of words the chains that each of them makes.

    (a b) NEAR/5 c is a NEAR/5 c and b NEAR/5 c; so is a text without blanks that is cut into two words.
    """

    def __init__(self, parts: Sequence[Node], gaps: Sequence[Gap], at: Span) -> None:
        self._gaps = tuple(gaps)
        self._at = at
        self._count = 0
        for part in parts:
            _check_near(part)
        self.node = self._of(tuple(parts))

    @property
    def words(self) -> int:
        """What it costs beyond what was typed."""
        return (self._count - 1) * (len(self._gaps) + 1)

    def _of(self, parts: tuple[Node, ...]) -> Node:
        for number, part in enumerate(parts):
            if group := _group(part):
                before, after = parts[:number], parts[number + 1 :]
                nodes = tuple(self._of((*before, each, *after)) for each in group.nodes)
                return nodes[0] if len(nodes) == 1 else type(group)(nodes)
        self._count += 1
        if self._count > _MAX_CHAINS:
            raise QueryFault(
                f"{to_text(parts[0])} NEAR", _("stands for more than {count} chains").format(count=_MAX_CHAINS),
                _("put fewer words into brackets"),
            )  # fmt: skip
        return Near(parts, self._gaps, self._at)


def _group(part: Node) -> Every | Either | None:
    """The parts that a part of several words stands for; None for one that occurs at single places."""
    match part:
        case Words(words, field, at) if len(words) > 1:
            return Every(tuple(Words((word,), field, at) for word in words))
        case Either(nodes) if any(isinstance(node, Either) or _group(node) for node in nodes):
            return part
        case Every():
            return part
    return None


def _check_near(part: Node) -> None:
    match part:
        case Near() | Same():
            raise QueryFault(
                to_text(part), _("can't stand in brackets beside NEAR"), _("write a chain: a NEAR/5 b NEAR/30 c")
            )
        case Every(_nodes, unwanted) if unwanted:
            raise QueryFault(
                f"-{to_text(unwanted[0])}", _("can't be excluded beside NEAR"), _("put the - before the whole chain")
            )
        case Either(nodes) | Every(nodes):
            for node in nodes:
                _check_near(node)
        case _:
            _check_in_text(part)


def same(unit: Unit, group: Every, at: Span) -> Same:
    """What a sentence or paragraph must hold. Raises QueryFault for what has no place in a text."""
    for node in leaves((group,), excluded=True):
        if not isinstance(node, Near):
            _check_in_text(node)
    return Same(unit, tuple(map(_unwrapped, group.nodes)), tuple(map(_unwrapped, group.unwanted)), at)


def _unwrapped(node: Node) -> Node:
    """A part without brackets around it alone."""
    return _unwrapped(node.nodes[0]) if isinstance(node, Every) and len(node.nodes) == 1 and not node.unwanted else node


def _check_in_text(part: Node) -> None:
    match part:
        case Quote() | Amount():
            return
        case Words(_, "" | "title" | "place") | Prefix(_, "" | "title"):
            return
    raise QueryFault(
        to_text(part), _("has no place in a text"),
        _("NEAR and same: take words, quotes, words with a *, title:, place: and amount:"),
    )  # fmt: skip
