"""Tables: rows under named columns, as a notebook shows them, as a pandas DataFrame, as files of several formats."""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from archive.article import SHANGHAI
from archive.errors import UsageFault
from archive.rows import defused
from archive.text.escaping import json_text, xml
from archive.text.translation import gettext as _
from wencang.desk.files import format_of, writing

if TYPE_CHECKING:
    from pandas import DataFrame

ENDINGS = {"csv": ("csv",), "json": ("jsonl", "json"), "tsv": ("tsv",), "xlsx": ("xlsx",)}  # of files, by form
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

    def save(self, path: str | Path, form: str = "") -> None:
        """Write the rows to a file, atomically: as its ending, or `form`, says, else as CSV.

        A form is one of ENDINGS. Raises UsageFault for another ending, a path that can't be written to, or where
        XlsxWriter is not installed.
        """
        form = format_of(Path(path), form, ENDINGS) or "csv"
        with writing(Path(path)) as out:
            self.write(out, form)

    def write(self, out: IO[bytes], form: str, over: Callable[[Iterable[Any]], Iterable[Any]] = iter) -> None:
        """Write the rows in one of the forms of ENDINGS, a row at a time; `over` may end their iteration."""
        if form == "json":
            out.writelines((json_text(record) + "\n").encode() for record in over(self.records()))
        elif form == "xlsx":
            from wencang.desk import sheets

            sheets.write(out, self.columns, over(self.rows()))
        else:
            rows = (tuple(record.values()) for record in over(self.records()))
            write(out, self.columns, rows, "\t" if form == "tsv" else ",")

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
