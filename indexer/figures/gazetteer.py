"""The places of China by their names: china.txt, and places.txt with what it lacks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from indexer.text.analyzer import fold

_FILES = ("china.txt", "places.txt")  # what both have has the names and signs of the second


@dataclass(frozen=True, slots=True)
class Place:
    """A province (level 0), prefecture (1), county (2), or a place in it.

    `name` is the present full name; one that several places have starts with the place above: 拉萨市城关区. `above`
    are the names of the places it lies in, the nearest first. `point` is longitude and latitude in degrees.
    """

    name: str
    level: int
    above: tuple[str, ...]
    point: tuple[float, float] | None = None

    @property
    def chain(self) -> tuple[str, ...]:
        """The place and those it lies in."""
        return self.name, *self.above


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """`places` by their names; `readings` are the places that a folded name in a text may mean, the largest first.

    An `uncertain` name is mostly another word. `sizes` are the lengths, longest first, of the names that start with
    two characters.
    """

    places: Mapping[str, Place]
    readings: Mapping[str, tuple[Place, ...]]
    uncertain: frozenset[str]
    sizes: Mapping[str, tuple[int, ...]]


@dataclass(slots=True)
class _Row:
    """What the files say of a place: its names, each with whether it is certain."""

    level: int
    names: dict[str, bool]
    point: tuple[float, float] | None


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer; read once."""
    rows: dict[tuple[str, ...], _Row] = {}
    for file in _FILES:
        for path, row in _lines(fold(Path(__file__).with_name(file).read_text(encoding="utf-8"))):
            rows.setdefault(path, row).names.update(row.names)
    places = _places(rows)
    readings = _readings((place, rows[path].names) for path, place in places.items())
    return Gazetteer(
        places={place.name: place for place in places.values()},
        readings={name: tuple(place for place, _sure in pairs) for name, pairs in readings.items()},
        uncertain=frozenset(name for name, pairs in readings.items() if not pairs[0][1]),
        sizes=sizes(readings),
    )


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], _Row]]:
    """The path of each place from its province on, and what a line says of it."""
    path: dict[int, str] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        names, _at, point = line.partition("@")
        signed = names.split()
        level = (len(line) - len(line.lstrip())) // 2
        path = {above: name for above, name in path.items() if above < level} | {level: signed[0].lstrip("?")}
        longitude, _comma, latitude = point.partition(",")
        yield (
            tuple(path.values()),
            _Row(
                level,
                {name.lstrip("?"): not name.startswith("?") for name in signed},
                (float(longitude), float(latitude)) if point else None,
            ),
        )


def _places(rows: Mapping[tuple[str, ...], _Row]) -> dict[tuple[str, ...], Place]:
    """The places by path; a name that is not unique is preceded by that of the place above."""
    known = Counter(path[-1] for path in rows)
    names = {path: path[-1] if known[path[-1]] == 1 else "".join(path[-2:]) for path in rows}
    return {
        path: Place(
            names[path], row.level, tuple(names[path[:size]] for size in range(len(path) - 1, 0, -1)), row.point
        )
        for path, row in rows.items()
    }


def _readings(names: Iterable[tuple[Place, Mapping[str, bool]]]) -> dict[str, list[tuple[Place, bool]]]:
    """The places of each name, with whether it is certain: if it is for one place, then only such are read."""
    readings: defaultdict[str, list[tuple[Place, bool]]] = defaultdict(list)
    for place, signed in names:
        for name, sure in signed.items():
            readings[name].append((place, sure))
    return {
        name: sorted((pair for pair in pairs if pair[1] == any(sure for _place, sure in pairs)), key=_level)
        for name, pairs in readings.items()
    }


def _level(pair: tuple[Place, bool]) -> int:
    return pair[0].level


def sizes(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """The lengths of names, longest first, by their first two characters."""
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for name in names:
        lengths[name[:2]].add(len(name))
    return {head: tuple(sorted(every, reverse=True)) for head, every in lengths.items()}
