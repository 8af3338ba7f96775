"""Prints a concordance: aligned on a terminal, as a page, or as rows."""

from __future__ import annotations

from dataclasses import replace

from wencang.cli.output import answers
from wencang.cli.output.marks import print_concordance
from wencang.cli.output.tables import print_rows
from wencang.desk.count.concordance import Concordance, page
from wencang.desk.stream import counted


def print_lines(concordance: Concordance, form: str) -> int:
    """Print the lines, one at a time; returns their number."""
    printed = 0

    def note(number: int) -> None:
        nonlocal printed
        printed = number

    lines = counted(concordance.lines, note)
    if form == "html":
        for part in page(lines, concordance.query.text):
            answers().write(part.encode())
    elif form:
        print_rows(replace(concordance, lines=lines), form)
    else:
        print_concordance(lines, concordance.window)
    return printed
