"""A question as values, free of any engine's syntax: what is wanted, what is not, and what bounds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as field_
from datetime import datetime, timedelta

from indexer.text.analyzer import PARTICLES

MOST_OF_A_PREFIX = 1_000  # words that an engine looks for; of more the first in order
_FEW = 4  # words of a question that was typed; a longer one is a pasted headline, or a sentence
# Words that tell nothing of what is looked for: not wanted, unless there is no other.
_IDLE = PARTICLES | {
    "什么", "哪些", "哪里", "哪个", "如何", "怎么", "怎样", "怎么样", "多少", "为什么", "请问", "是否", "有没有",
}  # fmt: skip

Span = tuple[int, int]  # [start, end) in code points of the text that was typed


@dataclass(frozen=True, slots=True)
class Words:
    """Words that all must stand in an article, or in a field of it."""

    words: tuple[str, ...]
    field: str = ""
    at: Span = field_(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters that must stand side by side in title or body, as indexer.analyzer.characters gives them.

    The first and the last is no SEPARATOR.
    Their words serve ranking only.
    """

    characters: tuple[str, ...]
    words: tuple[str, ...]
    field: str = ""  # "" or title
    at: Span = field_(default=(0, 0), compare=False)  # of what stands between the quotes


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a word, folded."""

    start: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All of these, and none of those."""

    nodes: tuple[Node, ...]
    unwanted: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Between:
    """Published from `since` on and before `until`, aware; None is open."""

    since: datetime | None
    until: datetime | None
    at: Span = field_(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money from the first to the last key (indexer/figures/amounts.py) stands in title or body."""

    first: int
    last: int
    text: str = field_(default="", compare=False)  # as typed
    at: Span = field_(default=(0, 0), compare=False)


Node = Words | Quote | Prefix | Either | Every | Between | Amount


@dataclass(frozen=True, slots=True)
class Query:
    """`wanted` are all wanted, but of the plain words in it an answer may do with some: see `least`.

    `source` is a site's name, `since` and `until` are aware: from the first on, before the second;
    `among` are ids: no other article answers. `doubts` are what may have been meant otherwise, a line each.
    """

    wanted: tuple[Node, ...]
    unwanted: tuple[Node, ...] = ()
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None
    among: frozenset[str] | None = None
    text: str = field_(default="", compare=False)  # as typed
    doubts: tuple[str, ...] = field_(default=(), compare=False)

    @property
    def runs(self) -> list[tuple[str, ...]]:
        """The plain words, by what was typed without a blank between."""
        return [node.words for node in self.wanted if isinstance(node, Words) and not node.field]

    @property
    def words(self) -> tuple[str, ...]:
        """The plain words that an answer should have, each once."""
        words = dict.fromkeys(word for run in self.runs for word in run)
        return tuple(word for word in words if word not in _IDLE) or tuple(words)

    @property
    def must(self) -> tuple[Node, ...]:
        """What an answer can't do without."""
        return tuple(node for node in self.wanted if not isinstance(node, Words) or node.field)

    def least(self, known: int) -> int:
        """How many words make an answer, of those that any article has: half of a few, a quarter of many.

        Many are a headline or a sentence, of which no article need have half. Of single
        characters all are wanted.
        """
        return max(1, known // (2 if self.is_short else 4)) if self.has_long_words else len(self.words)

    @property
    def has_long_words(self) -> bool:
        """Whether there are words of more than one character: only beside such a word does a single one count."""
        return any(len(word) > 1 for word in self.words)

    @property
    def is_short(self) -> bool:
        """Whether articles with all the words come before those with some of them."""
        return len(self.words) <= _FEW

    @property
    def ranked(self) -> tuple[str, ...]:
        """All words that count for ranking, each once: idle ones too, and those of quotes and alternatives."""
        told = (node for node in of_the_text(self.wanted) if not isinstance(node, Prefix))
        return tuple(dict.fromkeys(word for node in told for word in node.words))


def of_the_text(nodes: Sequence[Node]) -> Iterator[Words | Quote | Prefix]:
    """What of these nodes, and of those in them, is looked for in title and body."""
    for node in nodes:
        if isinstance(node, Either | Every):
            yield from of_the_text(node.nodes)
        elif isinstance(node, Words | Quote | Prefix) and node.field in ("", "title"):
            yield node


def spelled(node: Node) -> str:
    """A part of a question as it could be typed."""
    match node:
        case Words(words, field):
            return (f"{field}:" if field else "") + "".join(words)
        case Quote(signs, _words, field):
            return (f"{field}:" if field else "") + f'"{"".join(signs)}"'
        case Prefix(start, field):
            return (f"{field}:" if field else "") + f"{start}*"
        case Either(nodes):
            return f"({' OR '.join(map(spelled, nodes))})"
        case Every(nodes, unwanted):
            return f"({' '.join([*map(spelled, nodes), *(f'-{spelled(one)}' for one in unwanted)])})"
        case Between(since, until):
            first = f"{since:%Y-%m-%d}" if since else ""
            last = f"{until - timedelta(days=1):%Y-%m-%d}" if until else ""
            return f"date:{first}..{last}"
        case Amount(text=text):
            return f"amount:{text}"
