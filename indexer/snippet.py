"""The lines of an article that show why it was found: text as found, and marks; never markup."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.finder import Found

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


def snippet(body: str, found: Sequence[Found]) -> Snippet:
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


def _windows(body: str, found: Sequence[Found]) -> list[tuple[int, int]]:
    """Windows that do not overlap, in order."""
    sentences = [match.span() for match in _SENTENCE.finditer(body) if match[0].strip()]
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
            window = (0, _end(sentences, 0, room)) if sentences else (0, 0)
        shown |= {one.word for one in found if window[0] <= one.start and one.end <= window[1]}
        chosen.append(window)
    return _merged(chosen)


def _proposed(
    sentences: Sequence[tuple[int, int]], found: Sequence[Found], room: int, shown: set[str]
) -> Iterator[tuple[tuple[int, int], set[str]]]:
    """For each match of a word that is not shown yet a window, and the words that it would show."""
    starts = [start for start, _end in sentences]
    places = [one.start for one in found]
    for one in found:
        if one.word in shown:
            continue
        at = max(0, bisect_left(starts, one.start + 1) - 1)
        start = starts[at] if one.end - starts[at] <= room * 2 // 3 else one.start - room // 4
        end = _end(sentences, start, room)
        inside = found[bisect_left(places, start) : bisect_left(places, end)]
        yield (start, end), {other.word for other in inside if other.end <= end} - shown


def _end(sentences: Sequence[tuple[int, int]], start: int, room: int) -> int:
    """The last sentence's end in the room, if that leaves half of it; else where the room ends."""
    most = min(start + room, sentences[-1][1])
    ends = [end for _start, end in sentences if start + room // 2 <= end <= most]
    return ends[-1] if ends else most


def _merged(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
