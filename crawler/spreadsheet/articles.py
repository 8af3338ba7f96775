"""The articles in the rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from gzip import GzipFile
from itertools import groupby, islice
from typing import IO, Any

from archive.article import SHANGHAI, Annotation, Article, Origin
from archive.errors import BadRecord
from archive.jsonl import article_of, origin_in, reason_of
from archive.rows import parsed
from archive.tables.tags import annotations_in
from archive.text.messages import Reason
from archive.text.translation import gettext as _
from crawler.extract import dates
from crawler.extract.fields import site, urn
from crawler.spreadsheet.columns import Columns, known, of_head
from crawler.spreadsheet.sheets import HEADS, Row, rows

_BETWEEN_NAMES = re.compile(r"\s*[\n、;；,，/]\s*")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/:?]|$)")
_BROKEN = "\ufffd"  # stands for bytes that are not of the encoding
_MOST_BROKEN = 0.02  # share of a text above which it is not read in its encoding


@dataclass(frozen=True, slots=True)
class Read:
    """The article of a row, when it was fetched (None where the table does not say), and whether it was gone.

    With the tags and notes of an export of ours, and the web archive that captured it.
    """

    place: str
    article: Article
    fetched: datetime | None
    gone: bool
    annotations: tuple[Annotation, ...] = ()
    origin: Origin | None = None


def articles(
    file: GzipFile | IO[bytes], name: str, source: str, chosen: Mapping[str, str]
) -> Iterator[Columns | Read | BadRecord]:
    """The articles of a table: for each sheet its Columns, then a Read or BadRecord a row.

    The head is among the first rows; what stands above it is a title. `source` is that of articles without a source
    or an address; `chosen` are columns by field.
    """
    filled = (row for row in rows(file, name, known) if any(cell.strip() for cell in row.cells))
    for _sheet, of_sheet in groupby(filled, lambda row: row.sheet):
        yield from _of_sheet(name, of_sheet, source, chosen)


def _of_sheet(
    name: str, rows: Iterator[Row], source: str, chosen: Mapping[str, str]
) -> Iterator[Columns | Read | BadRecord]:
    columns: Columns | None = None
    faults: list[BadRecord] = []
    for row in islice(rows, HEADS):
        try:
            columns = of_head(_place(name, row), row.cells, chosen)
        except BadRecord as error:
            faults.append(error)
        else:
            yield columns
            break
    if columns:
        yield from (_read(_place(name, row), row, columns, source) for row in rows)
    else:
        yield from faults[:1]


def _place(name: str, row: Row) -> str:
    return f"{name}:{row.sheet}:{row.number}" if row.sheet else f"{name}:{row.number}"


def _read(place: str, row: Row, columns: Columns, source: str) -> Read | BadRecord:
    texts = columns.values(row.cells)
    if not columns.is_own and any(text.count(_BROKEN) > len(text) * _MOST_BROKEN for text in texts.values()):
        return BadRecord(place, Reason.UNKNOWN_ENCODING)
    try:
        if not columns.is_own:
            return Read(place, *article_of(values_of(texts, source)))
        values = _own(texts)
        return Read(place, *article_of(values), annotations_in(values), origin_in(values))
    except (ValueError, KeyError, OverflowError) as error:
        return BadRecord(place, reason_of(error))


def _own(texts: Mapping[str, str]) -> dict[str, Any]:
    return {name: parsed(name, text) for name, text in texts.items()}


def values_of(texts: Mapping[str, str], source: str) -> dict[str, Any]:
    """The values of an article as others write it; what has no address is named by its text. Raises ValueError."""
    values: dict[str, Any] = {name: text.strip() for name, text in texts.items()}
    for name in ("title", "body"):
        if not values[name]:
            raise ValueError(_("{name} is empty").format(name=name))
    values["title"] = " ".join(values["title"].split())
    values["body"] = "\n".join(filter(None, map(str.strip, values["body"].splitlines())))
    values["published"] = _time(values.get("published", ""), values.pop("time", ""))
    url = values.get("url", "")
    values["url"] = f"http://{url}" if _HOST.match(url) else url or urn(values["title"], values["body"])
    values["source"] = values.get("source") or (site(values["url"]) if url else source)
    values["authors"] = [name for name in _BETWEEN_NAMES.split(values.get("authors", "")) if name]
    values["images"] = [{"url": url} for url in values.get("images", "").split()]
    values["fetched"] = _in_zone(values.get("fetched", ""))
    values["gone"] = values.get("gone") or None
    return values | {"restored": parsed("restored", values.get("restored", ""))}


def _in_zone(text: str) -> str | None:
    """When an article was fetched; tables write it without a zone."""
    try:
        time = datetime.fromisoformat(text) if text else None
    except ValueError:
        return text  # article_of names it
    return (time if time.tzinfo else time.replace(tzinfo=SHANGHAI)).isoformat() if time else None


def _time(day: str, clock: str) -> str | None:
    """A time as people write it in ISO 8601; None for none. Raises ValueError for what can't be read."""
    text = day if ":" in day else f"{day} {clock}".strip()
    time = dates.as_iso(text)
    try:
        return f"{time}" if time and datetime.fromisoformat(time) else None
    except ValueError as error:
        reason = _("the date {text} can't be read; write it as 2018-06-01 or 2018年6月1日")
        raise ValueError(reason.format(text=text)) from error
