"""Removes the glosses of spam mirrors, which convert articles to Traditional characters with readings: 項(xiàng)目.

The glosses are counted and removed; other damage stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# In half-width brackets with a tone mark; genuine articles have 旃（zhān） and (GDP).
_GLOSS = re.compile(
    r"(?<=([\u3400-\u9fff\uf900-\ufaff]))"
    r"(?:\((?=[a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ])[a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{1,6}\))+"  # printed twice by some
)
_FEWEST = 3  # a genuine page may gloss a rare name or two


def restore(lines: Iterable[str]) -> tuple[list[str], int]:
    """The lines of one page without the glosses of a mirror, and how many were removed.

    Nothing is removed from a page with fewer than three glosses on characters that only Traditional
    text has. Expects the text as printed, before any width folding.
    """
    lines = list(lines)
    glossed = {match[1] for line in lines if "(" in line for match in _GLOSS.finditer(line)}
    if not glossed:
        return lines, 0
    traditional = _traditional_only(glossed)
    count = sum(match[1] in traditional for line in lines for match in _GLOSS.finditer(line))
    if count < _FEWEST:
        return lines, 0
    return [_GLOSS.sub(lambda m: "" if m[1] in traditional else m[0], line) for line in lines], count


def _traditional_only(characters: set[str]) -> set[str]:
    from opencc import OpenCC  # imported here because its dictionaries are rarely needed

    simplified = OpenCC("t2s").convert
    return {character for character in characters if simplified(character) != character}
