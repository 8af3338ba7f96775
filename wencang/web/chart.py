"""Bars over time as values: a template draws them as SVG whose bars are links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wencang.desk.count.periods import By, between

WIDTH, HEIGHT = 720, 120  # units of the drawing
_WIDEST = 44  # a bar where there are few
_MANY = 48  # months; more are drawn as years


@dataclass(frozen=True, slots=True)
class Bar:
    """One period: its value as drawn and as text, and the address that it leads to ("" for none)."""

    period: str
    count: int
    text: str
    link: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of one series. `largest` is the text of the highest value that the scale is made for."""

    name: str
    bars: tuple[Bar, ...]
    largest: str
    total: int


def chart(
    counts: Mapping[str, int], periods: tuple[str, ...], link: Callable[[str], str], *, name: str = "",
    values: Mapping[str, float | None] | None = None, highest: float = 0,
) -> Chart:  # fmt: skip
    """A bar for each period, as high as its count, or as its share where `values` has that."""
    drawn = {period: (values.get(period) if values else counts.get(period, 0)) or 0 for period in periods}
    top = highest or max(drawn.values(), default=0) or 1
    step = WIDTH / (len(periods) or 1)

    def text(value: float, count: int) -> str:
        return f"{value:.2%}" if values else f"{count:,}"

    bars = []
    for place, (period, value) in enumerate(drawn.items()):
        count = counts.get(period, 0)
        height = max(round(value / top * HEIGHT, 1), 1.5) if value else 0
        width = round(max(min(step - min(2, step * 0.2), _WIDEST), 0.5), 2)
        x = round(place * step + (step - width) / 2, 2)
        bars.append(
            Bar(period, count, text(value, count), link(period) if count else "", x, HEIGHT - height, width, height)
        )
    return Chart(name, tuple(bars), text(top, int(top)), sum(counts.values()))


def periods_of(facets: Mapping[str, Mapping[str, int]]) -> tuple[By, tuple[str, ...]]:
    """Months, or years where there are many months, from the first to the last that has articles."""
    months = every_period(facets.get("month", {}), "month")
    return ("month", months) if len(months) <= _MANY else ("year", every_period(facets["year"], "year"))


def every_period(counts: Mapping[str, int], by: By) -> tuple[str, ...]:
    """All periods from the first that has articles to the last."""
    dated = sorted(filter(None, counts))
    return tuple(between(dated[0], dated[-1], by)) if dated else ()
