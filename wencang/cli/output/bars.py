"""A timeline on the terminal: a row for each period, a column of bars for each series."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from rich.cells import cell_len, chop_cells, set_cell_size

from archive.text.translation import gettext as _
from archive.text.translation import ngettext
from wencang.cli.output import is_watched, say, width
from wencang.cli.output.tables import print_line, print_rows
from wencang.desk.count.periods import UNDATED
from wencang.desk.count.timeline import Series, Timeline
from wencang.desk.draw.plot import MOST

_EIGHTHS = " ▏▎▍▌▋▊▉"
_GAP = "  "
_LEAST = 4  # columns of a bar


def print_timeline(timeline: Timeline, form: str, bars: bool = True) -> None:
    """The rows in a form, or for a reader as bars and totals; without `bars` the totals only."""
    if form:
        print_rows(timeline, form)
        return
    if bars and timeline.total:
        fitting = fitted(timeline, MOST, width()) if is_watched() else timeline.largest(MOST)
        for line in drawn(fitting, width()):
            print_line(line)
    for series in timeline.series:
        say(_total(timeline, series).format(name=timeline.name(series), count=series.total))
    if not timeline.series:
        say(_("nothing found"))


def _total(timeline: Timeline, series: Series) -> str:
    if timeline.stories:
        return ngettext("{name}: {count} story", "{name}: {count} stories", series.total)
    return ngettext("{name}: {count} article", "{name}: {count} articles", series.total)


def fitted(timeline: Timeline, most: int, width: int) -> Timeline:
    """The same with at most so many groups, and no more than fit the width."""
    smaller = map(timeline.largest, range(most, 1, -1))
    return next((each for each in smaller if _narrowest(each) <= width), timeline.largest(1))


def _narrowest(timeline: Timeline) -> int:
    periods = _periods(timeline)
    side = max((cell_len(_label(period)) for period in periods), default=0)
    return side + len(timeline.series) * (len(_GAP) + _digits(timeline, periods) + 1 + _LEAST)


def drawn(timeline: Timeline, width: int) -> Iterator[str]:
    """The lines, no wider than `width` where there is room for all series."""
    periods = _periods(timeline)
    labels = list(map(_label, periods))
    side = max(map(cell_len, labels), default=0)
    digits = _digits(timeline, periods)
    room = (width - side) // max(len(timeline.series), 1) - len(_GAP)
    longest = max(room - digits - 1, _LEAST)
    top = max((timeline.value(series, period) or 0 for series in timeline.series for period in periods), default=0)
    heads = (chop_cells(timeline.name(series), digits + 1 + longest) for series in timeline.series)
    for names in zip_longest(*heads, fillvalue=""):  # cut, two could look the same
        yield _line(side, "", [set_cell_size(name, digits + 1 + longest) for name in names])
    for label, period in zip(labels, periods, strict=True):
        bars = (_bar(timeline.value(series, period) or 0, top, longest) for series in timeline.series)
        numbers = (_number(timeline, series, period).rjust(digits) for series in timeline.series)
        yield _line(side, label, [f"{text} {bar.ljust(longest)}" for text, bar in zip(numbers, bars, strict=True)])


def _periods(timeline: Timeline) -> list[str]:
    return [*timeline.periods, *([UNDATED] if timeline.undated else [])]


def _label(period: str) -> str:
    return period or _("undated")


def _digits(timeline: Timeline, periods: list[str]) -> int:
    return max((len(_number(timeline, each, period)) for each in timeline.series for period in periods), default=0)


def _line(side: int, label: str, columns: list[str]) -> str:
    return _GAP.join([set_cell_size(label, side), *columns]).rstrip()


def _number(timeline: Timeline, series: Series, period: str) -> str:
    value = timeline.value(series, period) or 0
    return str(value) if timeline.of is None else f"{value:.2%}"


def _bar(value: float, top: float, longest: int) -> str:
    """As long as its share of the longest; a value above zero is always visible."""
    eighths = max(round(value / top * longest * 8), 1) if value else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
