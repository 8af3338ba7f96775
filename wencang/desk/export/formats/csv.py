"""CSV for spreadsheets: UTF-8 with a byte order mark, which Excel needs, and no cell that runs as a formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

from archive.article import Revision
from archive.rows import CELL, COLUMNS, cells, fits_cell
from archive.text.messages import Message
from wencang.desk import table
from wencang.desk.edition import Edition

ENDING, IS_STREAM = "csv", True
_NAMED = 5  # articles that a notice names


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    """Write one row per article; a list has one item per line, an image its address, a space and its caption.

    Says which articles have a text that Excel would break into several rows.
    """
    long: list[str] = []

    def rows() -> Iterator[list[str]]:
        for revision in revisions:
            row = list(cells(revision).values())
            if not all(map(fits_cell, row)):
                long.append(revision.article.id)
            yield row

    table.write(out, COLUMNS, rows())
    if long:
        ids = " ".join([*long[:_NAMED], *(["..."] if len(long) > _NAMED else [])])
        edition.say(Message("long-cells", {"count": len(long), "ids": ids, "most": CELL}))
