"""Draws counts over time as SVG for a paper, always the same bytes: bars of one series, lines of several."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from math import floor, log10
from unicodedata import category, east_asian_width

from archive.text.escaping import xml

FONTS = (
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', "
    "'WenQuanYi Micro Hei', 'WenQuanYi Zen Hei', 'Droid Sans Fallback', SimHei, sans-serif"
)
MOST = 8  # series that a reader can tell apart
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#888888")  # Okabe and Ito
_DASHES = ("", "7 3", "2 3", "9 3 2 3")  # for prints without colour
LINES = len(_COLOURS) * len(_DASHES)  # all different
_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 684, 28, 352
_SIZE = 13  # of letters
_LABELS = 10  # maximum below the axis
_LETTER = _SIZE * 0.6  # width of a digit in the widest of the fonts
_NAMES = 80, 22  # half widths of a name in the legend: of few series, of many
_DIRECT = 24  # half widths of a name beside the end of its line
_SYMBOLS = (  # filled or crossed, around a point
    "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z", "m-3.2-3.2h6.4v6.4h-6.4z", "m0-4.4l4.2 7.2h-8.4z",
    "m0-4.8l4.4 4.8l-4.4 4.8l-4.4-4.8z", "m0 4.4l4.2-7.2h-8.4z", "m-3.6-3.6l7.2 7.2m0-7.2l-7.2 7.2",
    "m-4.4 0h8.8m-4.4-4.4v8.8", "m-4 0l2-3.5h4l2 3.5l-2 3.5h-4z",
)  # fmt: skip
_SYMBOLS_ON_A_LINE = 48
_HATCH = (
    '<defs><pattern id="plot-gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="hatch" width="1.6" height="6" fill="#888"/></pattern></defs>'
)
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 60000)


@dataclass(frozen=True, slots=True)
class Line:
    """A series under its name: a value for each period, None where there is nothing to draw.

    `links` are the addresses that values lead to, "" for none, where the picture is part of a page.
    """

    name: str
    values: tuple[float | None, ...]
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the time axis that is hatched, in periods from the first one on: 2.0 to 2.5 is half of the third."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: series over the same periods.

    `caption` names the unit of the vertical axis, whose values are counts, or with `percent` shares
    from 0 to 1. `ordinals` number the periods; those divisible by a step are labelled.
    """

    caption: str
    periods: tuple[str, ...]
    ordinals: tuple[int, ...]
    lines: tuple[Line, ...]
    percent: bool = False
    footnote: str = ""
    gaps: tuple[Gap, ...] = ()


def svg(chart: Chart) -> str:
    """A picture of 720 by 400 pixels; every text is escaped. Classes let the style sheet of a page change its colours.

    Up to eight lines are named at their ends, more of them in a legend.
    """
    is_direct = 1 < len(chart.lines) <= MOST
    legend = list(_legend(chart, 0 if is_direct else len(chart.lines)))
    rise = _TOP + legend[-1][1] * (_SIZE + 7)
    top, step = _scale(max((value or 0 for line in chart.lines for value in line.values), default=0))
    if not chart.percent and step < 1:
        top, step = max(top, 1.0), 1.0
    names = [_short(line.name, _DIRECT) for line in chart.lines] if is_direct else []
    place = _Place(len(chart.periods), rise, top, max(map(text_width, names), default=0))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="{FONTS}" font-size="{_SIZE}">',
        f'<rect class="paper" width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>', *_hatched(chart, place),
        *(text for text, _row in legend), *_across(chart, place, step), *_below(chart, place), *_drawn(chart, place),
        *(_named(chart, place, names) if names else ()),
    ]  # fmt: skip
    return "\n".join([*parts, "</svg>\n"])


