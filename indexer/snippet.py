"""The lines of an article that show why it was found: text as found, and marks; never markup."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.highlight import Mark

_LENGTH = 120  # characters of the first window, more or less
_FURTHER = 60  # of each further one
_MOST = 3  # windows
_GAP = " … "
_SENTENCE = re.compile(r"[^。！？!?;；\n]*(?:[。！？!?;；]+[”’」』）)]*|\n|$)")


@dataclass(frozen=True, slots=True)
class Snippet:
    """`marks` are [start, end) in code points of `text`."""

    text: str
    marks: tuple[tuple[int, int], ...]


def snippet(body: str, found: Sequence[Mark]) -> Snippet:
    """The one to three windows of the body that show the most of what was found in it, from a sentence's start.

    Windows in their order; where text is left out between two stands an ellipsis.
    """
    text = ""
    marks: list[tuple[int, int]] = []
    last = 0
    for start, end in _windows(body, found):
        text += _GAP if start > last and text else ""
        shift = len(text) - start
        text += re.sub(r"\s", " ", body[start:end])
        marks += ((one.start + shift, one.end + shift) for one in found if start <= one.start and one.end <= end)
        last = end
    return Snippet(text.rstrip(), tuple(marks))


def _windows(body: str, found: Sequence[Mark]) -> list[tuple[int, int]]:
    """Windows that do not overlap, in order."""
    sentences = _Sentences(body)
    chosen: list[tuple[int, int]] = []
    shown: set[str] = set()
    while len(chosen) < _MOST:
        room = _FURTHER if chosen else _LENGTH
        window, new = max(
            _proposed(sentences, found, room, shown), key=lambda one: len(one[1]), default=((0, 0), set())
        )
        if chosen and not new:
            break
        if not new:
            window = (0, sentences.end(0, room))
        shown |= {one.word for one in found if window[0] <= one.start and one.end <= window[1]}
        chosen.append(window)
    return _merged(chosen)


class _Sentences:
    """Where the sentences of a body begin and end."""

    def __init__(self, body: str) -> None:
        spans = [match.span() for match in _SENTENCE.finditer(body) if match[0].strip()]
        self._starts = [start for start, _end in spans] or [0]
        self._ends = [end for _start, end in spans] or [0]

    def start(self, place: int) -> int:
        """The start of the sentence that a place is in."""
        return self._starts[max(0, bisect_right(self._starts, place) - 1)]

    def end(self, start: int, room: int) -> int:
        """The last sentence's end in the room, if that leaves half of it; else where the room ends."""
        most = min(start + room, self._ends[-1])
        last = self._ends[max(0, bisect_right(self._ends, most) - 1)]
        return last if start + room // 2 <= last <= most else most


def _proposed(
    sentences: _Sentences, found: Sequence[Mark], room: int, shown: set[str]
) -> Iterator[tuple[tuple[int, int], set[str]]]:
    """For each match of a word that is not shown yet a window, and the words that it would show."""
    places = [one.start for one in found]
    for one in found:
        if one.word in shown:
            continue
        start = sentences.start(one.start)
        if one.end - start > room * 2 // 3:
            start = one.start - room // 4
        end = sentences.end(start, room)
        inside = found[bisect_left(places, start) : bisect_left(places, end)]
        yield (start, end), {other.word for other in inside if other.end <= end} - shown


def _merged(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
