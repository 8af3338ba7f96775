"""Draws places as circles on a graticule, always the same bytes; no border of any kind is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, hypot, pi, radians, sqrt
from typing import NamedTuple

from archive.text.escaping import xml
from wencang.desk.draw.plot import FONTS, text_width

_WIDTH, _HEIGHTS = 720, (300, 620)
_MARGIN, _TOP, _BOTTOM = 44, 16, 76
_SIZE = 12  # of letters
_LARGEST = 26  # radius
_SHARE = 0.08  # of the map that circles cover at most
_LEAST = 2.5
_LABELS = 60
_SPAN = 3.0  # degrees that a map shows at least
_STEPS = (1, 2, 5, 10, 20)
_MIDDLE = 90.0, 31.0  # of a map without places: longitude, latitude


@dataclass(frozen=True, slots=True)
class Spot:
    """A place at longitude and latitude in degrees, with a count."""

    name: str
    longitude: float
    latitude: float
    count: int


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def to(self, x: float, y: float) -> float:
        """The distance to a point; 0 within."""
        return hypot(max(self.left - x, 0, x - self.right), max(self.top - y, 0, y - self.bottom))

    def is_within(self, other: _Box) -> bool:
        left, top = other.left <= self.left, other.top <= self.top
        return left and top and self.right <= other.right and self.bottom <= other.bottom

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class _Frame:
    """Maps degrees to pixels: equirectangular, true to scale at the middle latitude."""

    def __init__(self, spots: Sequence[Spot]) -> None:
        west, east = _range([spot.longitude for spot in spots], _MIDDLE[0])
        south, north = _range([spot.latitude for spot in spots], _MIDDLE[1])
        squeeze = cos(radians((south + north) / 2))
        least, most = (height - _TOP - _BOTTOM for height in _HEIGHTS)
        wide = _WIDTH - 2 * _MARGIN
        self.scale = min(wide / ((east - west) * squeeze), most / (north - south))
        self.high = max(least, (north - south) * self.scale)
        self.across = self.scale * squeeze
        middle, centre = (west + east) / 2, (south + north) / 2
        self.west, self.east = middle - wide / self.across / 2, middle + wide / self.across / 2
        self.south, self.north = centre - self.high / self.scale / 2, centre + self.high / self.scale / 2

    def x(self, longitude: float) -> float:
        return _MARGIN + (longitude - self.west) * self.across

    def y(self, latitude: float) -> float:
        return _TOP + (self.north - latitude) * self.scale


def _range(values: Sequence[float], middle: float) -> tuple[float, float]:
    """The least and the largest value, with a margin; about the middle without values."""
    low, high = min(values, default=middle), max(values, default=middle)
    margin = max((high - low) * 0.06, (_SPAN - (high - low)) / 2, 0.3)
    return low - margin, high + margin


def svg(spots: Sequence[Spot], caption: str, note: str = "") -> str:
    """A picture of 720 pixels' width; the area of a circle is proportional to its count. Every text is escaped.

    The largest are labelled, without labels that overlap. Classes let the style sheet of a page change its colours.
    """
    frame = _Frame(spots)
    height = round(frame.high + _TOP + _BOTTOM)
    circles = list(_circles(frame, spots))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
        f' viewBox="0 0 {_WIDTH} {height}" font-family="{FONTS}" font-size="{_SIZE}">',
        f'<rect class="paper" width="{_WIDTH}" height="{height}" fill="#fff"/>',
        *_graticule(frame),
        *map(_drawn, circles),
        *_labels(circles, _TOP + frame.high),
        *_legend(circles, height - _BOTTOM + 30, caption, note),
    ]
    return "\n".join([*parts, "</svg>\n"])


class _Circle(NamedTuple):
    """A place in pixels."""

    x: float
    y: float
    radius: float
    spot: Spot


def _circles(frame: _Frame, spots: Sequence[Spot]) -> Iterator[_Circle]:
    """The circles, largest first; their areas are proportional to the counts, but for the smallest."""
    ranked = sorted(spots, key=lambda spot: (-spot.count, spot.name))
    room = frame.high * (_WIDTH - 2 * _MARGIN) * _SHARE / pi / max(1, sum(spot.count for spot in spots))
    each = min(room, _LARGEST**2 / ranked[0].count) if ranked else 0
    for spot in ranked:
        yield _Circle(frame.x(spot.longitude), frame.y(spot.latitude), max(_LEAST, sqrt(each * spot.count)), spot)


def _drawn(circle: _Circle) -> str:
    title = f"<title>{xml(f'{circle.spot.name} {circle.spot.count:,}')}</title>" if circle.spot.name else ""
    return (
        f'<circle class="spot" cx="{circle.x:.1f}" cy="{circle.y:.1f}" r="{circle.radius:.1f}" fill="#0072b2"'
        f' fill-opacity="0.4" stroke="#0072b2">{title}</circle>'
    )


def _graticule(frame: _Frame) -> Iterator[str]:
    """Meridians and parallels at whole degrees, with their numbers."""
    step = next((step for step in _STEPS if (frame.east - frame.west) / step <= 8), _STEPS[-1])
    bottom, right = _TOP + frame.high, _WIDTH - _MARGIN
    for degree in range(ceil(frame.west / step) * step, floor(frame.east) + 1, step):
        x = frame.x(degree)
        yield f'<path class="grid" stroke="#ddd" d="M{x:.1f} {_TOP}V{bottom:.1f}"/>'
        yield _text(x, bottom + 14, f"{degree}°E", "middle")
    for degree in range(ceil(frame.south / step) * step, floor(frame.north) + 1, step):
        y = frame.y(degree)
        yield f'<path class="grid" stroke="#ddd" d="M{_MARGIN} {y:.1f}H{right}"/>'
        yield _text(_MARGIN - 5, y + 4, f"{degree}°N", "end")


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text class="quiet" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#666">{xml(text)}</text>'


def _labels(circles: Sequence[_Circle], bottom: float) -> Iterator[str]:
    """The names of the largest that have room, without labels that overlap."""
    taken: list[_Box] = []
    for circle in circles[:_LABELS]:
        wide = text_width(circle.spot.name) * _SIZE * 0.52
        boxes = (_Box(left, base - _SIZE, left + wide, base + 3) for left, base in _positions(circle, wide))
        on_map = (box for box in boxes if box.is_within(_Box(2, 2, _WIDTH - 2, bottom)))
        free = [box for box in on_map if not any(box.meets(other) for other in taken)]
        box = next((box for box in free if _is_nearest(box, circle, circles)), None)
        if not box and free and free[-1].to(circle.x, circle.y) == 0 and circle.radius > _SIZE / 2:
            box = free[-1]  # no place beside the circle is clearly its own: in it
        if box:
            taken.append(box)
            yield (
                f'<text class="label" x="{box.left:.1f}" y="{box.bottom - 3:.1f}" fill="#000" stroke="#fff"'
                f' stroke-width="3" stroke-linejoin="round" paint-order="stroke">{xml(circle.spot.name)}</text>'
            )


def _is_nearest(box: _Box, circle: _Circle, circles: Sequence[_Circle]) -> bool:
    """Whether no other large circle's centre is as near to a label."""
    own = box.to(circle.x, circle.y)
    return all(box.to(other.x, other.y) > own for other in circles[:_LABELS] if other is not circle)


