"""CSV for spreadsheets: UTF-8 with a byte order mark, which Excel needs, and no cell that runs as a formula."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

from archive.article import KEYS, Revision
from archive.jsonl import values
from wencang.desk import table
from wencang.desk.edition import Edition

ENDING, IS_STREAM = "csv", True
COLUMNS = (*KEYS, "fetched", "gone", "tags", "notes")


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    """Write one row per article; a list has one item per line, an image its address, a space and its caption."""
    table.write(out, COLUMNS, ([_cell(value) for value in values(revision).values()] for revision in revisions))


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return "\n".join(f"{item['url']} {item['caption']}" if isinstance(item, dict) else item for item in value)
        case _:
            return str(value)
