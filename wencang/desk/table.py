"""Tables: rows under named columns, as a notebook shows them, as a pandas DataFrame, as CSV or tab-separated text."""

from __future__ import annotations

import csv
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from io import TextIOWrapper
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from archive.article import SHANGHAI
from archive.errors import UsageFault
from archive.text.escaping import xml
from archive.text.translation import gettext as _

if TYPE_CHECKING:
    from pandas import DataFrame

# Excel in Chinese takes full-width signs too; an apostrophe is doubled where one stood, so that all can be undone.
_FORMULA = re.compile(r"['\s]*[=+\-@＝＋－＠]|'*[\t\r\n]")

SHOWN = 100  # rows that a notebook draws


class Table(ABC):
    """A value that is rows under named columns."""

    __slots__ = ()

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """The names of the columns; most tables set a tuple in their class."""

    @abstractmethod
    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`."""

    def records(self) -> Iterator[dict[str, Any]]:
        """The rows as JSON objects whose keys are `columns`; dates and times are ISO 8601 strings."""
        for row in self.rows():
            yield dict(zip(self.columns, map(_json_value, row), strict=True))

    def frame(self) -> DataFrame:
        """The rows as a pandas DataFrame; `published` holds datetimes in Asia/Shanghai, days at their beginning.

        Raises UsageFault where pandas is not installed.
        """
        try:
            from pandas import DataFrame
        except ImportError as error:
            raise UsageFault("pandas", _("is not installed"), _("`pip install pandas`")) from error
        frame = DataFrame(list(self.rows()), columns=list(self.columns))
        if "published" in frame:  # as times, also the days without a time, so that pandas can compute with them
            frame["published"] = frame["published"].map(_as_time)
        return frame

    def _repr_html_(self) -> str:
        """What Jupyter shows: the first rows, every text escaped."""
        head = "".join(f"<th>{xml(column)}</th>" for column in self.columns)
        rows = list(islice(self.rows(), SHOWN + 1))
        lines = [f"<tr>{''.join(f'<td>{_cell_html(value)}</td>' for value in row)}</tr>" for row in rows[:SHOWN]]
        lines += ["<tr><td>…</td></tr>"] if len(rows) > SHOWN else []
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _json_value(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _as_time(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time.min, SHANGHAI)
    return value


def _cell_html(value: object) -> str:
    return "" if value is None else xml(str(value))


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
