"""Finds what stands in quotation marks: Chinese, Traditional or ASCII, nested, missing or the wrong way round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_CLOSING = {"“": "”", "「": "」", "『": "』", '"': '"'}
_MARK = re.compile(r'[“”「」『』"]|\n|\s{2,}')
_BEFORE = re.compile(r"(?:[：:，,。！？!?…\s]|^)\Z")  # stands before an opening mark
_NESTED = 60  # marks within a quotation
_ENDED = re.compile(r"[。！？!?…]\s*\Z")
_INTRODUCED = re.compile("[说道示：:][：:，,]?\\Z")
_BEHIND = re.compile("[，,。、；;）)]")  # stands behind a closing mark


class Quoted(NamedTuple):
    """A text in quotation marks, outermost marks only: the words are [start, end); after is behind the closing mark."""

    start: int
    end: int
    after: int

    @property
    def before(self) -> int:
        """Where the opening mark is."""
        return self.start - 1


def quoted(text: str) -> list[Quoted]:
    """What stands in quotation marks in a text, in order, without overlaps.

    An opening mark without a closing one holds to the end of its paragraph, or to the next opening mark.
    """
    return [span for span in _spans(text, list(_MARK.finditer(text))) if span.start < span.end]


def _spans(text: str, marks: list[re.Match[str]]) -> Iterator[Quoted]:
    number = 0
    while number < len(marks):
        opening = marks[number]
        closing = _CLOSING.get(opening[0]) or _turned(text, marks, number)
        number += 1
        if not closing or (closing == '"' and not _is_paired(marks, number)):
            continue
        number = _closed(text, marks, number, closing)
        end = marks[number].start() if number < len(marks) else len(text)
        is_closed = number < len(marks) and (marks[number][0] == closing or _is_reversed(text, marks, number))
        if not is_closed and _INTRODUCED.search(text, end - 3, end):
            end = max(text.rfind(stop, opening.end(), end) for stop in "。！？!?") + 1 or end
        number += is_closed
        yield Quoted(opening.end(), end, end + is_closed)


def _turned(text: str, marks: list[re.Match[str]], number: int) -> str:
    """The closing mark of a quotation that opens with one too: ”……”; "" where it is a stray one."""
    mark = marks[number]
    following = marks[number + 1][0] if number + 1 < len(marks) else ""
    is_opening = (
        mark[0] in "”」』" and following == mark[0] and _BEFORE.search(text, max(0, mark.start() - 1), mark.start())
    )
    return mark[0] if is_opening else ""


def _is_paired(marks: list[re.Match[str]], number: int) -> bool:
    """Whether an ASCII mark comes before the paragraph ends."""
    return next((mark[0] for mark in marks[number : number + _NESTED] if mark[0] == '"' or _is_break(mark)), "") == '"'


def _closed(text: str, marks: list[re.Match[str]], number: int, closing: str) -> int:
    """The number of the mark that ends the quotation opened before this mark; len(marks) at the end of the text."""
    depth, inner, nested = 1, -1, 0
    for mark in marks[number : number + _NESTED]:
        if mark[0] == closing or (depth == 1 and inner < 0 and _is_meant_to_close(text, mark)):
            depth -= 1
            if not depth:
                return number
        elif _CLOSING.get(mark[0]) == closing:
            inner = inner if depth > 1 or inner >= 0 else number
            nested += depth == 1
            depth += 1
        elif _is_break(mark) and (number + 1 == len(marks) or marks[number + 1][0] != closing):
            break  # the next paragraph opens anew, or nothing closes it
        number += 1
    opened = marks[inner].start() if inner >= 0 else 0
    is_new = inner >= 0 and any(before.search(text, opened - 3, opened) for before in (_ENDED, _INTRODUCED))
    return inner if depth > 1 or nested > 1 or is_new else number


def _is_meant_to_close(text: str, mark: re.Match[str]) -> bool:
    """Whether an opening mark stands where only a closing one can: “三变“，."""
    return mark[0] in _CLOSING and bool(_BEHIND.match(text, mark.end()))


def _is_reversed(text: str, marks: list[re.Match[str]], number: int) -> bool:
    """Whether this opening mark behind the end of a sentence was meant to close: “……。“某人说，……。“……。”."""
    mark, following = marks[number], marks[number + 1 : number + 2]
    if _is_meant_to_close(text, mark):
        return True
    is_pair = mark[0] in _CLOSING and bool(following) and following[0][0] == mark[0]
    return is_pair and bool(_ENDED.search(text, max(0, mark.start() - 3), mark.start()))


def _is_break(mark: re.Match[str]) -> bool:
    return not mark[0].strip()