class _Place:
    """Maps periods and values to coordinates."""

    def __init__(self, periods: int, rise: float, top: float, names: int = 0) -> None:
        """`names` is the width, in half widths, that names need beside the ends of lines."""
        self.rise, self.top = rise, top
        self.right = _WIDTH - 22 - names * _SIZE * 0.56 if names else _RIGHT
        self.wide = (self.right - _LEFT) / max(periods, 1)

    def x(self, at: float) -> float:
        return _LEFT + (at + 0.5) * self.wide

    def y(self, value: float) -> float:
        return _BOTTOM - value / self.top * (_BOTTOM - self.rise)


def _scale(most: float) -> tuple[float, float]:
    """The top of an axis and the step between its marks: 1, 2 or 5 times a power of ten."""
    if not most:
        return 1.0, 1.0
    power = 10.0 ** floor(log10(most / 5))
    step = next(power * size for size in (1, 2, 5, 10) if most <= power * size * 5)
    top = step
    while top < most * (1 - 1e-9):
        top += step
    return top, step


def _hatched(chart: Chart, place: _Place) -> Iterator[str]:
    """The known gaps, each at least two pixels wide."""
    if chart.gaps:
        yield _HATCH
    for gap in chart.gaps:
        x, wide = _LEFT + gap.start * place.wide, max((gap.end - gap.start) * place.wide, 2)
        area = f'x="{x:.1f}" y="{place.rise:.1f}" width="{wide:.1f}" height="{_BOTTOM - place.rise:.1f}"'
        yield f'<rect class="gap" {area} fill="url(#plot-gap)"><title>{xml(gap.text)}</title></rect>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{xml(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" {stroke}/>'


