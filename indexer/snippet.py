"""Chooses the passages of an article that show why it matches: text as printed with marked spans, never markup."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from indexer.highlight import Occurrence

_LENGTH = 120  # approximate length of the first window, in characters
_FURTHER = 60  # of each further window
_MAX_WINDOWS = 3
_GAP = " … "
_SENTENCE = re.compile(r"[^。！？!?;；\n]*(?:[。！？!?;；]+[”’」』）)]*|\n|$)")

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
    """The boundaries of the sentences of a body, from the paragraph at `first` to the sentence at `last`."""

    def __init__(self, body: str, first: int, last: int) -> None:
        spans = list(takewhile(lambda span: span[0] <= last, _sentences(body, first)))
        self._starts = [start for start, _end in spans] or [0]
        self._ends = [end for _start, end in spans] or [0]
        *_others, (_start, self._last) = [(0, 0), *_sentences(body, len(body.rstrip()))]

    def start(self, position: int) -> int:
        """The start of the sentence at a position."""
        return self._starts[max(0, bisect_right(self._starts, position) - 1)]

    def end(self, start: int, length: int) -> int:
        """The end of a window: of its last whole sentence if that fills half of the length, otherwise at the length."""
        limit = min(start + length, self._last)
        end = self._ends[max(0, bisect_right(self._ends, limit) - 1)]
        return end if start + length // 2 <= end <= limit else limit


def _sentences(body: str, position: int) -> Iterator[_Window]:
    """The sentences from the paragraph at a position."""
    paragraph = body.rfind("\n", 0, position) + 1
    return (match.span() for match in _SENTENCE.finditer(body, paragraph) if match[0].strip())


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
