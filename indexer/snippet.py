"""The lines of an article that show why it was found: text as found, and marks; never markup."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from indexer.analyzer import SEPARATOR, fold
from indexer.query import Query, Words

_LENGTH = 120  # characters of a snippet, more or less
_STARTS = re.compile(r"(?<=[。！？!?;；\n])[”’」』）)\s]*")


@dataclass(frozen=True, slots=True)
class Snippet:
    """`marks` are [start, end) in code points of `text`."""

    text: str
    marks: tuple[tuple[int, int], ...]


def snippet(body: str, query: Query) -> Snippet:
    """The window of the body that holds most of what was asked for, from a sentence's start."""
    folded = fold(body)
    found = [match.span() for match in _wanted(query).finditer(folded)]
    start = _best_start(folded, found)
    end = min(len(body), start + _LENGTH)
    text = re.sub(r"\s", " ", body[start:end]).rstrip()
    marks = tuple((a - start, b - start) for a, b in found if start <= a and b <= start + len(text))
    return Snippet(text, marks)


def _wanted(query: Query) -> re.Pattern[str]:
    """What to mark in a folded text: each word, each quote as a whole."""
    patterns = set()
    for clause in query.wanted:
        if isinstance(clause, Words):
            patterns |= {re.escape(word) for word in clause.words}
        else:
            patterns.add("".join(r"[\W_]+" if c == SEPARATOR else re.escape(c) for c in clause.characters))
    return re.compile("|".join(sorted(patterns, key=len, reverse=True)))


def _best_start(folded: str, found: list[tuple[int, int]]) -> int:
    """The sentence start whose window holds the most different matches; of several the first, as news leads."""
    if not found:
        return 0
    starts = [0, *(match.end() for match in _STARTS.finditer(folded) if match.end() < len(folded))]
    ends = [end for _at, end in found]
    best, most = 0, 0
    for number, (at, _end) in enumerate(found):
        start = starts[bisect_right(starts, at) - 1]
        if at - start > _LENGTH // 2:  # a long sentence: begin shortly before the match
            start = at - _LENGTH // 4
        end = bisect_right(ends, start + _LENGTH)
        different = len({folded[a:b] for a, b in found[number:end]})
        if different > most:
            best, most = start, different
    return best
