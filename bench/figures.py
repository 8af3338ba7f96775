"""How many of the figures and names in labelled sentences are found, and how many of the found are right.

    python -m bench.figures [--wrong]

The sentences are those of tests/figures: of `first` the rules were tuned on, of `second` none was changed for. Found
is what stands at the same characters with the same value.
"""

from __future__ import annotations

import argparse
import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from indexer.figures.figure import KINDS, Figure, Kind, Name, Period, Quantity
from indexer.figures.find import figures

FOLDER = Path(__file__).parent.parent / "tests" / "figures"
_KINDS: dict[str, Kind] = {kind[0]: kind for kind in KINDS if kind not in ("place", "person", "percent")}
_KINDS |= {"p": "place", "n": "person", "%": "percent"}
_AMOUNT = re.compile(r"([<>~]?)(\d+(?:\.\d+)?)([万亿]?)(?:\.\.(\d+(?:\.\d+)?)([万亿]?))?(.*)")
_POWERS = {"": 1, "万": 10**4, "亿": 10**8}


class Sentence(NamedTuple):
    published: date
    text: str
    expected: list[Figure]


@dataclass(slots=True)
class Score:
    """How many were labelled, found, and both."""

    labelled: int = 0
    found: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.labelled if self.labelled else 1.0


def sentences(half: str) -> Iterator[Sentence]:
    """The labelled sentences of a half, first or second."""
    published = date.min
    for line in (FOLDER / f"{half}.txt").read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"\d{4}-\d\d-\d\d", line):
            published = date.fromisoformat(line)
        elif line and not line.startswith("#"):
            yield Sentence(published, *_unmarked(line))


def _unmarked(line: str) -> tuple[str, list[Figure]]:
    """The text without its marks, and what these say."""
    text, opened, expected = "", [], []
    for part in re.split(r"(\{|\|[^{}|]*\})", line):
        if part == "{":
            opened.append(len(text))
        elif part.startswith("|"):
            start = opened.pop()
            expected.append(_figure(part[1:-1], start, text[start:]))
        else:
            text += part
    return text, expected


def _figure(label: str, start: int, text: str) -> Figure:
    kind, written = _KINDS[label[0]], label[1:] or text
    value = Name(text, written) if kind == "person" else _value(kind, written)
    return Figure(kind, start, start + len(text), text, value)


def _value(kind: Kind, written: str) -> Quantity | Period | Name:
    if kind == "date":
        first, _to, last = written.rstrip("年").partition("..")
        return Period(_days(first)[0], _days(last or first)[1])
    if kind in ("place", "institution"):
        return Name(written)
    match = _AMOUNT.fullmatch(written)
    assert match, written
    bound, low, power, high, last_power, unit = match.groups()
    least = Decimal(low) * _POWERS[power]
    return Quantity(least, Decimal(high) * _POWERS[last_power] if high else least, _unit(kind, unit), bound)


def _unit(kind: Kind, said: str) -> str:
    if kind == "money":
        return said if said.isascii() and said else "CNY"
    if kind == "percent":
        return "个百分点" if said in ("pp", "个百分点") else "%"
    return said


def _days(told: str) -> tuple[date, date]:
    """The first and the last day of a year, month or day."""
    year, month, day = [int(part) for part in told.split("-")] + [0] * (2 - told.count("-"))
    last = monthrange(year, month or 12)[1]
    return date(year, month or 1, day or 1), date(year, month or 12, day or last)


def scores(half: str) -> dict[Kind, Score]:
    """What was found in a half's sentences, by kind."""
    told: dict[Kind, Score] = {kind: Score() for kind in KINDS}
    for published, text, expected in sentences(half):
        found = figures(text, published)
        for kind in KINDS:
            wanted, got = ({one for one in some if one.kind == kind} for some in (expected, found))
            score = told[kind]
            score.labelled += len(wanted)
            score.found += len(got)
            score.right += len(wanted & got)
            score.wrong += [f"+ {one.text} {one.value}\t{text}" for one in got - wanted]
            score.wrong += [f"- {one.text} {one.value}\t{text}" for one in wanted - got]
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", choices=("first", "second"), help="what was not found, or is wrong, of a half")
    asked = parser.parse_args()
    halves = {half: scores(half) for half in ("first", "second")}
    print(f"{'':<12}" + "".join(f"{half:>10}{'precision':>11}{'recall':>8}" for half in halves))
    for kind in KINDS:
        line = f"{kind:<12}"
        for told in halves.values():
            line += f"{told[kind].labelled:>10}{told[kind].precision:>11.3f}{told[kind].recall:>8.3f}"
        print(line)
    for kind in KINDS if asked.wrong else ():
        for line in halves[asked.wrong][kind].wrong:
            print(kind, line)


if __name__ == "__main__":
    main()
