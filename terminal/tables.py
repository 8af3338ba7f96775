"""Tables whose columns stand under each other, wide characters too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from gettext import gettext as _
from typing import Any

from terminal import answers, is_watched, print_json, shown, width


def print_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...] | str]) -> None:
    """A table whose columns stand under each other, wide characters too; a row that is a text is a line of its own.

    On a terminal the widest columns are cut so that a line fits.
    """
    from rich.cells import set_cell_size

    lines = [line if isinstance(line, str) else tuple(map(shown, line)) for line in (head, *rows)]
    widths = _widths([line for line in lines if isinstance(line, tuple)])
    for line in lines:
        if isinstance(line, str):
            print(shown(line))
        else:
            cells = (set_cell_size(cut(text, width), width) for text, width in zip(line, widths, strict=True))
            print_line("  ".join(cells).rstrip())


def _widths(lines: Sequence[tuple[str, ...]]) -> list[int]:
    """Of each column; numbers and days keep theirs as long as there is anything else to cut."""
    from rich.cells import cell_len

    columns = list(zip(*lines, strict=True))
    full = [max(map(cell_len, texts)) for texts in columns]
    room = width() - 2 * (len(columns) - 1)
    if not is_watched() or sum(full) <= room:
        return full
    least = [
        0 if any(map(str.isalpha, "".join(texts))) else max(map(cell_len, texts), default=0)
        for _head, *texts in columns
    ]
    for most in range(max(full), 0, -1):
        narrow = [max(low, min(high, most)) for low, high in zip(least, full, strict=True)]
        if sum(narrow) <= room:
            break
    narrow[-1] = max(narrow[-1], min(full[-1], narrow[-1] + room - sum(narrow)))
    return narrow


def cut(text: str, room: int) -> str:
    """The text, or its beginning with a sign that there is more."""
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= room else set_cell_size(text, room - 1) + "…"


def print_line(line: str) -> None:
    """A line that a terminal's is cut to; whole on a pipe."""
    print(cut(shown(line), width()) if is_watched() else shown(line))


def print_rows(head: tuple[str, ...], rows: Iterable[Sequence[Any]], form: str) -> None:
    """Rows as csv, tsv or json; a table for a reader where the form is ""."""
    if form == "json":
        for row in rows:
            print_json(dict(zip(head, row, strict=True)))
    elif form:
        from desk.table import write

        write(answers(), head, rows, "\t" if form == "tsv" else ",")
    else:
        table = [tuple("-" if value is None else str(value) for value in row) for row in rows]
        print_table(tuple(map(_, head)), table)


def print_ranked(
    head: tuple[str, ...], found: Mapping[str, Sequence[Sequence[Any]]], form: str, by_period: bool = False
) -> None:
    """Words with their scores and counts: of each period a column for a reader, else a row each."""
    from desk.periods import ranked, side_by_side

    if by_period and not form:
        print_table(("", *(period or _("undated") for period in found)), list(side_by_side(found)))
    else:
        skipped = 0 if by_period else 1
        print_rows(("period", "rank", *head)[skipped:], (row[skipped:] for row in ranked(found)), form)
