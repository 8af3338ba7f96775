"""Finds the words and quotes of a query in a text as printed, without folding or cutting the text.

Of parts that must stand near each other only those places count where they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from math import prod
from sys import maxsize
from typing import NamedTuple

from archive.article import Article, StoredText
from indexer.figures.origin import origin_of_body
from indexer.passages import Text, marks
from indexer.patterns import patterns
from indexer.question.query import Query, Words, placed_nodes, text_nodes
from indexer.text.analyzer import SEPARATOR, fold, other_forms, pattern

_BETWEEN = "\ua000"  # a letter, as a quote reaches over anything else, and of a script that nobody asks for here
_MAX_FORMS = 8  # of a word that are searched for one by one
_NOWHERE = (maxsize, 0, maxsize)


class Occurrence(NamedTuple):
    """A span of a text, [start, end) in code points, and the folded word that it matches."""

    start: int
    end: int
    word: str


_Span = tuple[int, int, int]  # start, the number of the word, end; in the joined texts


class Highlighter:
    """Finds a query in texts; of two words that start at the same place, the longer one."""

    def __init__(self, query: Query) -> None:
        nodes = (Words(query.words), *text_nodes(query.must, placed=False))
        expressions = {text: expression for node in nodes for text, expression in patterns(node)}
        self._words = [_Word(text, expressions[text]) for text in sorted(expressions, key=len, reverse=True)]
        self._placed = tuple(placed_nodes(query.must))
        self._folded = _Folded()

    def find(self, text: str, body: int = 0, origin: str = "") -> list[Occurrence]:
        """The occurrences in a text, in order; they do not overlap. `body` and `origin` as of Text."""
        return self.find_all([Text(text, body, origin)])[0]

    def find_all(self, texts: Sequence[Text]) -> list[list[Occurrence]]:
        """The same of several texts, which are searched as one: a fifth of the time."""
        joined = _BETWEEN.join(text.text for text in texts)
        spans = sorted((start, at, end) for at, word in enumerate(self._words) for start, end in word.spans(joined))
        occurrences = list(self._split(spans, joined, texts))
        if self._placed:
            return [self._with_placed(*each) for each in zip(occurrences, texts, strict=True)]
        return occurrences

    def _split(self, spans: Iterable[_Span], joined: str, texts: Sequence[Text]) -> Iterator[list[Occurrence]]:
        """The occurrences in each text: the first of those that overlap, of those with one start the longest word."""
        folded, new = self._folded, tuple.__new__  # which takes a third of the time of Occurrence(...)
        rest = iter(spans)
        start, _at, end = next(rest, _NOWHERE)
        first = 0
        for text in texts:
            last = first + len(text.text)
            occurrences: list[Occurrence] = []
            past = first
            while start <= last:
                if past <= start and end <= last:
                    occurrences.append(new(Occurrence, (start - first, end - first, folded[joined[start:end]])))
                    past = end
                start, _at, end = next(rest, _NOWHERE)
            yield occurrences
            first = last + len(_BETWEEN)

    def _with_placed(self, occurrences: list[Occurrence], text: Text) -> list[Occurrence]:
        folded = self._folded
        placed = (Occurrence(*span, folded[text.text[slice(*span)]]) for span in marks(self._placed, text))
        return _apart([*occurrences, *placed])


class _Word:
    """A word or quote of a query, as printed."""

    def __init__(self, text: str, expression: str) -> None:
        self._text = text
        self._expression = expression
        self._is_literal = SEPARATOR not in text and expression == pattern(text)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it occurs, in no order; occurrences may overlap.

        A few printed forms are searched for as they are, in a fifth of the time of a regular expression.
        """
        if self._is_literal:
            characters = [form + _within(text, other_forms(form)) for form in self._text]
            if prod(map(len, characters)) <= _MAX_FORMS:
                return (span for form in product(*characters) for span in _literal("".join(form), text))
        return self._matches(text)

    def _matches(self, text: str) -> Iterator[tuple[int, int]]:
        search = _compiled(self._expression).search
        match = search(text)
        while match:
            yield match.span()
            match = search(text, match.start() + 1)


def _within(text: str, characters: str) -> str:
    """Those of these characters that a text has."""
    return "".join(character for character in characters if character in text)


def _literal(word: str, text: str) -> Iterator[tuple[int, int]]:
    start = text.find(word)
    while start >= 0:
        yield start, start + len(word)
        start = text.find(word, start + 1)


_compiled = lru_cache(maxsize=1_000)(re.compile)


def _apart(occurrences: list[Occurrence]) -> list[Occurrence]:
    """The occurrences in order, without those that overlap an earlier or a longer one."""
    apart: list[Occurrence] = []
    for occurrence in sorted(occurrences, key=lambda occurrence: (occurrence.start, -occurrence.end)):
        if not apart or apart[-1].end <= occurrence.start:
            apart.append(occurrence)
    return apart


class ArticleHighlighter:
    """Finds a query in articles. Each article is scanned once, its title and body as one text."""

    def __init__(self, query: Query) -> None:
        self._highlighter = Highlighter(query)
        self._occurrences: dict[str, list[Occurrence]] = {}

    def scan(self, articles: Iterable[Article | StoredText]) -> None:
        """Find it in several articles at once."""
        articles = [article for article in articles if article.id not in self._occurrences]
        occurrences = self._highlighter.find_all(list(map(Text.of, articles)))
        self._occurrences |= zip((article.id for article in articles), occurrences, strict=True)

    def in_text(self, article: Article | StoredText) -> list[Occurrence]:
        """The occurrences in title, newline and body."""
        if article.id not in self._occurrences:
            self.scan((article,))
        return self._occurrences[article.id]

    def in_body(self, article: Article | StoredText) -> list[Occurrence]:
        """The occurrences that a scan of the body alone finds."""
        occurrences, body = self.in_text(article), len(article.title) + 1
        if any(start < body < end for start, end, _word in occurrences):  # it may hide one that starts in the body
            return self._highlighter.find(article.body, origin=origin_of_body(article))
        return [Occurrence(start - body, end - body, word) for start, end, word in occurrences if start >= body]


class _Folded(dict[str, str]):
    """Caches `fold`: the same few words occur again and again."""

    def __missing__(self, printed: str) -> str:
        self[printed] = fold(printed)
        return self[printed]