def _stroke(at: int) -> str:
    """Colour and dash advance together; once the colours are used up, the dashes are shifted by one."""
    turn, colour = divmod(at, len(_COLOURS))
    dash = _DASHES[(colour + turn) % len(_DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'class="line s{colour}" fill="none" stroke="{_COLOURS[colour]}" stroke-width="1.8"{dashed}'


def _symbol(at: int, x: float, y: float) -> str:
    """The mark of a line at a point."""
    colour = at % len(_COLOURS)
    attributes = f'class="symbol s{colour}" fill="{_COLOURS[colour]}" stroke="{_COLOURS[colour]}" stroke-width="1.4"'
    return f'<path d="M{x:.1f} {y:.1f}{_SYMBOLS[at % len(_SYMBOLS)]}" {attributes}/>'


def _legend(chart: Chart, named: int) -> Iterator[tuple[str, int]]:
    """The caption, and the names of so many series beside their lines; each with the number of rows so far."""
    yield _text(_LEFT, _TOP - 8, chart.caption), 1
    x, row = float(_LEFT), 1
    for at, line in enumerate(chart.lines[:named]):
        name = _short(line.name, _NAMES[len(chart.lines) > MOST])
        room = 34 + (text_width(name) + 2) * _SIZE * 0.55
        if x > _LEFT and x + room > _RIGHT:
            x, row = _LEFT, row + 1
        y = _TOP + row * (_SIZE + 7) - 10
        yield _line(x, y - 4, x + 28, y - 4, _stroke(at)) + _text(x + 34, y, name), row
        x += room


def _short(text: str, room: int) -> str:
    widths = list(accumulate(map(_half_widths, text)))
    return text if not text or widths[-1] <= room else text[: bisect(widths, room - 1)] + "…"


def text_width(text: str) -> int:
    """In half widths of a Chinese character."""
    return sum(map(_half_widths, text))


def _half_widths(sign: str) -> int:
    """The width of a character as drawn: two for a Chinese one, none for a combining accent."""
    if category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(sign) in "WF" else 1


def _across(chart: Chart, place: _Place, step: float) -> Iterator[str]:
    """The marks of the vertical axis, and the grid lines."""
    digits = max(0, -floor(log10(step)) - 2)
    for number in range(round(place.top / step) + 1):
        y = place.y(number * step)
        yield _line(_LEFT, y, place.right, y, 'class="grid" stroke="#ddd"' if number else 'class="axis" stroke="#000"')
        label = f"{number * step:.{digits}%}" if chart.percent else f"{number * step:.0f}"
        yield _text(_LEFT - 6, y + 4, label, "end")


def _below(chart: Chart, place: _Place) -> Iterator[str]:
    """The marks of the time axis, and the footnote."""
    half = max(map(text_width, chart.periods), default=0) * _LETTER / 2
    least = max(len(chart.ordinals) / _LABELS, (2 * half + _SIZE) / place.wide)
    step = next((size for size in _STEPS if size >= least), _STEPS[-1])
    for at, (period, ordinal) in enumerate(zip(chart.periods, chart.ordinals, strict=True)):
        if ordinal % step == 0:
            yield _line(place.x(at), _BOTTOM, place.x(at), _BOTTOM + 5, 'class="axis" stroke="#000"')
            yield _text(min(place.x(at), _WIDTH - half), _BOTTOM + 20, period, "middle")
    if chart.footnote:
        yield _text(_RIGHT, _HEIGHT - 8, chart.footnote, "end")


def _drawn(chart: Chart, place: _Place) -> Iterator[str]:
    if len(chart.lines) == 1:
        yield from _bars(chart.lines[0], place)
        return
    for at, line in enumerate(chart.lines):
        yield f'<path d="{_path(line, place)}" {_stroke(at)} stroke-linecap="round" stroke-linejoin="round"/>'
    if len(chart.lines) <= MOST:
        for at, line in enumerate(chart.lines):
            yield from _points(chart, place, at, line)


def _points(chart: Chart, place: _Place, at: int, line: Line) -> Iterator[str]:
    """The marks on a line where it is above zero; lines take turns. A value with a link has a place to click."""
    step = len(line.values) // _SYMBOLS_ON_A_LINE + 1
    for number, value in enumerate(line.values):
        if value is None:
            continue
        x, y = place.x(number), place.y(value)
        symbol = _symbol(at, x, y) if value and (number - at) % step == 0 else ""
        if line.links and line.links[number]:
            label = xml(f"{line.name}, {chart.periods[number]}: {_value(chart, value)}")
            yield (
                f'<a href="{xml(line.links[number])}" rel="nofollow" aria-label="{label}"><title>{label}</title>'
                f'<circle class="room" cx="{x:.1f}" cy="{y:.1f}" r="8" fill="#fff" fill-opacity="0"/>{symbol}</a>'
            )
        elif symbol:
            yield symbol


def _value(chart: Chart, value: float) -> str:
    return f"{value:.2%}" if chart.percent else f"{value:.0f}"


def _named(chart: Chart, place: _Place, names: Sequence[str]) -> Iterator[str]:
    """The name of each line at the height of its last value, pushed apart where two would touch."""
    last = [next((value for value in reversed(line.values) if value is not None), 0.0) for line in chart.lines]
    order, row = sorted(range(len(names)), key=lambda at: -last[at]), _SIZE + 3
    lowest = [_BOTTOM - (len(order) - 1 - place) * row for place in range(len(order))]
    y, heights = place.rise - row, {}
    for at, most in zip(order, lowest, strict=True):
        heights[at] = y = min(max(place.y(last[at]), y + row), most)
    for at, name in enumerate(names):
        yield _symbol(at, place.right + 7, heights[at]) + _text(place.right + 15, heights[at] + 4.5, name)


def _bars(line: Line, place: _Place) -> Iterator[str]:
    wide = max(place.wide * 0.8, 0.5)
    for at, value in enumerate(line.values):
        if value:
            x, y = place.x(at) - wide / 2, place.y(value)
            yield f'<path d="M{x:.1f} {_BOTTOM}V{y:.1f}h{wide:.2f}V{_BOTTOM}Z" class="bar" fill="{_COLOURS[0]}"/>'


def _path(line: Line, place: _Place) -> str:
    """A line through the values; it breaks where there is none."""
    path = ""
    for is_known, run in groupby(enumerate(line.values), lambda pair: pair[1] is not None):
        points = [f"{place.x(at):.1f} {place.y(value or 0):.1f}" for at, value in run]
        if is_known:
            path += f"M{'L'.join(points)}" + ("h.1" if len(points) == 1 else "")
    return path
