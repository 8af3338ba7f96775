"""Institutions in a text, recognized by the end of their names and by where these may start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from indexer.figures import places
from indexer.figures.figure import Figure, Name, any_of, names

_LONGEST = 24  # characters before the ending
_LEVELS = ("自治区", "省", "市", "县", "区", "州", "地区")
_COMMITTEES = ("市委", "县委", "区委", "州委", "省委", "地委")  # the first character belongs to the region
_FREE = ("大学", "有限公司", "股份有限公司", "有限责任公司", "集团", "银行", "公司")  # do not need a region before them
_HAN = re.compile("[\u3400-\u9fff]*$")
_ANY_CITY = re.compile("[\u3400-\u9fff]{2}[省市县区]$")


@cache
def _regions() -> frozenset[str]:
    regions = names("Regions")
    with_level = (name + level for name in regions for level in _LEVELS[:3])
    return frozenset({*places.regions(), *regions, *with_level, *_LEVELS})


class _Patterns(NamedTuple):
    """Patterns for the parts of names."""

    known: re.Pattern[str]
    department: re.Pattern[str]
    ending: re.Pattern[str]
    region: re.Pattern[str]
    stop: re.Pattern[str]  # not part of any name
    general: re.Pattern[str]  # not a name by itself


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
    """The institutions in a text, in order; of nested names the outermost."""
    patterns = _patterns()
    spans = [match.span() for match in patterns.known.finditer(folded)]
    spans += ((_before_regions(folded, match.start()), match.end()) for match in patterns.department.finditer(folded))
    for match in patterns.ending.finditer(folded):
        if (start := _start(folded, match)) is not None:
            spans.append((start, match.end()))
    last = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= last:
            last = end
            yield Figure("institution", start, end, text[start:end], Name(folded[start:end]))


def _before_regions(folded: str, start: int) -> int:
    """The start of the regions before a name, as in 西藏自治区山南市教育局."""
    while True:
        sizes = (size for size in range(min(9, start), 0, -1) if folded[start - size : start] in _regions())
        size = next(sizes, 3 if _ANY_CITY.search(folded, max(0, start - 3), start) else 0)
        if not size:
            return start
        start -= size


def _start(folded: str, ending: re.Match[str]) -> int | None:
    """The start of a name with this ending: the first region, otherwise after the last stop; None if it is no name."""
    patterns = _patterns()
    end = ending.start() + (ending[0] in _COMMITTEES)
    run = _HAN.search(folded, max(0, end - _LONGEST), end)
    first = run.start() if run else end
    regions = [match.span() for match in patterns.region.finditer(folded, first, end)]
    stops = (
        stop.end()
        for stop in patterns.stop.finditer(folded, first, end)
        if not any(start <= stop.start() < last for start, last in regions)
    )
    first = max(stops, default=first)
    for start, last in regions:
        if start >= first and (last == end or folded[start:last] not in _LEVELS[1:]):
            return start
    free = ending[0] in _FREE and 2 <= end - first <= 10 and not patterns.general.fullmatch(folded, first, end)
    return first if free else None
