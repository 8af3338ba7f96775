"""Finds the words and quotes of a query in a text as printed, without folding or cutting the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from archive.article import Article
from indexer.question.query import Node, Prefix, Query, Quote, Words, text_nodes
from indexer.text.analyzer import fold, pattern

_NOT_AFTER_LETTER = "(?<![0-9A-Za-z])"
_NOT_BEFORE_LETTER = "(?![0-9A-Za-z])"


class Occurrence(NamedTuple):
    """A span of a text, [start, end) in code points, and the folded word that it matches."""

    start: int
    end: int
    word: str


class Highlighter:
    """Finds a query in texts; of two words that start at the same place, the longer one."""

    def __init__(self, query: Query) -> None:
        nodes = (Words(query.words), *text_nodes(query.must))
        patterns = {text: expression for node in nodes for text, expression in _patterns(node)}
        longest_first = sorted(patterns, key=len, reverse=True)
        self._pattern = re.compile("|".join(patterns[text] for text in longest_first) or "(?!)")
        self._folded = _Folded()

    def find(self, text: str) -> list[Occurrence]:
        """The occurrences in a text, in order; they do not overlap."""
        folded, new = self._folded, tuple.__new__  # which takes a third of the time of Occurrence(...)
        return [new(Occurrence, (*match.span(), folded[match[0]])) for match in self._pattern.finditer(text)]


class ArticleHighlighter:
    """Finds a query in articles. Each article is scanned once, its title and body as one text."""

    def __init__(self, query: Query) -> None:
        self._highlighter = Highlighter(query)
        self._occurrences: dict[str, list[Occurrence]] = {}

    def in_text(self, article: Article) -> list[Occurrence]:
        """The occurrences in title, newline and body."""
        if article.id not in self._occurrences:
            self._occurrences[article.id] = self._highlighter.find(f"{article.title}\n{article.body}")
        return self._occurrences[article.id]

    def in_body(self, article: Article) -> list[Occurrence]:
        """The occurrences that a scan of the body alone finds."""
        occurrences, body = self.in_text(article), len(article.title) + 1
        if any(start < body < end for start, end, _word in occurrences):  # it may hide one that starts in the body
            return self._highlighter.find(article.body)
        return [Occurrence(start - body, end - body, word) for start, end, word in occurrences if start >= body]


class _Folded(dict[str, str]):
    """Caches `fold`: the same few words occur again and again."""

    def __missing__(self, printed: str) -> str:
        self[printed] = fold(printed)
        return self[printed]


def _patterns(node: Node) -> Iterator[tuple[str, str]]:
    """Each text of a node with its regular expression."""
    match node:
        case Words(words):
            yield from ((word, _whole_word(word)) for word in words)
        case Quote(characters):
            yield "".join(characters), pattern("".join(characters))
        case Prefix(start) if start.isascii():
            yield start, _NOT_AFTER_LETTER + pattern(start) + "[0-9A-Za-z]*"
        case Prefix(start):
            yield start, pattern(start)


def _whole_word(word: str) -> str:
    """Latin letters and digits match only as a whole word."""
    return _NOT_AFTER_LETTER + pattern(word) + _NOT_BEFORE_LETTER if word.isascii() else pattern(word)
