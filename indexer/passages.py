"""Decides on the text of an article what an index can't: whether things stand near each other, or in one sentence.

Distances are counted in characters of the text as printed, punctuation included, between the nearest
ends of two occurrences that do not overlap. Nothing reaches from the title into the body.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache, reduce
from typing import TYPE_CHECKING

from archive.article import Article, StoredText
from indexer.figures.origin import origin_of
from indexer.patterns import patterns
from indexer.question.query import (
    Amount,
    Either,
    Every,
    Gap,
    Near,
    Node,
    Placed,
    Prefix,
    Query,
    Quote,
    Same,
    Words,
    leaves,
)
from indexer.text.sentences import Span, Unit, units

if TYPE_CHECKING:
    from indexer.figures.figure import Name, Period, Quantity

_MAX_GAP = 100  # characters that a regular expression may try for each occurrence


class Text:
    """The title of an article, a newline and its body, or the body alone; finds each part of a query once.

    `body` is where the body begins, `origin` what else tells which place is meant (indexer/figures/places.py).
    """

    def __init__(self, text: str, body: int = 0, origin: str = "") -> None:
        self.text = text
        self._origin = origin
        self.sides = [(0, body - 1), (body, len(text))] if body else [(0, len(text))]
        self._spans: dict[Node, list[Span]] = {}
        self._units: dict[Unit, list[Span]] = {}

    @classmethod
    def of(cls, article: Article | StoredText) -> Text:
        """The title and body of an article."""
        return cls(f"{article.title}\n{article.body}", len(article.title) + 1, origin_of(article))

    def spans(self, node: Node) -> list[Span]:
        """Where a word, quote, place or amount occurs, or any of several, in order; occurrences may overlap."""
        if node not in self._spans:
            self._spans[node] = sorted(self._found(node))
        return self._spans[node]

    def within(self, node: Node, bounds: Span) -> list[Span]:
        """The same inside a passage."""
        spans = self.spans(node)
        first, last = bounds
        inside = spans[bisect_left(spans, (first,)) : bisect_left(spans, (last,))]
        return [span for span in inside if span[1] <= last]

    def numbers(self, node: Node, unit: Unit) -> set[int]:
        """The numbers of the sentences or paragraphs in which such a part occurs."""
        numbers = set()
        units = self.units(unit)
        for start, end in self.spans(node):
            number = bisect_right(units, (start, len(self.text))) - 1
            if number >= 0 and end <= units[number][1]:
                numbers.add(number)
        return numbers

    def units(self, unit: Unit) -> list[Span]:
        """The sentences or paragraphs of the title, then of the body."""
        if unit not in self._units:
            self._units[unit] = [
                (start + first, end + first)
                for first, last in self.sides
                for start, end in units(self.text[first:last], unit)
            ]
        return self._units[unit]

    def _found(self, node: Node) -> Iterable[Span]:
        match node:
            case Either(nodes):
                return {span for alternative in nodes for span in self.spans(alternative)}
            case Words((name,), "place"):
                return (span for span, names in self._places if name in names)
            case Amount(first, last):
                from indexer.figures import amounts  # imported here, as all figures: few questions need them

                return amounts.spans(self._readable, first, last)
            case Words(_, "title") | Quote(field="title") | Prefix(field="title"):
                return (span for span in self._matches(node) if span[1] <= self.sides[-1][0])
        return self._matches(node)

    def _matches(self, node: Node) -> Iterator[Span]:
        search = _compiled(node).search
        match = search(self.text)
        while match:
            yield match.span()
            match = search(self.text, match.start() + 1)

    @cached_property
    def _readable(self) -> str:
        from indexer.figures.figure import readable

        return readable(self.text)

    @cached_property
    def _places(self) -> list[tuple[Span, frozenset[str]]]:
        """Each place that is named, with those it lies in."""
        from indexer.figures import places

        figures = places.find(self._readable, self.text, self._origin)
        return [((figure.start, figure.end), _chain_of(figure.value)) for figure in figures]


def _chain_of(value: Quantity | Period | Name) -> frozenset[str]:
    """The names of a place and of those it lies in."""
    from indexer.figures.figure import Name
    from indexer.figures.gazetteer import gazetteer

    if not isinstance(value, Name):
        return frozenset()
    place = gazetteer().places.get(value.name)
    return frozenset(place.chain if place else (value.name,))


@lru_cache(maxsize=1_000)
def _compiled(node: Node) -> re.Pattern[str]:
    return re.compile(_expression(node))


def whole(query: Query) -> Every | None:
    """All that a query asks of a text, for `holds`; None if it asks for what is not in the text, such as a section."""
    every = Every((Words(query.words), *query.must) if query.words else query.must, query.unwanted)
    return every if all(map(_is_in_text, leaves((every,), excluded=True))) else None


def _is_in_text(node: Node) -> bool:
    match node:
        case Words(field="" | "title" | "place") | Quote() | Prefix(field="" | "title") | Amount() | Near() | Same():
            return True
    return False


def holds(node: Node, text: Text) -> bool:
    """Whether a text has what a part of a query asks for."""
    match node:
        case Same():
            return bool(_numbers(node, text, node.unit))
        case Near() if expression := _pair(node):
            return any(expression.search(text.text, *side) for side in text.sides)
        case Either(nodes):
            return any(holds(each, text) for each in nodes)
        case Every(nodes, unwanted):
            return all(holds(each, text) for each in nodes) and not any(holds(each, text) for each in unwanted)
        case Words(words, field) if len(words) > 1:
            return all(holds(Words((word,), field), text) for word in words)
    return any(_holds(node, text, side) for side in text.sides)


@lru_cache(maxsize=100)
def _pair(node: Near) -> re.Pattern[str] | None:
    """What finds two texts near each other in a tenth of the time."""
    if len(node.parts) > 2 or node.gaps[0].most > _MAX_GAP or not all(map(_is_text, node.parts)):
        return None
    first, second = map(_expression, node.parts)
    gap = f".{{0,{node.gaps[0].most}}}"
    reverse = "" if node.gaps[0].ordered else f"|(?:{second}){gap}(?:{first})"
    return re.compile(f"(?:{first}){gap}(?:{second}){reverse}", re.DOTALL)


def _is_text(node: Node) -> bool:
    """Whether a part is the same text wherever it occurs, in the title or in the body."""
    match node:
        case Words(field="") | Quote(field=""):
            return True
        case Either(nodes):
            return all(map(_is_text, nodes))
    return False


def _expression(node: Node) -> str:
    if isinstance(node, Either):
        return "|".join(map(_expression, node.nodes))
    return "|".join(expression for _text, expression in patterns(node))


def marks(nodes: Iterable[Placed], text: Text) -> list[Span]:
    """The occurrences that make these parts hold, in order."""
    every = (_marks(node, text, bounds) for node in nodes for bounds in _bounds(node, text))
    return sorted({span for spans in every for span in spans})


def passages(nodes: Iterable[Placed], text: Text) -> list[Span]:
    """The sentences with the occurrences that make these parts hold, and the paragraphs that do."""
    spans: set[Span] = set()
    for node in nodes:
        if isinstance(node, Same):
            spans.update(_passages(node, text))
        else:
            spans.update(_around(marks((node,), text), text.units("sentence")))
    return sorted(spans)


def _around(marked: Sequence[Span], sentences: Sequence[Span]) -> Iterator[Span]:
    for start, end in sentences:
        at = bisect_left(marked, (start,))
        if at < len(marked) and marked[at][0] < end:
            yield start, end


def _bounds(node: Placed, text: Text) -> list[Span]:
    """The passages in which a part may hold."""
    return _passages(node, text) if isinstance(node, Same) else text.sides


def _passages(node: Same, text: Text) -> list[Span]:
    """The sentences or paragraphs that have what they must."""
    units = text.units(node.unit)
    return [units[number] for number in sorted(_numbers(node, text, node.unit))]


def _numbers(node: Node, text: Text, unit: Unit) -> set[int]:
    """The sentences or paragraphs in which a part holds."""
    match node:
        case Near(parts):
            units = text.units(unit)
            numbers = reduce(set.intersection, (text.numbers(part, unit) for part in parts))
            return {number for number in numbers if _chain(node, text, units[number])}
        case Either(nodes):
            return set().union(*(_numbers(each, text, unit) for each in nodes))
        case Every(nodes, unwanted) | Same(_, nodes, unwanted):
            numbers = reduce(set.intersection, (_numbers(each, text, unit) for each in nodes))
            return numbers.difference(*(_numbers(each, text, unit) for each in unwanted))
        case Words(words, field) if len(words) > 1:
            return reduce(set.intersection, (text.numbers(Words((word,), field), unit) for word in words))
    return text.numbers(node, unit)


def _holds(node: Node, text: Text, bounds: Span) -> bool:
    match node:
        case Near():
            return bool(_chain(node, text, bounds))
        case Either(nodes):
            return any(_holds(alternative, text, bounds) for alternative in nodes)
        case Every(nodes, unwanted) | Same(_, nodes, unwanted):
            return all(_holds(each, text, bounds) for each in nodes) and not any(
                _holds(each, text, bounds) for each in unwanted
            )
        case Words(words, field) if len(words) > 1:
            return all(_holds(Words((word,), field), text, bounds) for word in words)
    return bool(text.within(node, bounds))


def _marks(node: Node, text: Text, bounds: Span) -> Iterator[Span]:
    """The occurrences in a passage that make a part hold there."""
    if not _holds(node, text, bounds):
        return
    match node:
        case Near():
            for spans in _chain(node, text, bounds):
                yield from spans
        case Either(nodes) | Every(nodes) | Same(_, nodes):
            for each in nodes:
                yield from _marks(each, text, bounds)
        case Words(words, field) if len(words) > 1:
            for word in words:
                yield from text.within(Words((word,), field), bounds)
        case _:
            yield from text.within(node, bounds)


def _chain(node: Near, text: Text, bounds: Span) -> list[list[Span]]:
    """For each part its occurrences that belong to a whole chain in a passage; empty if there is none."""
    chain: list[list[Span]] = []
    for part, gap in zip(node.parts, (Gap(0), *node.gaps), strict=True):
        spans = text.within(part, bounds)
        chain.append(_near(spans, gap.most, before=chain[-1], after=_unordered(gap, chain[-1])) if chain else spans)
        if not chain[-1]:
            return []
    for at, gap in reversed([*enumerate(node.gaps)]):
        chain[at] = _near(chain[at], gap.most, before=_unordered(gap, chain[at + 1]), after=chain[at + 1])
    return chain


def _unordered(gap: Gap, spans: Sequence[Span]) -> Sequence[Span]:
    """Those that may stand on the other side too."""
    return () if gap.ordered else spans


def _near(spans: Sequence[Span], most: int, *, before: Sequence[Span], after: Sequence[Span]) -> list[Span]:
    """Those with another `before` or `after` them, at most so many characters away; all are in order."""
    starts, ends = [start for start, _end in after], sorted(end for _start, end in before)
    return [
        (start, end)
        for start, end in spans
        if bisect_left(starts, end) < bisect_right(starts, end + most)
        or bisect_left(ends, start - most) < bisect_right(ends, start)
    ]
