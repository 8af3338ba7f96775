"""Tables as Excel workbooks with real dates in Asia/Shanghai, links and no formulas. Needs XlsxWriter.

What Excel can't hold is continued: a text of more than 32,767 characters in columns beside its own (body_2,
body_3 ...), rows beyond 1,048,576 on further sheets. A date before March 1900, and a number of more than 15
digits, are text; an address beyond the 65,530 links of a sheet, or of more than 2,079 characters, is no link.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from math import isfinite
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import quote

from archive.article import SHANGHAI
from archive.errors import UsageFault
from archive.rows import CELL, defused, fits_cell
from archive.text.escaping import is_page
from archive.text.translation import gettext as _

try:
    from xlsxwriter import Workbook
except ImportError as error:
    raise UsageFault("XlsxWriter", _("is not installed"), _("`pip install 'wencang[xlsx]'` adds it")) from error

ROWS = 1_048_576  # of a sheet, with its head
LINKS = 65_530  # of a sheet
_ADDRESS = 2_079  # characters of a link, percent-encoded
_PLAIN = "/:?#[]@!$&'()*+,;=%"  # in an address
_FIRST = date(1900, 3, 1)  # before it Excel counts a day that was none
_EXACT = 10**15  # numbers from here on lose digits
_MADE = datetime(2000, 1, 1)  # so that equal tables are equal bytes
_TIME, _DAY = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"
_WIDTHS = {"body": 60, "title": 40, "sentence": 60, "snippet": 60, "text": 30, "url": 30, "left": 30, "right": 30}
_WIDTH = 14  # characters of any other column

Cells = list[Any]  # of a row; a list among them is the parts of a long text


def write(out: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table; beside a column `published` are the `day` and the `year` of it.

    Values are text, numbers, truth values, days, aware times (written in Asia/Shanghai) and None. The rows are kept in
    a temporary file until it is known how many columns their longest texts take.
    """
    with TemporaryFile() as spool:
        parts = Counter(dict.fromkeys(range(len(columns) + 2), 1))
        for row in _with_days(columns, rows):
            cells = list(map(_cell, row))
            for column, cell in enumerate(cells):
                if type(cell) is list:
                    parts[column] = max(parts[column], len(cell))
            pickle.dump(cells, spool)
        spool.seek(0)
        head = next(_with_days(columns, [columns]))
        with Workbook(out, {"constant_memory": True}) as book:
            book.set_properties({"created": _MADE})
            _Sheets(book, head, [parts[column] for column in range(len(head))]).fill(_read(spool))


def _with_days(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The rows, and the head among them, with day and year after the time of publication."""
    if "published" not in columns:
        yield from rows
        return
    at = columns.index("published")
    for row in rows:
        value = row[at]
        day = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
        added = (day, day.year) if isinstance(day, date) else ("day", "year") if row is columns else (None, None)
        yield (*row[: at + 1], *added, *row[at + 1 :])


def _read(spool: IO[bytes]) -> Iterator[Cells]:
    try:
        while True:
            yield pickle.load(spool)  # noqa: S301  # what was written above
    except EOFError:
        return


def _cell(value: Any) -> Any:
    """A value as Excel has it."""
    match value:
        case datetime():
            value = value.astimezone(SHANGHAI)  # of an hour that a summer time repeats, Excel knows only one
            return value.isoformat() if value.fold or value.date() < _FIRST else value.replace(tzinfo=None)
        case date():
            return value.isoformat() if value < _FIRST else value
        case Decimal():
            return float(value) if Decimal(f"{float(value):.15g}") == value else f"{value:f}"
        case float() if not isfinite(value):
            return str(value)
        case int():
            return value if abs(value) < _EXACT else str(value)
        case list() | tuple():
            return _text("\n".join(map(str, value)))
        case str():
            return _text(value)
    return value


def _text(text: str) -> str | list[str]:
    """A text, or its parts where it is longer than a cell."""
    if text.startswith("<r>") and text.endswith("</r>"):  # XlsxWriter would take it for markup of its own
        return [text[:-1], text[-1:]]
    if fits_cell(text):
        return text
    size = CELL if text.isascii() or max(text) <= "\uffff" else CELL // 2
    return [text[start : start + size] for start in range(0, len(text), size)]


class _Sheets:
    """The sheets of a workbook, each with the same head."""

    def __init__(self, book: Workbook, head: Sequence[str], parts: Sequence[int]) -> None:
        self._book = book
        self._parts = parts
        names = [(name, n) for name, most in zip(head, parts, strict=True) for n in range(1, most + 1)]
        self._head = [name if n == 1 else f"{name}_{n}" for name, n in names]
        self._bold = book.add_format({"bold": True})
        self._day, self._time = (book.add_format({"num_format": form}) for form in (_DAY, _TIME))
        self._quoted = book.add_format({"quote_prefix": True})  # stays a text also after it was edited

    def fill(self, rows: Iterator[Cells]) -> None:
        while True:
            sheet = self._new_sheet()
            number, links = 0, 0
            for number, row in enumerate(islice(rows, ROWS - 1), 1):
                links += self._write_row(sheet, number, row, links)
            sheet.autofilter(0, 0, number, len(self._head) - 1)
            if number < ROWS - 1:
                return

    def _new_sheet(self) -> Any:
        sheet = self._book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(self._head):
            sheet.set_column(column, column, _WIDTHS.get(name, _WIDTH))
            sheet.write_string(0, column, name, self._bold)
        return sheet

    def _write_row(self, sheet: Any, number: int, row: Cells, links: int) -> bool:
        """Write a row below this many links; whether it has a link."""
        linked = False
        for column, value in enumerate(self._spread(row)):
            if self._head[column] == "url" and links < LINKS and _is_link(value):
                sheet.write_url(number, column, value, string=value)
                linked = True
            else:
                self._write(sheet, number, column, value)
        return linked

    def _spread(self, row: Cells) -> Iterator[Any]:
        """The cells of a row, each long text in as many as its column has."""
        for value, most in zip(row, self._parts, strict=True):
            values = value if type(value) is list else [value]
            yield from values
            yield from [None] * (most - len(values))

    def _write(self, sheet: Any, row: int, column: int, value: Any) -> None:
        match value:
            case None | "":
                pass
            case bool():
                sheet.write_boolean(row, column, value)
            case int() | float():
                sheet.write_number(row, column, value)
            case datetime():
                sheet.write_datetime(row, column, value, self._time)
            case date():
                sheet.write_datetime(row, column, value, self._day)
            case _:
                sheet.write_string(row, column, value, self._quoted if defused(value) != value else None)


def _is_link(value: Any) -> bool:
    return isinstance(value, str) and is_page(value) and len(quote(value, safe=_PLAIN)) <= _ADDRESS
