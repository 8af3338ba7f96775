"""Where in a text the words and quotes of a question stand, as printed: neither folded nor cut again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from archive.article import Article
from indexer.question.query import Node, Prefix, Query, Quote, Words, text_nodes
from indexer.text.analyzer import fold, pattern

_BEFORE = "(?<![0-9A-Za-z])"


class Mark(NamedTuple):
    """A place in a text, [start, end) in code points, and the word (folded) that stands there."""

    start: int
    end: int
    word: str


class Highlighter:
    """Finds what was asked for; the longer of two that begin at one place."""

    def __init__(self, query: Query) -> None:
        nodes = (Words(query.words), *text_nodes(query.must))
        sought = {text: source for node in nodes for text, source in _sought(node)}
        longest = sorted(sought, key=len, reverse=True)
        self._pattern = re.compile("|".join(sought[text] for text in longest) or "(?!)")
        self._folded = _Folded()

    def find(self, text: str) -> list[Mark]:
        folded = self._folded
        return [Mark(match.start(), match.end(), folded[match[0]]) for match in self._pattern.finditer(text)]


class ArticleHighlighter:
    """Finds what was asked for in articles; each is scanned once, its title and body as one text."""

    def __init__(self, query: Query) -> None:
        self._highlighter = Highlighter(query)
        self._marks: dict[str, list[Mark]] = {}

    def in_text(self, article: Article) -> list[Mark]:
        """In title, newline and body."""
        if article.id not in self._marks:
            self._marks[article.id] = self._highlighter.find(f"{article.title}\n{article.body}")
        return self._marks[article.id]

    def in_body(self, article: Article) -> list[Mark]:
        """In the body, as if that were all."""
        marks, start = self.in_text(article), len(article.title) + 1
        if any(mark.start < start < mark.end for mark in marks):  # it may hide another that starts in the body
            return self._highlighter.find(article.body)
        return [Mark(mark.start - start, mark.end - start, mark.word) for mark in marks if mark.start >= start]


class _Folded(dict[str, str]):
    """What was found is the same few words again and again."""

    def __missing__(self, printed: str) -> str:
        self[printed] = fold(printed)
        return self[printed]


def _sought(node: Node) -> Iterator[tuple[str, str]]:
    """Each text of a node and its regular expression."""
    if isinstance(node, Words):
        yield from ((word, _whole(word, pattern(word))) for word in node.words)
    elif isinstance(node, Quote):
        yield "".join(node.characters), pattern("".join(node.characters))
    elif isinstance(node, Prefix):
        yield (
            node.start,
            _BEFORE + pattern(node.start) + "[0-9A-Za-z]*" if node.start.isascii() else pattern(node.start),
        )


def _whole(word: str, source: str) -> str:
    """Latin letters and digits are a word of their own only where no other stands beside."""
    return rf"{_BEFORE}{source}(?![0-9A-Za-z])" if word.isascii() else source
