"""A timeline as lines of a terminal: a row a period, a column of bars a series."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _

from rich.cells import cell_len, set_cell_size

from wencang.desk.count.timeline import UNDATED, Series, Timeline, largest

_EIGHTHS = " ▏▎▍▌▋▊▉"
_GAP = "  "
_LEAST = 4  # columns of a bar


def fitted(told: Timeline, most: int, width: int) -> Timeline:
    """The same with no more groups than so many, and than there is room for."""
    fitting = (few for number in range(most, 1, -1) if _narrowest(few := largest(told, number)) <= width)
    return next(fitting, largest(told, 1))


def _narrowest(told: Timeline) -> int:
    periods = _periods(told)
    side = max((cell_len(_label(period)) for period in periods), default=0)
    return side + len(told.series) * (len(_GAP) + _digits(told, periods) + 1 + _LEAST)


def drawn(told: Timeline, width: int) -> Iterator[str]:
    """The lines, no wider than `width` where there is room for all series."""
    periods = _periods(told)
    labels = list(map(_label, periods))
    side = max(map(cell_len, labels), default=0)
    digits = _digits(told, periods)
    room = (width - side) // max(len(told.series), 1) - len(_GAP)
    longest = max(room - digits - 1, _LEAST)
    top = max((_value(told, one, period) for one in told.series for period in periods), default=0)
    yield _line(side, "", [set_cell_size(told.name(one), digits + 1 + longest) for one in told.series])
    for label, period in zip(labels, periods, strict=True):
        bars = (_bar(_value(told, one, period), top, longest) for one in told.series)
        texts = (_number(told, one, period).rjust(digits) for one in told.series)
        yield _line(side, label, [f"{text} {bar.ljust(longest)}" for text, bar in zip(texts, bars, strict=True)])


def _periods(told: Timeline) -> list[str]:
    return [*told.periods, *([UNDATED] if told.undated else [])]


def _label(period: str) -> str:
    return period or _("undated")


def _digits(told: Timeline, periods: list[str]) -> int:
    return max((len(_number(told, one, period)) for one in told.series for period in periods), default=0)


def _line(side: int, label: str, columns: list[str]) -> str:
    return _GAP.join([set_cell_size(label, side), *columns]).rstrip()


def _value(told: Timeline, one: Series, period: str) -> float:
    return one.counts.get(period, 0) if told.of is None else told.share(one, period) or 0.0


def _number(told: Timeline, one: Series, period: str) -> str:
    return str(one.counts.get(period, 0)) if told.of is None else f"{_value(told, one, period):.2%}"


def _bar(value: float, top: float, longest: int) -> str:
    """As long as its share of the longest; what is more than nothing is seen."""
    eighths = max(round(value / top * longest * 8), 1) if value else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
