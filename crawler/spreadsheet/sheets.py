"""The rows of CSV files and Excel workbooks, a cell as text: dates in ISO 8601, in Asia/Shanghai."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from gzip import GzipFile
from io import TextIOWrapper
from itertools import islice
from typing import IO, Any

from archive.article import SHANGHAI
from archive.errors import BadRecord, UsageFault
from archive.jsonl import LONGEST
from archive.rows import undone
from archive.text.messages import Reason
from archive.text.translation import gettext as _
from crawler.extract.encoding import decode

_SAMPLE = 1 << 20  # bytes of a file that decide its encoding
_HEAD = 1 << 16  # characters of it that decide what separates its cells
_SEPARATORS = (",", ";", "\t", "|")
_NAMED_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)  # a first line that Excel understands
HEADS = 10  # rows among which the head is
_MOST = 4 << 30  # bytes of an unpacked workbook
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")  # a character that XML does not allow, in Excel's files


@dataclass(frozen=True, slots=True)
class Row:
    """A row and its number as a spreadsheet shows it, and the name of its sheet if there are several."""

    number: int
    cells: Sequence[str]
    sheet: str = ""


def rows(file: GzipFile | IO[bytes], name: str, known: Callable[[Sequence[str]], int]) -> Iterator[Row]:
    """The rows of a seekable file, blank ones too; its first bytes say what kind it is.

    `known` counts the cells of a head that are known: of the separators the one that gives most of them is taken.
    Raises BadRecord for a file that can't be read, and UsageFault where openpyxl is not installed.
    """
    is_workbook = file.read(2) == b"PK"
    file.seek(0)
    return _of_workbook(file, name) if is_workbook else _of_text(file, name, known)


def _of_text(file: GzipFile | IO[bytes], name: str, known: Callable[[Sequence[str]], int]) -> Iterator[Row]:
    sample = decode(file.read(_SAMPLE))
    if sample.doubtful:
        raise BadRecord(name, Reason.UNKNOWN_ENCODING)
    file.seek(0)
    csv.field_size_limit(LONGEST)
    with TextIOWrapper(file, _with_mark(sample.encoding), errors="replace", newline="") as text:
        head = text.read(_HEAD)
        named = _NAMED_SEPARATOR.match(head)
        text.seek(0)
        if named:
            text.readline()
        separator = named[1] if named else max(_SEPARATORS, key=lambda each: _weight(head, each, known))
        try:
            for number, cells in enumerate(csv.reader(text, delimiter=separator), 2 if named else 1):
                yield Row(number, list(map(undone, cells)))
        except csv.Error as error:
            raise BadRecord(name, str(error)) from error


def _with_mark(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _weight(head: str, separator: str, known: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    first = islice(csv.reader(head.splitlines(True), delimiter=separator), HEADS)
    return max(((known(cells), len(cells)) for cells in first), default=(0, 0))


def _of_workbook(file: GzipFile | IO[bytes], name: str) -> Iterator[Row]:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise UsageFault("openpyxl", _("is not installed"), _("`pip install 'wencang[xlsx]'` adds it")) from error
    from zipfile import ZipFile

    try:
        with ZipFile(file) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST:
                raise BadRecord(name, Reason.LARGE.format(most=_MOST >> 20))
        book = load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write wrong ones
            label = sheet.title if len(book.worksheets) > 1 else ""
            for number, cells in enumerate(sheet.iter_rows(), 1):
                yield Row(number, [_text(cell) for cell in cells], label)
    except (BadRecord, MemoryError):
        raise
    except Exception as error:  # a damaged workbook fails in any part of the library
        raise BadRecord(name, _("is not a workbook that can be read: {reason}").format(reason=error)) from error


def _text(cell: Any) -> str:
    match value := cell.value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return f"{value:.15g}"
        case datetime():
            time = value.replace(tzinfo=SHANGHAI)
            return time.isoformat() if re.search("[hs]", cell.number_format, re.IGNORECASE) else f"{time.date()}"
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), str(value))
