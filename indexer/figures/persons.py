"""Persons named with a title in a text: 自治区党委书记王君正, 牧民次仁."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from indexer.figures.figure import Figure, Name, any_of, names
from indexer.text.analyzer import fold, lexicon

_LEVEL = re.compile(
    "(?:自治区|[市县区乡镇村州省](?:委|政府)?|党委|党组|党支部|支部|扶贫办|派出所|援藏|驻村|工会|妇联|团委|纪委|指挥部|人大常委会|政协)$"
)
_CHARACTER = "(?:(?![说在和与及等对向带为是到从的于把将也就又已被给问请让])[\u3400-\u9fff])"


@cache
def _pattern() -> re.Pattern[str]:
    people = lexicon().partition("# Names of people\n")[2].partition("#")[0]
    parts = [fold(line.split()[0]) for line in people.splitlines()] + names("Parts of Tibetan names")
    ends = rf"(?=[^\u3400-\u9fff]|$|{any_of(names('Behind the name of a person'))})"
    return re.compile(
        rf"(?P<title>(?:{any_of(names('Before titles'))}){{0,3}}(?:{any_of(names('Titles'))}))\s?"
        rf"(?P<name>(?:{any_of(parts)}){{1,4}}(?:{ends}|{_CHARACTER}{ends}|)"
        rf"|(?:{any_of(names('Surnames'))}){_CHARACTER}{{1,2}}(?<!以){ends}"
        rf"|{_CHARACTER}{{1,5}}·{_CHARACTER}{{1,6}}{ends})"
    )


def find(folded: str, text: str, before: Iterable[Figure]) -> Iterator[Figure]:
    """The persons in a text, in order; `before` are the places and institutions that a title may start with."""
    ends: dict[int, int] = {}
    for figure in before:
        ends[figure.end] = min(figure.start, ends.get(figure.end, figure.start))
    for match in _pattern().finditer(folded):
        start, end = match.span("name")
        title = folded[_title_start(folded, match.start(), ends) : match.end("title")]
        yield Figure("person", start, end, text[start:end], Name(folded[start:end], title))


def _title_start(folded: str, start: int, ends: dict[int, int]) -> int:
    while True:
        level = _LEVEL.search(folded, max(0, start - 5), start)
        earlier = ends.get(start, level.start() if level else start)
        if earlier == start:
            return start
        start = earlier
