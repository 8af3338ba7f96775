"""An Excel workbook with an article a row: real dates in Asia/Shanghai, links, every text whole. Needs XlsxWriter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

from archive.article import Revision
from archive.rows import COLUMNS, cells
from wencang.desk import sheets
from wencang.desk.edition import Edition

ENDING, IS_STREAM = "xlsx", False


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    """Write the cells of CSV, times as dates of Excel; `wencang import` reads it."""
    sheets.write(out, COLUMNS, map(_row, revisions))


def _row(revision: Revision) -> list[Any]:
    article = revision.article
    values: dict[str, Any] = {
        "published": article.issued, "restored": article.restored, "fetched": revision.fetched,
        "gone": revision.gone_since,
    }  # fmt: skip
    return list((cells(revision) | values).values())
