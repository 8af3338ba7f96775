"""Tables with aligned columns, fitted to the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from wencang.cli.output import answers, is_watched, width

if TYPE_CHECKING:
    from wencang.desk.count.ranking import Ranking
    from wencang.desk.table import Table

_SCALE = "〇零一二两三四五六七八九十百千万亿"
_NUMBER = rf"[-−+<>~≈≤≥¥￥$€£]*(?:[A-Z]{{1,3}}\$)?\s?[\d{_SCALE}][\d{_SCALE}.,:．，：点余多%％‰+Z/\s–—～~至到-]*"
# An id, a number or a time, with a unit of a few characters: wrong or useless without its end.
_UNCUT = re.compile(rf"(?:[\w.]+-[0-9a-f]+|(?:{_NUMBER})?[%％‰℃]?[\u4e00-\u9fffA-Z]{{0,4}})")
_NUMBERS = re.compile(rf"(?:百分之)?{_NUMBER}")
_HEAD, _TEXT = 4, 6  # cells that a column's head and a text keep at least
_INDENT = 4  # of columns that continue a row on another line


class Uncut(str):
    """A cell that is never cut."""

    __slots__ = ()


Columns = Sequence[tuple[str, ...]]  # each with its head


def print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...] | str]) -> None:
    """Print rows under a head; a row that is a single text is a line of its own.

    On a terminal texts are cut so that each line fits; where that is not enough, the last columns
    continue on further lines. On a pipe nothing is cut.
    """
    from rich.cells import set_cell_size

    lines = [printable(row) if isinstance(row, str) else tuple(map(_shown, row)) for row in (head, *rows)]
    columns = list(zip(*(line for line in lines if isinstance(line, tuple)), strict=True))
    parts = list(_parts(columns, width())) if is_watched() else [(slice(None), list(map(_cells, columns)), 2)]
    for line in lines:
        if isinstance(line, str):
            print(line)
            continue
        for part, widths, gap in parts:
            cells = (set_cell_size(cut(text, width), width) for text, width in zip(line[part], widths, strict=True))
            text = (" " * gap).join(cells).rstrip()
            if text or not part.start:
                print_line(" " * (_INDENT if part.start else 0) + text)


def _shown(text: str) -> str:
    """A cell's text as printed: blanks at the end of a line are not, so they must not count as its width."""
    return type(text)(printable(text).rstrip())


def _parts(columns: Columns, room: int) -> Iterator[tuple[slice, list[int], int]]:
    """The columns that share a line, the width of each, and the number of blanks between them."""
    least = list(map(_least, columns))
    start = 0
    while start < len(columns):
        end = start + 1
        while end < len(columns) and sum(least[start : end + 1]) + end - start <= room:
            end += 1
        group = columns[start:end]
        gap = 2 if sum(least[start:end]) + 2 * (len(group) - 1) <= room else 1
        yield slice(start, end), _fitted(group, least[start:end], room - gap * (len(group) - 1)), gap
        room, start = room - (0 if start else _INDENT), end


def _least(column: tuple[str, ...]) -> int:
    """The smallest width of a column."""
    head, *texts = column
    whole = tuple(text for text in texts if isinstance(text, Uncut) or _UNCUT.fullmatch(text))
    least = min(_cells((head,)), _HEAD) if len(whole) == len(texts) else min(_cells(column), _TEXT)
    return max(_cells(whole), least)


def _fitted(columns: Columns, least: list[int], room: int) -> list[int]:
    """The width of each column in so much room; the widest are cut first, none below its `least`."""
    full = list(map(_cells, columns))
    widths = full
    for limit in range(max(full), 0, -1):
        widths = [max(low, min(high, limit)) for low, high in zip(least, full, strict=True)]
        if sum(widths) <= room:
            break
    widths[-1] = max(widths[-1], min(full[-1], widths[-1] + room - sum(widths)))
    return widths


def _cells(texts: tuple[str, ...]) -> int:
    """The width of the widest text."""
    from rich.cells import cell_len

    return max(map(cell_len, texts), default=0)


def cut(text: str, room: int) -> str:
    """The text, or its beginning and an ellipsis where it is wider than `room` cells; a number is never cut in two."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= room:
        return text
    beginning = set_cell_size(text, room - 1)
    end = len(beginning.rstrip()) if text.startswith(beginning.rstrip()) else len(beginning) - 1
    numbers = (match.span() for match in _NUMBERS.finditer(text) if len(match[0].strip()) > 1)
    end = next((start for start, stop in numbers if start < end <= start + len(text[start:stop].rstrip())), end)
    return text[:end].rstrip() + "…"


def print_line(line: str) -> None:
    """Print a line, cut to the width of a terminal."""
    print(cut(printable(line), width()) if is_watched() else printable(line))


def print_rows(table: Table, form: str) -> None:
    """A table as csv, tsv or json; for a reader with aligned columns where the form is ""."""
    if form:
        table.write(answers(), form)
    else:
        print_table(tuple(map(_, table.columns)), [tuple(map(_told, row)) for row in table.rows()])


def _told(value: object) -> str:
    """A value for a reader; a time to the minute, with Z in UTC, else in Asia/Shanghai."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" + ("" if value.utcoffset() else "Z")
    return "-" if value is None else str(value)


def print_ranked(ranking: Ranking[Any], form: str) -> None:
    """Words with their scores and counts; for a reader a column for each period where there are several lists."""
    if ranking.by and not form:
        print_table(("", *(period or _("undated") for period in ranking.words)), list(ranking.side_by_side()))
    else:
        print_rows(ranking, form)
