"""What a person typed as a question, free of any engine's syntax: docs/search.md has its grammar.

Nothing that is typed is an error but a quote left open, a field without its value and a
question without a word: whatever can't be syntax is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as field_
from datetime import datetime, timedelta
from gettext import gettext as _

from archive.errors import QueryFault, UsageFault
from indexer.analyzer import PARTICLES, SEPARATOR, Analyzer, characters, fold
from indexer.figures.amounts import asked
from indexer.figures.places import canonical, gazetteer
from indexer.period import period

_MOST_WORDS = 200  # a list of postings is read for each
_MOST_PREFIXES = 5
MOST_OF_A_PREFIX = 1_000  # words that an engine looks for; of more the first in order
_DEEPEST = 20  # brackets in brackets; further ones are text
_FEW = 4  # words of a question that was typed; a longer one is a pasted headline, or a sentence
FIELDS = {
    "title": "title", "标题": "title", "標題": "title",
    "source": "source", "来源": "source", "來源": "source",
    "section": "section", "栏目": "section", "欄目": "section", "频道": "section",
    "author": "author", "作者": "author",
    "place": "place", "地点": "place", "地點": "place",
    "amount": "amount", "金额": "amount", "金額": "amount",
    "since": "since", "until": "until", "date": "date", "日期": "date",
}  # fmt: skip
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


_OPEN, _CLOSE = "(（", ")）"
_QUOTES = {'"': '"＂', "＂": '"＂', "“": "”", "「": "」", "『": "』"}
_FIELD = re.compile("(" + "|".join(FIELDS) + ")[:：]", re.IGNORECASE)
_TEXT = re.compile(r"[^\s\"＂]+")
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")  # what is pasted from a page brings them along
_OR = re.compile(r"(?:OR|ＯＲ)(?=\s|$)")


def parse_query(text: str, analyzer: Analyzer, now: datetime | None = None) -> Query:
    """The question in a text; QueryFault names what can't be read and where.

    `now` (aware) is what 近30天 is counted back from; the clock's where it is None.
    """
    text = text.encode(errors="replace").decode()  # an argument that is no UTF-8 comes as lone surrogates
    text = _UNSEEN.sub("", text)
    parser = _Parser(text, analyzer, now)
    wanted, unwanted = parser.clauses()
    query = Query(tuple(wanted), tuple(unwanted), text=text, doubts=tuple(parser.doubts))
    if not wanted:
        raise QueryFault(text.strip() or '""', _("holds no word to look for"), _("type at least one word"))
    _bound(text, _("holds {count} words"), parser.count, _MOST_WORDS)
    _bound(text, _("holds {count} words with a *"), parser.prefixes, _MOST_PREFIXES)
    return query


def _bound(text: str, reason: str, count: int, most: int) -> None:
    """What would cost too much is refused."""
    if count > most:
        raise QueryFault(f"{text[:20]}...", reason.format(count=count), _("shorten it to {most}").format(most=most))


class _Parser:
    """One pass over the text, a clause at a time."""

    def __init__(self, text: str, analyzer: Analyzer, now: datetime | None) -> None:
        self._text = text
        self._at = 0
        self._analyzer = analyzer
        self._now = now
        self._depth = 0
        self.count = 0  # of words
        self.prefixes = 0
        self.doubts: list[str] = []

    def clauses(self, close: int = -1) -> tuple[list[Node], list[Node]]:
        """The clauses up to a place, or the end: wanted and unwanted ones."""
        end = len(self._text) if close < 0 else close
        wanted: list[Node] = []
        unwanted: list[Node] = []
        joined = False  # an OR stands before
        while self._skip_blanks() < end:
            if wanted and (word := _OR.match(self._text, self._at, end)):
                self._at = word.end()
                joined = True
                continue
            minus = self._text[self._at] in "-－" and not joined and self._at + 1 < end
            self._at += minus and not self._text[self._at + 1].isspace()
            node = self._clause(end)
            if node is None:
                continue
            if joined:
                wanted[-1] = Either((*_alternatives(wanted[-1]), node))
            else:
                (unwanted if minus else wanted).append(node)
            joined = False
        self._at = end
        return wanted, unwanted

    def _skip_blanks(self) -> int:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at

    def _clause(self, end: int) -> Node | None:
        if named := _FIELD.match(self._text, self._at, end):
            return self._of_field(FIELDS[named[1].lower()], named, end)
        if (close := self._group_end(end)) > 0:
            self._at += 1
            self._depth += 1
            wanted, unwanted = self.clauses(close)
            self._depth -= 1
            self._at = close + 1
            return Every(tuple(wanted), tuple(unwanted)) if wanted else None
        quoted = self._quote(end)
        return self._text_node(end) if quoted is None else self._quote_node(quoted)

    def _group_end(self, end: int) -> int:
        """Where the bracket that opens here closes, at the end of a clause; -1 where it is text."""
        if self._text[self._at] not in _OPEN or self._depth == _DEEPEST:
            return -1
        depth = 0
        for at in range(self._at, end):
            depth += (self._text[at] in _OPEN) - (self._text[at] in _CLOSE)
            if not depth:
                return at if self._ends_clause(at + 1, end) else -1
        return -1

    def _ends_clause(self, at: int, end: int) -> bool:
        return at >= end or self._text[at].isspace()

    def _quote(self, end: int) -> Span | None:
        """Where the text between quotes stands, passed over; None where no quote opens here.

        Chinese quotes are quotes only where they hold a whole clause: in a headline they are text.
        """
        sign = self._text[self._at]
        if sign not in _QUOTES:
            return None
        closes = (at for at in range(self._at + 1, end) if self._text[at] in _QUOTES[sign])
        close = next(closes, -1)
        if sign in '"＂' and close < 0:
            raise QueryFault(
                self._text, _("the quote opened at character {place} is not closed").format(place=self._at + 1),
                _("add a \" at its end"),
            )  # fmt: skip
        if close < 0 or (sign not in '"＂' and not self._ends_clause(close + 1, end)):
            return None
        quoted = (self._at + 1, close)
        self._at = close + 1
        return quoted

    def _quote_node(self, quoted: Span, field: str = "") -> Node | None:
        text = self._text[slice(*quoted)]
        if field == "place":
            return self._place(text, quoted)
        words = self._words(text)
        if field not in ("", "title"):
            return Words(words, field, quoted) if words else None
        signs = tuple("".join(characters(text)).strip(SEPARATOR))
        return Quote(signs, words, field, quoted) if signs else None

    def _text_node(self, end: int, field: str = "") -> Node | None:
        match = _TEXT.match(self._text, self._at, end)
        self._at = match.end() if match else self._at + 1
        said = match[0] if match else ""
        start = fold(said[:-1]) if said[-1:] in ("*", "＊") else ""
        if start.isalnum() or self._analyzer.words(start) == [start]:  # 72.0, and Tibetan with its vowel signs
            self.prefixes += 1
            return Prefix(start, field)
        at = (self._at - len(said), self._at)
        if field == "place":
            return self._place(said, at)
        words = self._words(said)
        return Words(words, field, at) if words else None

    def _place(self, text: str, at: Span) -> Node | None:
        name = canonical("".join(characters(text)).strip(SEPARATOR))
        self.count += 1
        if name not in gazetteer():
            self.doubts.append(
                _("{name} is no place that is known: prefectures and counties of Tibet are").format(name=text)
            )
        return Words((name,), "place", at) if name else None

    def _words(self, text: str) -> tuple[str, ...]:
        words = tuple(self._analyzer.words(text))
        self.count += len(words)
        return words

    def _of_field(self, name: str, named: re.Match[str], end: int) -> Node | None:
        self._at = named.end()
        if self._at >= end or self._text[self._at].isspace():
            raise QueryFault(
                self._text,
                _("{field} at character {place} has no value").format(field=named[0], place=named.start() + 1),
                _("write it right behind, or put a quoted \"{field}\"").format(field=named[0]),
            )  # fmt: skip
        if name in ("since", "until", "date"):
            return self._dates(name, named, end)
        if name == "amount":
            return self._amount(named, end)
        quoted = self._quote(end)
        return self._text_node(end, name) if quoted is None else self._quote_node(quoted, name)

    def _dates(self, name: str, named: re.Match[str], end: int) -> Node | None:
        """A period; what is none is text, as in 日期：不详."""
        match = _TEXT.match(self._text, self._at, end)
        try:
            since, until = period(match[0] if match else "", self._now)
        except UsageFault:
            return self._as_text(named, end, _("{text} is looked for as text: a period is 2022, 2022-06 or 2021..2022"))
        self._at = match.end() if match else self._at
        at = (named.end(), self._at)
        return Between(None if name == "until" else since, None if name == "since" else until, at)

    def _amount(self, named: re.Match[str], end: int) -> Node | None:
        """Bounds of an amount; what are none is text, as in 金额：不详."""
        match = _TEXT.match(self._text, self._at, end)
        said = match[0] if match else ""
        if (keys := asked(said)) is None:
            return self._as_text(
                named, end, _("{text} is looked for as text: an amount is >10亿, 3000万美元 or 1亿..5亿")
            )
        self._at += len(said)
        return Amount(*keys, said, (named.end(), self._at))

    def _as_text(self, named: re.Match[str], end: int, doubt: str) -> Node | None:
        self._at = named.start()
        node = self._text_node(end)
        self.doubts.append(doubt.format(text=self._text[named.start() : self._at]))
        return node


def _alternatives(node: Node) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, Either) else (node,)
