"""Texts with highlighted passages: by colour, or by brackets where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from archive.text.escaping import printable
from archive.text.translation import gettext as _
from wencang.cli.output import has_colour, is_watched, width
from wencang.cli.output.tables import cut

if TYPE_CHECKING:
    from indexer.diff import Part
    from wencang.desk.count.concordance import Line

_COLOURS = {  # for each kind of part its ANSI code, and its brackets where there is no colour
    "same": ("", "{}"), "removed": ("31;9", "[-{}-]"), "added": ("32", "{{+{}+}}"),
    "moved": ("36", "{{~{}~}}"), "left": ("36", "[~]"), "node": ("1", "{}"),
}  # fmt: skip


def print_parts(parts: Sequence[Part]) -> None:
    """The lines of a text in which something changed: coloured, or marked [-removed-], {+added+} and {~moved~}."""
    from indexer.diff import lines

    draw = _coloured if has_colour() else _bracketed
    for changed, group in groupby(lines(parts), lambda line: any(part.kind != "same" for part in line)):
        if not changed:
            print("…")
        for line in group if changed else ():
            print("".join(draw(part.kind, printable(part.text)) for part in line))


def print_concordance(lines: Iterable[Line], window: int) -> None:
    """A line a place, the nodes under each other; on a terminal as wide as that is."""
    from rich.cells import cell_len

    for line in lines:
        day = str(line.published or _("undated")).ljust(10)
        room = 2 * window
        if is_watched():
            room = min(room, max(10, (width() - cell_len(f"{day}{line.node}{line.id}") - 8) // 2))
        left, node, right = map(printable, aligned(line, room))
        start, whole = len(f"{day}  {left}  "), "  ".join((day, left, node, right, printable(line.id)))
        told = cut(whole, width()) if is_watched() else whole
        end = start + len(node)
        print(told[:start] + (_coloured("node", told[start:end]) if has_colour() else told[start:end]) + told[end:])


def aligned(line: Line, room: int) -> tuple[str, str, str]:
    """Left, node and right on one line of a terminal, each side `room` cells wide and cut to it."""
    from rich.cells import cell_len, set_cell_size, split_text

    from wencang.desk.count.concordance import on_one_line

    left, node, right = (on_one_line(text) for text in (line.left, line.node, line.right))
    excess = cell_len(left) - room
    left = split_text(left, excess)[1] if excess > 0 else " " * -excess + left
    return left, node, set_cell_size(right, room)


def _coloured(kind: str, text: str) -> str:
    code, text = _COLOURS[kind][0], "↷" if kind == "left" else text
    return f"\x1b[{code}m{text}\x1b[0m" if code else text


def _bracketed(kind: str, text: str) -> str:
    return _COLOURS[kind][1].format(text)
