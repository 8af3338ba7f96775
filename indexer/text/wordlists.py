"""Lists of words as data, and patterns made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

from indexer.text.analyzer import fold

_GROUPS = 24


@cache
def section(file: Path, group: str) -> list[str]:
    """The words of a section of a file, folded; a section is headed by a line "# GROUP"."""
    text = file.read_text(encoding="utf-8")
    return fold(text.partition(f"# {group}\n")[2].partition("#")[0]).split()


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of these words, the longest first.

    Grouped by first characters, and these again: plain alternatives, which are tried one after the other, are thirty
    times as slow for many words.
    """
    longest_first = sorted(set(words), key=lambda word: (word[0], -len(word)))
    groups = [
        (first, f"{re.escape(first)}(?:{'|'.join(re.escape(word[1:]) for word in group)})")
        for first, group in groupby(longest_first, lambda word: word[0])
    ]
    if len(groups) <= _GROUPS:
        return _either(groups)
    parts = [groups[at : at + _GROUPS] for at in range(0, len(groups), _GROUPS)]
    return f"(?={_one_of(groups)})(?:{'|'.join(f'(?={_one_of(part)})(?:{_either(part)})' for part in parts)})"


def _one_of(groups: Sequence[tuple[str, str]]) -> str:
    return f"[{re.escape(''.join(first for first, _pattern in groups))}]"


def _either(groups: Sequence[tuple[str, str]]) -> str:
    return "|".join(pattern for _first, pattern in groups)
