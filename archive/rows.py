"""Articles as rows of a table, written and read: lists as text in a cell, and texts that no spreadsheet computes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from archive.article import KEYS, Revision
from archive.jsonl import values

CELL = 32_767  # characters of a cell of Excel, in UTF-16
COLUMNS = (*KEYS, "fetched", "gone", "tags", "notes", "annotations", "origin")
# Excel in Chinese takes full-width signs too; an apostrophe is doubled where one stood, so that all can be undone.
_FORMULA = re.compile(r"['\s]*[=+\-@＝＋－＠]|'*[\t\r\n]")


def cells(revision: Revision) -> dict[str, str]:
    """The values of `COLUMNS` as text; "" for what is unknown."""
    known = values(revision)
    return {name: cell(name, known.get(name)) for name in COLUMNS}


def cell(name: str, value: Any) -> str:
    """A JSON value as text that `parsed` reads.

    A list has one item a line, an image its address, a space and its caption; it is JSON where that could be
    read in another way, as where an item has a line end of its own. An origin is its address, a space and the time.
    """
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            text = "\n".join(map(_line, value))
            return text if parsed(name, text) == value else json.dumps(value, ensure_ascii=False)
        case {"url": url, "taken": taken}:
            return f"{url} {taken}"
    return str(value)


def parsed(name: str, text: str) -> Any:
    """The JSON value of a cell; of what it can't be, the text itself, which `from_json` refuses."""
    match name:
        case "authors" | "images" | "tags" | "notes" | "annotations":
            return _list(name, text)
        case "restored":
            return {"true": True, "false": False, "1": True, "0": False, "": False}.get(text.lower(), text)
        case "published" | "fetched" | "gone":
            return text or None
        case "origin":
            url, _blank, taken = text.rpartition(" ")
            return {"url": url, "taken": taken} if text else None
    return text


def _list(name: str, text: str) -> list[Any]:
    if text.startswith("["):
        try:
            return list(json.loads(text))
        except (ValueError, TypeError, RecursionError):  # it is the beginning of a name
            pass
    lines = [line for line in text.split("\n") if line]
    return list(map(_image, lines)) if name == "images" else lines


def _line(item: str | Mapping[str, str]) -> str:
    return item if isinstance(item, str) else f"{item.get('url')} {item.get('caption')}"


def _image(line: str) -> Mapping[str, str]:
    url, _blank, caption = line.partition(" ")
    return {"url": url, "caption": caption}


def defused(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would compute it."""
    return f"'{text}" if _FORMULA.match(text) else text


def undone(text: str) -> str:
    """The text that `defused` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def fits_cell(text: str) -> bool:
    """Whether a text fits into a cell of Excel."""
    return len(text) * 2 <= CELL or len(text.encode("utf-16-le", "surrogatepass")) <= CELL * 2
