"""Where the sentences and paragraphs of a text end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Literal

Unit = Literal["sentence", "paragraph"]
Span = tuple[int, int]  # [start, end) in code points
SENTENCE_END = re.compile("[。！？；!?][”’」』）)]*|\n")  # marks that close belong to what they close
_ENDS = {"sentence": SENTENCE_END, "paragraph": re.compile("\n")}


def units(text: str, unit: Unit) -> Iterator[Span]:
    """The sentences or paragraphs of a text, in order, each with the signs that end it."""
    ends = (match.end() for match in _ENDS[unit].finditer(text))
    return ((start, end) for start, end in pairwise(chain((0,), ends, (len(text),))) if start < end)
