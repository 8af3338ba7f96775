"""Prints figures and names for a reader, in tables of so many rows."""

from __future__ import annotations

import re

from archive.batches import batches
from archive.text.translation import gettext as _
from indexer.figures.figure import Name
from indexer.figures.find import Mention
from wencang.cli.output import is_watched
from wencang.cli.output.tables import Uncut, print_table
from wencang.desk.count.figures import Figures, record

_ROWS = 500  # of one table: its columns are as wide as their widest cells
_IN_NUMBER = re.compile(r"[\d.,．，万亿千百十%％]{2}")
_CONTEXT = 12  # characters on either side that a terminal shows


def print_figures(figures: Figures, stories: bool = False) -> None:
    """With `stories` each row begins with the number of articles that report it."""
    head = (_("value"), _("unit"), _("as printed"), _("article"), _("published"), _("title"), _("sentence"))
    for page in batches(figures.figures, _ROWS):
        rows = list(map(_row, page))
        if stories:
            print_table((_("reports"), *head), [(str(m.reports), *row) for m, row in zip(page, rows, strict=True)])
        else:
            print_table(head, rows)


def _row(mention: Mention) -> tuple[str, ...]:
    values, figure, body = record(mention), mention.figure, mention.article.body
    value = " ".join(filter(None, (values["bound"], "..".join(filter(None, (values["value"], values["to"]))))))
    context = body[_beginning(body, figure.start) : _end(body, figure.end)] if is_watched() else mention.sentence
    cell = str if isinstance(figure.value, Name) else Uncut
    return (
        *map(cell, (value, values["unit"], figure.text)), values["id"], values["published"][:10] or "-",
        values["title"], " ".join(context.split()),
    )  # fmt: skip


def _beginning(body: str, figure: int) -> int:
    """Where the text before a figure begins: not in the middle of a number."""
    start = max(0, figure - _CONTEXT)
    while 0 < start < figure and _IN_NUMBER.fullmatch(body, start - 1, start + 1):
        start += 1
    return start


def _end(body: str, figure: int) -> int:
    end = min(len(body), figure + _CONTEXT)
    while figure < end < len(body) and _IN_NUMBER.fullmatch(body, end - 1, end + 1):
        end -= 1
    return end
