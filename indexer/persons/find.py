"""Finds the persons that a text names: where, by which name, and with which role beside it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from indexer.persons.candidates import Candidate, candidates
from indexer.persons.cues import DOT, named_after
from indexer.persons.decision import decided
from indexer.persons.opinions import weighed
from indexer.persons.reader import RULES, Reader
from indexer.persons.reading import Reading, read

_BLANKS = re.compile(r"(?<![a-z])\s|\s(?![a-z])", re.IGNORECASE)

_UNLIKE, _BESIDE = -2.0, 1.8


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
    spans = list(candidates(reading))
    full = decided(reading, weighed(reading, spans, reader.opinions(reading.folded, _doubtful(reading, spans))))
    for start, end, name in _mentions(reading, full):
        first = reading.folded.index(name)
        yield Person(
            start, end, plain(text[first : first + len(name)]), reading.roles.get(start, start), reading.address(end)
        )


def _doubtful(reading: Reading, spans: Iterable[Candidate]) -> list[int]:
    """Where a model's opinion may matter: at candidates that may be names, and beside roles and the like.

    The models need not read the other sentences: a third less time, and no name of the labelled articles is lost.
    """
    likely = {span.start for span in spans if span.likeness + max(reading.behind(span.end), 0.0) > _UNLIKE}
    return sorted(likely.union(at for at, evidence in reading.before.items() if evidence >= _BESIDE))


def _mentions(reading: Reading, full: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    """Where the names are in the text; one within a longer name or a term (马克思主义) is not a mention."""
    if not full:
        return
    pattern = re.compile("|".join(map(re.escape, sorted(full, key=len, reverse=True))))
    for match in pattern.finditer(reading.folded):
        start, end = match.span()
        if not all(reading.masked[start:end]) and not named_after().match(reading.folded, end):
            yield start, end, full[match[0]]


def plain(name: str) -> str:
    """A name with all dots as ·, without blanks between Chinese characters."""
    return _BLANKS.sub("", DOT.sub("·", name))
