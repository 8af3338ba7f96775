"""Lists of words as data, and patterns made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path

from indexer.text.analyzer import fold


@cache
def section(file: Path, group: str) -> list[str]:
    """The words of a section of a file, folded; a section is headed by a line "# GROUP"."""
    text = file.read_text(encoding="utf-8")
    return fold(text.partition(f"# {group}\n")[2].partition("#")[0]).split()


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of these words, the longest first.

    Grouped by first characters: plain alternatives are thirty times as slow for many words.
    """
    longest_first = sorted(set(words), key=lambda word: (word[0], -len(word)))
    return "|".join(
        f"{first}(?:{'|'.join(re.escape(word[1:]) for word in group)})"
        for first, group in groupby(longest_first, lambda word: word[0])
    )
