"""What of a text a part of a query matches, as regular expressions for the text as printed."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.question.query import Node, Prefix, Quote, Words
from indexer.text.analyzer import pattern

_NOT_AFTER_LETTER = "(?<![0-9A-Za-z])"
_NOT_BEFORE_LETTER = "(?![0-9A-Za-z])"


def patterns(node: Node) -> Iterator[tuple[str, str]]:
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
