"""A query as values, independent of any engine: what is wanted, what is excluded, and its filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from dataclasses import field as field_
from datetime import datetime, timedelta
from typing import NamedTuple

from indexer.text.analyzer import PARTICLES, SEPARATOR, characters
from indexer.text.sentences import Span, Unit

MAX_EXPANSIONS = 1_000  # words that a prefix stands for; of more the first in alphabetical order
_SHORT = 4  # words of a typed query; a longer one is a pasted headline or a sentence
# Ignored in a query, unless it has no other words.
_STOPWORDS = PARTICLES | {
    "什么", "哪些", "哪里", "哪个", "如何", "怎么", "怎样", "怎么样", "多少", "为什么", "请问", "是否", "有没有",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """Words that an article, or a field of it, must all contain."""

    words: tuple[str, ...]
    field: str = ""
    at: Span = field_(default=(0, 0), compare=False)  # of the typed text


@dataclass(frozen=True, slots=True)
class Quote:
    """A phrase in title or body: consecutive characters as indexer.text.analyzer.characters returns them.

    It neither starts nor ends with a SEPARATOR. Its words are used only for ranking.
    """

    characters: tuple[str, ...]
    words: tuple[str, ...]
    field: str = ""  # "" or title
    at: Span = field_(default=(0, 0), compare=False)  # of the text between the quotes


@dataclass(frozen=True, slots=True)
class Prefix:
    """The start of a word, folded."""

    start: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the nodes."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All of `nodes` and none of `unwanted`."""

    nodes: tuple[Node, ...]
    unwanted: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Between:
    """Published at or after `since` and before `until` (aware times); None is unbounded."""

    since: datetime | None
    until: datetime | None
    at: Span = field_(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Amount:
    """Title or body contains an amount of money with a key from `first` to `last` (indexer/figures/amounts.py)."""

    first: int
    last: int
    text: str = field_(default="", compare=False)  # as typed
    at: Span = field_(default=(0, 0), compare=False)


class Gap(NamedTuple):
    """The most characters between two neighbours, and whether they must stand in the order in which they were typed."""

    most: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Parts of which each stands near the one before it, in the title or in the body.

    `gaps` are between neighbours; a part in the middle is the same occurrence for both. A part is
    a Quote, a Prefix, an Amount, Words of one word or place, or Either of these. `ids` are the articles
    in which it holds, once their texts were read (indexer/placed.py).
    """

    parts: tuple[Node, ...]
    gaps: tuple[Gap, ...]
    at: Span = field_(default=(0, 0), compare=False)
    ids: frozenset[str] | None = field_(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Same:
    """One sentence or paragraph, of title or body, has all of `nodes` and none of `unwanted`; `ids` as in Near."""

    unit: Unit
    nodes: tuple[Node, ...]
    unwanted: tuple[Node, ...] = ()
    at: Span = field_(default=(0, 0), compare=False)
    ids: frozenset[str] | None = field_(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Among:
    """The article has a label, or names a person or institution: it is one of `ids`, which the archive knows.

    `field` is tag, person or institution; see indexer/question/recorded.py.
    """

    field: str
    value: str
    ids: frozenset[str] = frozenset()
    at: Span = field_(default=(0, 0), compare=False)


Placed = Near | Same  # parts of a query that depend on where things stand in a text
Node = Words | Quote | Prefix | Either | Every | Between | Amount | Near | Same | Among


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query.

    An article must match all of `wanted`, but of the plain words only as many as `required` says.
    `source` is the name of a site, `section` that of an article in full, `credit` an outlet's normal
    name. Articles are published at or after `since` and before `until` (aware times); `among` limits
    the answer to these ids. `doubts` are messages about parts that may have been meant differently.
    """

    wanted: tuple[Node, ...]
    unwanted: tuple[Node, ...] = ()
    source: str = ""
    section: str = ""
    credit: str = ""
    since: datetime | None = None
    until: datetime | None = None
    among: frozenset[str] | None = None
    text: str = field_(default="", compare=False)  # as typed
    doubts: tuple[str, ...] = field_(default=(), compare=False)

    @property
    def runs(self) -> list[tuple[str, ...]]:
        """The plain words, grouped as typed without a blank in between."""
        return [node.words for node in self.wanted if isinstance(node, Words) and not node.field]

    @property
    def characters(self) -> list[str]:
        """The plain words of one Chinese character that were typed by themselves."""
        return [run[0] for run in self.runs if len(run) == len(run[0]) == 1 and not run[0].isascii()]

    @property
    def words(self) -> tuple[str, ...]:
        """The distinct plain words, without stopwords."""
        words = dict.fromkeys(word for run in self.runs for word in run)
        return tuple(word for word in words if word not in _STOPWORDS) or tuple(words)

    @property
    def must(self) -> tuple[Node, ...]:
        """The required parts: all that is not a plain word."""
        return tuple(node for node in self.wanted if not isinstance(node, Words) or node.field)

    def with_leaves(self, change: Callable[[Node], Node]) -> Query:
        """The query with each part changed that is not a group."""
        wanted, unwanted = (tuple(_mapped(node, change) for node in nodes) for nodes in (self.wanted, self.unwanted))
        return replace(self, wanted=wanted, unwanted=unwanted)

    def required(self, known: int) -> int:
        """The number of words that a matching article needs, if any article contains `known` of them.

        Half of them in a short query, a quarter in a long one, which is a headline or a sentence; all
        of them if they are single characters.
        """
        return max(1, known // (2 if self.is_short else 4)) if self.has_long_words else len(self.words)

    @property
    def has_long_words(self) -> bool:
        """Whether any word has more than one character; single characters count only together with such a word."""
        return any(len(word) > 1 for word in self.words)

    @property
    def is_short(self) -> bool:
        """Whether articles with all the words are ranked before those with some of them."""
        return len(self.words) <= _SHORT

    @property
    def ranked(self) -> tuple[str, ...]:
        """The distinct words used for ranking: also stopwords and the words of quotes and alternatives."""
        nodes = (node for node in text_nodes(self.wanted) if not isinstance(node, Prefix))
        return tuple(dict.fromkeys(word for node in nodes for word in node.words))


def leaves(nodes: Iterable[Node], excluded: bool = False) -> Iterator[Node]:
    """The parts without groups, those of groups included; with `excluded` also what these exclude."""
    for node in nodes:
        match node:
            case Either(nested):
                yield from leaves(nested, excluded)
            case Every(nested, unwanted):
                yield from leaves((*nested, *unwanted) if excluded else nested, excluded)
            case _:
                yield node


def _mapped(node: Node, change: Callable[[Node], Node]) -> Node:
    """A part with each of its leaves changed."""
    match node:
        case Either(nodes):
            return Either(tuple(_mapped(each, change) for each in nodes))
        case Every(nodes, unwanted):
            wanted, others = (tuple(_mapped(each, change) for each in group) for group in (nodes, unwanted))
            return Every(wanted, others)
    return change(node)


def text_nodes(nodes: Iterable[Node], placed: bool = True) -> Iterator[Words | Quote | Prefix]:
    """The parts that are searched for in title and body, nested ones included; with `placed` those of Placed too."""
    for node in leaves(nodes):
        match node:
            case Near(nested) | Same(_, nested) if placed:
                yield from text_nodes(nested)
            case Words(_, "" | "title") | Quote() | Prefix(_, "" | "title"):
                yield node


def placed_nodes(nodes: Iterable[Node], excluded: bool = False) -> Iterator[Placed]:
    """The parts that depend on where things stand in a text, nested ones included; with `excluded` unwanted ones too.

    Those inside another are not listed.
    """
    return (node for node in leaves(nodes, excluded) if isinstance(node, Near | Same))


def loosened(node: Node) -> Node:
    """A part that holds wherever this one does, and asks nothing of where things stand: an index can answer it."""
    match node:
        case Near(nodes) | Same(_, nodes):
            return Every(tuple(map(_present, nodes)))
        case Either(nodes):
            return Either(tuple(map(loosened, nodes)))
        case Every(nodes, unwanted):
            return Every(tuple(map(loosened, nodes)), unplaced(unwanted))
    return node


def unplaced(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Those that ask nothing of where things stand."""
    return tuple(node for node in nodes if not any(placed_nodes((node,), excluded=True)))


def _present(node: Node) -> Node:
    """Somewhere in title or body are the characters of this part."""
    match node:
        case Words(words, "" | "title" as field):
            return Every(tuple(_characters(word, field) for word in words))
        case Prefix(start, field):
            return _characters(start, field)
        case Either(nodes):
            return Either(tuple(map(_present, nodes)))
        case Every(nodes):
            return Every(tuple(map(_present, nodes)))
    return loosened(node)


def _characters(text: str, field: str) -> Quote:
    return Quote(tuple("".join(characters(text)).strip(SEPARATOR)), (), field)


def to_text(node: Node) -> str:
    """A part of a query in the syntax in which it could be typed."""
    match node:
        case Words(words, field):
            return (f"{field}:" if field else "") + "".join(words)
        case Quote(characters, _words, field):
            return (f"{field}:" if field else "") + f'"{"".join(characters)}"'
        case Prefix(start, field):
            return (f"{field}:" if field else "") + f"{start}*"
        case Either(nodes):
            return f"({' OR '.join(map(to_text, nodes))})"
        case Every(nodes, unwanted):
            return f"({' '.join([*map(to_text, nodes), *(f'-{to_text(node)}' for node in unwanted)])})"
        case Between(since, until):
            first = f"{since:%Y-%m-%d}" if since else ""
            last = f"{until - timedelta(days=1):%Y-%m-%d}" if until else ""
            return f"date:{first}..{last}"
        case Amount(text=text):
            return f"amount:{text}"
        case Near(parts, gaps):
            first, *others = map(to_text, parts)
            operators = (f"{'ONEAR' if gap.ordered else 'NEAR'}/{gap.most}" for gap in gaps)
            return first + "".join(f" {name} {part}" for name, part in zip(operators, others, strict=True))
        case Same(unit, nodes, unwanted):
            return f"same:{unit}{to_text(Every(nodes, unwanted))}"
        case Among(field, value):
            return f'{field}:"{value}"' if " " in value else f"{field}:{value}"
