"""A table for spreadsheets: UTF-8 with a byte order mark, as Excel wants it, and nothing that runs as a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from io import TextIOWrapper
from typing import IO, Any

from archive.article import KEYS, Revision
from archive.jsonl import values
from desk.edition import Edition

ENDING, IS_STREAM = "csv", True
COLUMNS = (*KEYS, "fetched", "gone")
# Excel in Chinese takes full-width signs too; an apostrophe is doubled where one stood, so that all can be undone.
_FORMULA = re.compile(r"['\s]*[=+\-@＝＋－＠]|'*[\t\r\n]")


def write(revisions: Iterable[Revision], out: IO[bytes], edition: Edition) -> None:
    """Lists are a value a line: `authors` the names, `images` address, blank, caption."""
    text = TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for revision in revisions:
        rows.writerow([_cell(value) for value in values(revision).values()])
    text.detach()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return _defused("\n".join(f"{i['url']} {i['caption']}" if isinstance(i, dict) else i for i in value))
        case _:
            return _defused(value)


def _defused(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would compute it."""
    return f"'{text}" if _FORMULA.match(text) else text
