"""Tables for other programs: CSV as spreadsheets take it, or parted by tabs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import IO, Any

# Excel in Chinese takes full-width signs too; an apostrophe is doubled where one stood, so that all can be undone.
_FORMULA = re.compile(r"['\s]*[=+\-@＝＋－＠]|'*[\t\r\n]")


def write(out: IO[bytes], head: Sequence[str], rows: Iterable[Sequence[Any]], delimiter: str = ",") -> None:
    """UTF-8 with a byte order mark; no cell runs as a formula, and with tabs each row is one line."""
    text = TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    table = csv.writer(text, delimiter=delimiter)
    table.writerow(head)
    for row in rows:
        table.writerow([_cell(value, delimiter) for value in row])
    text.detach()


def _cell(value: Any, delimiter: str) -> Any:
    if not isinstance(value, str):
        return value
    return defused(" ".join(value.split()) if delimiter == "\t" else value)


def defused(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would compute it."""
    return f"'{text}" if _FORMULA.match(text) else text
