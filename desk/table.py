"""Tables for other programs: CSV as spreadsheets take it, or parted by tabs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import IO, Any

from desk.formats.csv import _defused as defused


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
