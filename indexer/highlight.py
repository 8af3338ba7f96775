"""Finds the words and quotes of a query in a text as printed, without folding or cutting the text.

Of parts that must stand near each other only those places count where they do.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from archive.article import Article
from indexer.figures.origin import origin_of, origin_of_body
from indexer.passages import Text, marks
from indexer.patterns import patterns
from indexer.question.query import Query, Words, placed_nodes, text_nodes
from indexer.text.analyzer import fold


class Occurrence(NamedTuple):
    """A span of a text, [start, end) in code points, and the folded word that it matches."""

    start: int
    end: int
    word: str


class Highlighter:
    """Finds a query in texts; of two words that start at the same place, the longer one."""

    def __init__(self, query: Query) -> None:
        nodes = (Words(query.words), *text_nodes(query.must, placed=False))
        expressions = {text: expression for node in nodes for text, expression in patterns(node)}
        longest_first = sorted(expressions, key=len, reverse=True)
        self._pattern = re.compile("|".join(expressions[text] for text in longest_first) or "(?!)")
        self._placed = tuple(placed_nodes(query.must))
        self._folded = _Folded()

    def find(self, text: str, body: int = 0, origin: str = "") -> list[Occurrence]:
        """The occurrences in a text, in order; they do not overlap. `body` and `origin` as of Text."""
        folded, new = self._folded, tuple.__new__  # which takes a third of the time of Occurrence(...)
        occurrences = [new(Occurrence, (*match.span(), folded[match[0]])) for match in self._pattern.finditer(text)]
        if not self._placed:
            return occurrences
        placed = marks(self._placed, Text(text, body, origin))
        return _apart([*occurrences, *(Occurrence(*span, folded[text[slice(*span)]]) for span in placed)])


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

    def in_text(self, article: Article) -> list[Occurrence]:
        """The occurrences in title, newline and body."""
        if article.id not in self._occurrences:
            text, body = f"{article.title}\n{article.body}", len(article.title) + 1
            self._occurrences[article.id] = self._highlighter.find(text, body, origin_of(article))
        return self._occurrences[article.id]

    def in_body(self, article: Article) -> list[Occurrence]:
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
