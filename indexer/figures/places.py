"""Places of Tibet in a text, from the gazetteer places.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from indexer.figures.figure import Figure, Name, any_of
from indexer.text.analyzer import fold

_FILE = Path(__file__).with_name("places.txt")
# Other words that contain a short name; matched from the character before it.
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
    """Each folded name with the present name of the place, followed by the places it lies in."""
    places: dict[str, tuple[str, ...]] = {}
    above: list[str] = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        names = fold(line).split()
        above[(len(line) - len(line.lstrip())) // 2 :] = names[:1]
        places |= dict.fromkeys(names, tuple(reversed(above)))
    return places


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(any_of(gazetteer()))


def find(folded: str, text: str) -> Iterator[Figure]:
    """The places named in a text, in order; `folded` is from readable()."""
    for match in _pattern().finditer(folded):
        if _is_place(match):
            start, end = match.span()
            yield Figure("place", start, end, text[start:end], Name(gazetteer()[match[0]][0]))


def _is_place(match: re.Match[str]) -> bool:
    other = _OTHER_WORDS.get(match[0])
    return not (other and other.match(match.string, max(0, match.start() - 1)))


def canonical(name: str) -> str:
    """The present full name of a place; any other text is only folded."""
    return gazetteer().get(fold(name), (fold(name),))[0]


def within(folded: str) -> list[str]:
    """The distinct places named in a text and those they lie in."""
    named = {match[0] for match in _pattern().finditer(folded) if _is_place(match)}
    return sorted({place for name in named for place in gazetteer()[name]})
