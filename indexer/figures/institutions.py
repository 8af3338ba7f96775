"""Institutions in a text: by how their names end, and by where they may begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from indexer.figures.figure import Figure, Name, any_of, names
from indexer.figures.places import gazetteer

_LONGEST = 24  # characters before an ending
_LEVELS = ("自治区", "省", "市", "县", "区", "州", "地区")
_COMMITTEES = ("市委", "县委", "区委", "州委", "省委", "地委")  # their first character belongs to the region
_FREE = ("大学", "有限公司", "股份有限公司", "有限责任公司", "集团", "银行", "公司")  # need no region before them
_HAN = re.compile("[\u3400-\u9fff]*$")
_ANY_CITY = re.compile("[\u3400-\u9fff]{2}[省市县区]$")


@cache
def _regions() -> frozenset[str]:
    told = names("Regions")
    return frozenset({*gazetteer(), *told, *(name + level for name in told for level in _LEVELS[:3]), *_LEVELS})


class _Patterns(NamedTuple):
    """What names are made of, each as it is looked for."""

    known: re.Pattern[str]
    department: re.Pattern[str]
    ending: re.Pattern[str]
    region: re.Pattern[str]
    stop: re.Pattern[str]  # what can stand in no name
    general: re.Pattern[str]  # what alone makes none


@cache
def _patterns() -> _Patterns:
    known, matters, offices, endings, stops, general = map(any_of, map(names, _GROUPS))
    return _Patterns(
        re.compile(known),
        re.compile(f"(?:{matters})(?:{offices})(?![长员队门分落])"),
        re.compile(f"(?:{endings})(?![生长员们])"),
        re.compile(any_of(_regions())),
        re.compile(rf"{stops}|(?<!第)[一二三四五六七八九十几数\d]+[所家个名位批]|[省市县州]级"),
        re.compile(f"(?:{general})*"),
    )


_GROUPS = (
    "Institutions by their own names", "Matters of a department", "Departments", "Endings of institutions",
    "Not in the name of an institution", "Alone no name of an institution",
)  # fmt: skip


def find(folded: str, text: str) -> Iterator[Figure]:
    """In the order of the text; of names in one another the longest."""
    look = _patterns()
    spans = [match.span() for match in look.known.finditer(folded)]
    spans += ((_behind_regions(folded, match.start()), match.end()) for match in look.department.finditer(folded))
    for match in look.ending.finditer(folded):
        if (start := _beginning(folded, match)) is not None:
            spans.append((start, match.end()))
    last = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= last:
            last = end
            yield Figure("institution", start, end, text[start:end], Name(folded[start:end]))


def _behind_regions(folded: str, start: int) -> int:
    """Where the regions before a name begin: 西藏自治区山南市教育局."""
    while True:
        sizes = (size for size in range(min(9, start), 0, -1) if folded[start - size : start] in _regions())
        size = next(sizes, 3 if _ANY_CITY.search(folded, max(0, start - 3), start) else 0)
        if not size:
            return start
        start -= size


def _beginning(folded: str, ending: re.Match[str]) -> int | None:
    """Where a name with this ending begins: at the first region, else behind what can be in no name."""
    look = _patterns()
    end = ending.start() + (ending[0] in _COMMITTEES)
    run = _HAN.search(folded, max(0, end - _LONGEST), end)
    first = run.start() if run else end
    regions = [match.span() for match in look.region.finditer(folded, first, end)]
    stops = (
        stop.end()
        for stop in look.stop.finditer(folded, first, end)
        if not any(start <= stop.start() < last for start, last in regions)
    )
    first = max(stops, default=first)
    for start, last in regions:
        if start >= first and (last == end or folded[start:last] not in _LEVELS[1:]):
            return start
    free = ending[0] in _FREE and 2 <= end - first <= 10 and not look.general.fullmatch(folded, first, end)
    return first if free else None
