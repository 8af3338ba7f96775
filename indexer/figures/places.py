"""Places of Tibet in a text, by the gazetteer indexer/places.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from indexer.analyzer import fold
from indexer.figures.figure import Figure, Name

_FILE = Path(__file__).parent.parent / "places.txt"
# Short names that other words begin or end with.
_NOT_BEFORE = {
    "阿里": "巴巴|云|健康|妈妈|山|斯", "吉隆": "坡", "山南": "[麓坡路侧脚段]", "萨嘎": "达瓦", "贡嘎": "山",
    "普兰": "店", "拉萨": "尔", "安多": "[语方]|藏区", "亚东": "[南北部]", "白朗": "宁", "帕里": "斯",
}  # fmt: skip
_NOT_BEHIND = {"山南": "[中江华岳泰衡嵩黄庐]", "日土": "[今昨本次每]", "阿里": "[罕拳穆]"}


@cache
def gazetteer() -> dict[str, tuple[str, ...]]:
    """Each name, folded, with the places it means: its own present name, then those that it lies in."""
    found: dict[str, tuple[str, ...]] = {}
    above: list[str] = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        names = fold(line).split()
        above[(len(line) - len(line.lstrip())) // 2 :] = names[:1]
        found |= dict.fromkeys(names, tuple(reversed(above)))
    return found


def _source(name: str) -> str:
    behind, before = _NOT_BEHIND.get(name), _NOT_BEFORE.get(name)
    return (f"(?<!{behind})" if behind else "") + name + (f"(?!{before})" if before else "")


@cache
def _pattern() -> re.Pattern[str]:
    """All names, the longer first."""
    return re.compile("|".join(map(_source, sorted(gazetteer(), key=len, reverse=True))))


def places(folded: str, text: str) -> Iterator[Figure]:
    """The places named in a text; `folded` is the same as readable() gives it."""
    for match in _pattern().finditer(folded):
        start, end = match.span()
        yield Figure("place", start, end, text[start:end], Name(gazetteer()[match[0]][0]))


def canonical(name: str) -> str:
    """The present full name of a place; what is none stays as it is, folded."""
    return gazetteer().get(fold(name), (fold(name),))[0]


def within(folded: str) -> list[str]:
    """The places named in a text and those that they lie in, each once."""
    named = {match[0] for match in _pattern().finditer(folded)}
    return sorted({place for name in named for place in gazetteer()[name]})
