"""Persons in a text with their titles: 自治区党委书记王君正, 牧民次仁, 吴英杰书记."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from indexer.figures.figure import Figure, Name, names
from indexer.persons.find import persons
from indexer.persons.reader import RULES, Reader
from indexer.text.wordlists import any_of

_LEVELS = (
    "自治区|[市县区乡镇村州省](?:委|政府)?|党委|党组|党支部|支部|扶贫办|派出所|援藏|驻村|工会|妇联|团委|纪委|指挥部"
    "|人大常委会|政协"
)


def find(folded: str, text: str, before: Iterable[Figure], reader: Reader = RULES) -> Iterator[Figure]:
    """The persons in a text, in order; `before` are the places and institutions that a title may start with."""
    others = list(before)
    ends: dict[int, int] = {}
    for figure in others:
        ends[figure.end] = min(figure.start, ends.get(figure.end, figure.start))
    spans = [(figure.start, figure.end) for figure in others]
    for start, end, name, role, address in persons(text, spans, reader):
        title = folded[_title_start(folded, role, ends) : start].rstrip() if role < start else address
        yield Figure("person", start, end, text[start:end], Name(name, title))


@cache
def _level() -> re.Pattern[str]:
    """What may stand between a role and the place or institution before it: 市委常务副|书记."""
    return re.compile(f"(?:{any_of(names('Before titles'))}|{_LEVELS})$")


def _title_start(folded: str, start: int, ends: dict[int, int]) -> int:
    while True:
        level = _level().search(folded, max(0, start - 5), start)
        earlier = ends.get(start, level.start() if level else start)
        if earlier == start:
            return start
        start = earlier
