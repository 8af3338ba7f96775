"""Bars over time as values: a template draws them as SVG whose bars are links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from wencang.desk.count.periods import By, between, period_of
from wencang.web.drawing.background import Mark, Marks

WIDTH, HEIGHT = 720, 120  # units of the drawing
_WIDEST = 44  # a bar where there are few
_NARROWEST = 2  # hatching
_MANY = 48  # months; more are drawn as years


@dataclass(frozen=True, slots=True)
class Bar:
    """One period: its value as text, the address that it leads to ("" for none), and what is drawn, as SVG paths.

    `note` says what is known to be missing of the period, `label` all of this for a screen reader.
    `shape` is the bar, `room` the column in which it stands, `gaps` the hatched parts of that.
    """

    period: str
    count: int
    text: str
    link: str
    note: str
    label: str
    shape: str
    room: str
    gaps: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of one series. `largest` is the text of the highest value that the scale is made for."""

    name: str
    bars: tuple[Bar, ...]
    largest: str
    total: int
    is_share: bool = False

    @property
    def noted(self) -> list[tuple[str, str]]:
        """The periods of which something is known to be missing, and what."""
        return [(bar.period, bar.note) for bar in self.bars if bar.note]


def chart(
    counts: Mapping[str, int], periods: tuple[str, ...], link: Callable[[str], str], marks: Marks, *, name: str = "",
    of: Mapping[str, int] | None = None, highest: float = 0,
) -> Chart:  # fmt: skip
    """A bar for each period, as high as its count, or as its share of the articles that `of` counts."""
    drawn = {period: _value(counts.get(period, 0), period, of) for period in periods}
    top = highest or max(drawn.values(), default=0) or 1
    step = WIDTH / (len(periods) or 1)

    def bar(place: int, period: str, value: float) -> Bar:
        count = counts.get(period, 0)
        height = max(value / top * HEIGHT, 1.5) if value else 0
        width = max(min(step - min(2, step * 0.2), _WIDEST), 0.5)
        x = place * step + (step - width) / 2
        text = f"{count:,}" if of is None else f"{value:.2%} ({count:,})"
        mark = marks.get(period)
        note = mark.text if mark else ""
        return Bar(
            period, count, text, link(period) if count else "", note,
            f"{period}{f' ({note})' if note else ''}: {text}", _box(x, width, height), _box(x, width, HEIGHT),
            _hatched(mark, place * step, step) if mark else "",
        )  # fmt: skip

    bars = tuple(bar(place, period, value) for place, (period, value) in enumerate(drawn.items()))
    return Chart(name, bars, f"{top:,.0f}" if of is None else f"{top:.2%}", sum(counts.values()), of is not None)


def _value(count: int, period: str, of: Mapping[str, int] | None) -> float:
    if of is None:
        return count
    return min(count / of[period], 1.0) if of.get(period) else 0


def _box(x: float, width: float, height: float) -> str:
    return f"M{x:.2f} {HEIGHT}v-{height:.1f}h{width:.2f}v{height:.1f}z"


def _hatched(mark: Mark, x: float, step: float) -> str:
    parts = ((x + first * step, max((last - first) * step, _NARROWEST)) for first, last in mark.parts)
    return "".join(_box(x, width, HEIGHT) for x, width in parts)


def periods_of(facets: Mapping[str, Mapping[str, int]]) -> tuple[By, tuple[str, ...]]:
    """Months, or years where there are many months, from the first to the last that has articles."""
    months = every_period(facets.get("month", {}), "month")
    return ("month", months) if len(months) <= _MANY else ("year", every_period(facets["year"], "year"))


def every_period(counts: Mapping[str, int], by: By) -> tuple[str, ...]:
    """All periods from the first that has articles to the last."""
    dated = sorted(filter(None, counts))
    return _between(dated[0], dated[-1], by) if dated else ()


@lru_cache(256)
def _between(first: str, last: str, by: By) -> tuple[str, ...]:
    return tuple(between(first, last, by))


def by_period(months: Mapping[str, int], by: By) -> dict[str, int]:
    """Counts of months as counts of months or years."""
    counts: dict[str, int] = {}
    for month, count in months.items():
        period = period_of(month, by)
        counts[period] = counts.get(period, 0) + count
    return counts
