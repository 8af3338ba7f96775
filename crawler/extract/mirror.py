"""Spam mirrors turn an article into Traditional characters and print readings after some: 項(xiàng)目.

Seen, counted and taken out again; nothing else of their damage is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Half-width brackets and at least one tone mark: genuine articles write 旃（zhān） and (GDP).
_GLOSS = re.compile(
    r"(?<=([\u3400-\u9fff\uf900-\ufaff]))"
    r"(?:\((?=[a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ])[a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{1,6}\))+"  # some print it twice
)
_FEWEST = 3  # a genuine page may gloss a rare name or two


def restore(lines: Iterable[str]) -> tuple[list[str], int]:
    """The lines of one page without a mirror's glosses, and how many were taken out.

    Decided for the page as a whole: below three glosses on characters that only Traditional
    text has, nothing is touched. Expects the text as found, before any width folding.
    """
    lines = list(lines)
    glossed = {match[1] for line in lines if "(" in line for match in _GLOSS.finditer(line)}
    if not glossed:
        return lines, 0
    traditional = _traditional_only(glossed)
    found = [match for line in lines for match in _GLOSS.finditer(line) if match[1] in traditional]
    if len(found) < _FEWEST:
        return lines, 0
    return [_GLOSS.sub(lambda m: "" if m[1] in traditional else m[0], line) for line in lines], len(found)


def _traditional_only(characters: set[str]) -> set[str]:
    from opencc import OpenCC  # here: only a page with glosses needs its dictionaries

    simplified = OpenCC("t2s").convert
    return {character for character in characters if simplified(character) != character}
