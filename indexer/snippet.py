"""Chooses the passages of an article that show why it matches: text as printed with marked spans, never markup."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.highlight import Occurrence

_LENGTH = 120  # approximate length of the first window, in characters
_FURTHER = 60  # of each further window
_MAX_WINDOWS = 3
_GAP = " … "
_FULL_STOPS = tuple("。！？!?;；")
_CLOSING = "”’」』）)"
_END = re.compile(rf"[{''.join(_FULL_STOPS)}]+[{_CLOSING}]*|\n")  # of a sentence

_Window = tuple[int, int]  # [start, end) in the body


@dataclass(frozen=True, slots=True)
class Snippet:
    """`marks` are spans [start, end) in code points of `text`."""

    text: str
    marks: tuple[tuple[int, int], ...]


def snippet(body: str, occurrences: Sequence[Occurrence]) -> Snippet:
    """One to three windows of the body that show the most distinct words, from the start of a sentence if possible.

    Windows keep their order in the body; an ellipsis stands for the text left out between two.
    """
    text = ""
    marks: list[tuple[int, int]] = []
    last = 0
    for start, end in _windows(body, occurrences):
        text += _GAP if start > last and text else ""
        shift = len(text) - start
        text += re.sub(r"\s", " ", body[start:end])
        marks += ((first + shift, past + shift) for first, past, _word in occurrences if start <= first and past <= end)
        last = end
    return Snippet(text.rstrip(), tuple(marks))


def _windows(body: str, occurrences: Sequence[Occurrence]) -> list[_Window]:
    """Windows in order, without overlap."""
    first, last = (occurrences[0].start, occurrences[-1].start) if occurrences else (0, 0)
    sentences = _Sentences(body, first, last + _LENGTH)
    windows: list[_Window] = []
    shown: set[str] = set()
    while len(windows) < _MAX_WINDOWS:
        length = _FURTHER if windows else _LENGTH
        proposals = _proposals(sentences, occurrences, length, shown)
        window, words = max(proposals, key=lambda proposal: len(proposal[1]), default=((0, 0), set()))
        if windows and not words:
            break
        if not words:
            window = (0, sentences.end(0, length))
        shown |= {word for start, end, word in occurrences if window[0] <= start and end <= window[1]}
        windows.append(window)
    return _merged(windows)


class _Sentences:
    """The boundaries of the sentences of a body, from the paragraph at `first` to `last`."""

    def __init__(self, body: str, first: int, last: int) -> None:
        self._body = body
        self._last = _last_end(body)
        paragraph = body.rfind("\n", 0, first) + 1
        self._bounds = [paragraph, *(match.end() for match in _END.finditer(body, paragraph, last + 1))]
        if self._bounds[-1] < self._last <= last:
            self._bounds.append(self._last)

    def start(self, position: int) -> int:
        """The start of the sentence at a position."""
        return self._bounds[max(0, bisect_right(self._bounds, position) - 1)]

    def end(self, start: int, length: int) -> int:
        """The end of a window: of its last whole sentence if that fills half of the length, otherwise at the length."""
        limit = min(start + length, self._last)
        at = bisect_right(self._bounds, limit) - 1
        while at > 0 and self._body[self._bounds[at - 1] : self._bounds[at]].isspace():
            at -= 1
        end = self._bounds[max(0, at)]
        return end if start + length // 2 <= end else limit


def _last_end(body: str) -> int:
    """The end of the last sentence that is not blank: its full stop and what closes there, or its line."""
    text = body.rstrip()
    if not text or text.rstrip(_CLOSING).endswith(_FULL_STOPS):
        return len(text)
    return body.find("\n", len(text)) + 1 or len(body)


def _proposals(
    sentences: _Sentences, occurrences: Sequence[Occurrence], length: int, shown: set[str]
) -> Iterator[tuple[_Window, set[str]]]:
    """A window for each occurrence of a word that is not shown yet, and the new words in it; each window once."""
    last = -1
    for occurrence in occurrences:
        if occurrence.word in shown:
            continue
        start = sentences.start(occurrence.start)
        if occurrence.end - start > length * 2 // 3:
            start = occurrence.start - length // 4
        if start == last:
            continue
        last = start
        end = sentences.end(start, length)
        inside = occurrences[bisect_left(occurrences, (start,)) : bisect_left(occurrences, (end,))]
        yield (start, end), {word for _start, past, word in inside if past <= end} - shown


def _merged(windows: list[_Window]) -> list[_Window]:
    merged: list[_Window] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
