"""Places of Tibet in a text, by the gazetteer indexer/figures/places.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from indexer.figures.figure import Figure, Name, any_of
from indexer.text.analyzer import fold

_FILE = Path(__file__).with_name("places.txt")
# Short names that begin or end another word there; looked for from the character before.
_OTHER_WORDS = {
    name: re.compile(source)
    for name, source in {
        "阿里": ".?阿里(?:巴巴|云|健康|妈妈|山|斯)|[罕拳穆]阿里",
        "吉隆": ".?吉隆坡",
        "山南": ".?山南[麓坡路侧脚段]|[中江华岳泰衡嵩黄庐]山南",
        "萨嘎": ".?萨嘎达瓦",
        "贡嘎": ".?贡嘎山",
        "普兰": ".?普兰店",
        "安多": ".?安多(?:[语方]|藏区)",
        "亚东": ".?亚东[南北部]",
        "白朗": ".?白朗宁",
        "日土": "[今昨本次每]日土",
    }.items()
}


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


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(any_of(gazetteer()))


def find(folded: str, text: str) -> Iterator[Figure]:
    """The places named in a text, in its order; `folded` is the text as readable() gives it."""
    for match in _pattern().finditer(folded):
        if _is_place(match):
            start, end = match.span()
            yield Figure("place", start, end, text[start:end], Name(gazetteer()[match[0]][0]))


def _is_place(match: re.Match[str]) -> bool:
    other = _OTHER_WORDS.get(match[0])
    return not (other and other.match(match.string, max(0, match.start() - 1)))


def canonical(name: str) -> str:
    """The present full name of a place; what is none stays as it is, folded."""
    return gazetteer().get(fold(name), (fold(name),))[0]


def within(folded: str) -> list[str]:
    """The places named in a text and those that they lie in, each once."""
    named = {match[0] for match in _pattern().finditer(folded) if _is_place(match)}
    return sorted({place for name in named for place in gazetteer()[name]})