def _positions(circle: _Circle, wide: float) -> Iterator[tuple[float, float]]:
    """Where a label may begin, the preferred position first, with its base line; at last in the circle."""
    x, y, radius = circle.x, circle.y, circle.radius
    across = radius * 0.7 + 2
    yield x + radius + 3, y + 4
    yield x - radius - 3 - wide, y + 4
    yield x - wide / 2, y - radius - 4
    yield x - wide / 2, y + radius + _SIZE + 1
    yield x + across, y - across
    yield x + across, y + across + _SIZE - 3
    yield x - across - wide, y - across
    yield x - across - wide, y + across + _SIZE - 3
    yield x - wide / 2, y + 4


def _legend(circles: Sequence[_Circle], y: float, caption: str, note: str) -> Iterator[str]:
    """Three sizes with their counts, the unit, and the note."""
    x = float(_MARGIN)
    for count in dict.fromkeys(_round(circles[0].spot.count / part) for part in (1, 4, 20)) if circles else ():
        radius = max(_LEAST, circles[0].radius * sqrt(count / circles[0].spot.count))
        x += radius
        yield _drawn(_Circle(x, y + 12, radius, Spot("", 0, 0, count)))
        label = f"{count:,}"
        yield _text(x + radius + 4, y + 16, label)
        x += radius + 4 + text_width(label) * _SIZE * 0.6 + 16
    yield _text(x, y + 16, caption)
    if note:
        yield _text(_WIDTH - _MARGIN, y + 16, note, "end")


def _round(count: float) -> int:
    """A number of one digit and zeros, at least 1."""
    power = 10 ** max(0, len(str(int(count))) - 1)
    return max(1, int(count // power * power))
