"""Finds the persons that a text names: where, by which name, and with which role beside it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from indexer.persons.candidates import candidates
from indexer.persons.cues import DOT
from indexer.persons.decision import decided
from indexer.persons.opinions import weighed
from indexer.persons.reader import RULES, Reader
from indexer.persons.reading import Reading, read

_BLANKS = re.compile(r"(?<![a-z])\s|\s(?![a-z])", re.IGNORECASE)


class Person(NamedTuple):
    """A mention at [start, end): the fullest form of the name, as the text prints it, and the roles beside it."""

    start: int
    end: int
    name: str
    role: int  # where the role directly before the name starts, or `start`
    address: str  # the title behind the name, or ""


def persons(text: str, others: Iterable[tuple[int, int]], reader: Reader = RULES) -> Iterator[Person]:
    """The persons in a text, in order; `others` are the spans of places and institutions, which are none."""
    reading = read(text, others)
    full = decided(reading, weighed(reading, candidates(reading), reader.opinions(reading.folded)))
    for start, end, name in _mentions(reading, full):
        first = reading.folded.index(name)
        yield Person(
            start, end, plain(text[first : first + len(name)]), reading.roles.get(start, start), reading.address(end)
        )


def _mentions(reading: Reading, full: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    """Where the names are in the text; a name within a longer one is not a mention."""
    if not full:
        return
    pattern = re.compile("|".join(map(re.escape, sorted(full, key=len, reverse=True))))
    for match in pattern.finditer(reading.folded):
        start, end = match.span()
        if not all(reading.masked[start:end]):
            yield start, end, full[match[0]]


def plain(name: str) -> str:
    """A name with all dots as ·, without blanks between Chinese characters."""
    return _BLANKS.sub("", DOT.sub("·", name))
