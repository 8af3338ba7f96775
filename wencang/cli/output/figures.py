"""Prints figures and names for a reader, in tables of so many rows."""

from __future__ import annotations

from itertools import islice

from archive.text.translation import gettext as _
from indexer.figures.find import Mention
from wencang.cli.output import is_watched
from wencang.cli.output.tables import print_table
from wencang.desk.count.figures import Figures, record

_ROWS = 500  # of one table: its columns are as wide as their widest cells
_CONTEXT = 12  # characters on either side that a terminal shows


def print_figures(figures: Figures) -> None:
    head = (_("value"), _("unit"), _("as printed"), _("article"), _("published"), _("title"), _("sentence"))
    rest = iter(figures.figures)
    while page := list(islice(rest, _ROWS)):
        print_table(head, list(map(_row, page)))


def _row(mention: Mention) -> tuple[str, ...]:
    values, figure, body = record(mention), mention.figure, mention.article.body
    value = " ".join(filter(None, (values["bound"], "..".join(filter(None, (values["value"], values["to"]))))))
    context = body[max(0, figure.start - _CONTEXT) : figure.end + _CONTEXT] if is_watched() else mention.sentence
    return (
        value, values["unit"], figure.text, values["id"], values["published"][:10] or "-", values["title"],
        " ".join(context.split()),
    )  # fmt: skip
