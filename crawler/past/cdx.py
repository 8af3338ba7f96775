"""The language of CDX servers: queries, and the captures in their answers. Pure.

There are two dialects: that of the Internet Archive and OpenWayback
(https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server), which continues by a
resumption key, and that of pywb and Common Crawl
(https://pywb.readthedocs.io/en/latest/manual/cdxserver_api.html), which has numbered pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlencode

Dialect = Literal["wayback", "pywb"]
_LIMIT = 3000  # rows of an answer with a resumption key
_MOST = 100_000  # rows of an answer without one, which is pywb's own limit
_PREFIXES = ("", "www.", "m.", "wap.")  # that archive/url.py takes for spellings of one host
_HTML = re.compile(r".*html.*|warc/revisit|unk|-|", re.IGNORECASE)
_NAMES = {
    "original": "url", "statuscode": "status", "mimetype": "mime", "s": "status", "m": "mime", "u": "url",
    "t": "timestamp", "d": "digest", "f": "filename", "o": "offset", "l": "length",
}  # fmt: skip
_COLUMNS = {  # of lines of plain text, by their number; CDX lines with 11 columns, 9, and 7
    11: ("key", "timestamp", "url", "mime", "status", "digest", "redirect", "meta", "length", "offset", "filename"),
    9: ("key", "timestamp", "url", "mime", "status", "digest", "redirect", "offset", "filename"),
    7: ("key", "timestamp", "url", "mime", "status", "digest", "length"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an index: a page that was captured at a time (UTC)."""

    url: str
    captured: datetime
    digest: str = ""
    filename: str = ""
    offset: int | None = None
    length: int | None = None
    is_revisit: bool = False
    address: str = ""  # of the capture, where the index gives it


@dataclass(frozen=True, slots=True)
class Answer:
    """The pages that an answer names, how many rows it has in all, and the key that continues it, if any."""

    rows: tuple[Row, ...]
    count: int
    key: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether it may have been longer but for the limit."""
        return not self.key and self.count >= _MOST


def hosts(host: str) -> tuple[str, ...]:
    """The spellings of a host in canonical addresses; an index files https and, mostly, www. with the plain one."""
    bare = host.removeprefix("www.")
    return tuple(prefix + bare for prefix in _PREFIXES if prefix != "www.")


def query(index: str, host: str, since: datetime | None, until: datetime | None) -> str:
    """The address that asks for all captures of a host between two times."""
    values = {"url": f"{host}/", "matchType": "host", "output": "json"}
    values |= {"from": timestamp(since)} if since else {}
    values |= {"to": timestamp(until)} if until else {}
    return f"{index}{'&' if '?' in index else '?'}{urlencode(values)}"


def probe(query: str) -> str:
    """The address that asks for one row, by whose form the dialect is told."""
    return f"{query}&limit=1"


def dialect(answer: bytes) -> Dialect:
    return "wayback" if answer.lstrip().startswith(b"[") else "pywb"


def next_part(query: str, key: str) -> str:
    """Wayback: the address of the part that a key continues, "" for the first; of pages, each text once in a row."""
    filters = [("filter", "!statuscode:[345].."), ("filter", "mimetype:(.*html.*|warc/revisit|unk|-)")]
    values = [*filters, ("collapse", "digest"), ("showResumeKey", "true"), ("limit", str(_LIMIT))]
    return f"{query}&{urlencode([*values, *([('resumeKey', key)] if key else [])])}"


def page_count(query: str) -> str:
    """pywb: the address that asks how many pages the answer has."""
    return f"{query}&showNumPages=true"


def counted(answer: bytes) -> int | None:
    """pywb: the number of pages; None where the answer has all rows, as the index is a plain file."""
    with suppress(ValueError):
        values = json.loads(answer)
        if isinstance(values, dict) and isinstance(pages := values.get("pages"), int):
            return pages
    return None


def page(query: str, number: int) -> str:
    """pywb: the address of a page, from 0."""
    filters = [("filter", "!~status:[345].."), ("filter", r"~mime:(.*html.*|warc/revisit|unk|-)$")]
    return f"{query}&{urlencode([*filters, ('page', str(number)), ('limit', str(_MOST))])}"


def parse(body: bytes) -> Answer:
    """The answer of a CDX server in any of its forms. Raises ValueError for what is none."""
    text = body.decode("utf-8", errors="replace").strip()
    if text.startswith("["):
        return _arrays(json.loads(text))
    lines = [line for line in text.splitlines() if line.strip()]
    return Answer(tuple(_pages(map(_line, lines))), len(lines))


def _arrays(rows: list[list[str]]) -> Answer:
    """A header, the rows, and after an empty one the resumption key."""
    if not all(isinstance(row, list) for row in rows):
        raise ValueError("not rows")
    key = rows[-1][0] if len(rows) > 1 and not rows[-2] and rows[-1] else ""
    head, *values = [row for row in (rows[:-2] if key else rows) if row] or [[]]
    return Answer(tuple(_pages(dict(zip(head, row, strict=False)) for row in values)), len(values), key)


def _line(line: str) -> Mapping[str, str]:
    """A line of JSON, of CDXJ (key, time, JSON), or of plain columns."""
    before, brace, _rest = line.partition("{")
    if brace:
        columns = before.split()
        values: dict[str, str] = json.loads(line[len(before) :])
        return values | ({"timestamp": columns[1]} if len(columns) == 2 else {})
    columns = line.split()
    if len(columns) not in _COLUMNS:
        raise ValueError(line[:100])
    return dict(zip(_COLUMNS[len(columns)], columns, strict=True))


def _pages(rows: Iterable[Mapping[str, str]]) -> Iterator[Row]:
    for row in rows:
        values = {_NAMES.get(name, name): str(value) for name, value in row.items()}
        captured = moment(values.get("timestamp", ""))
        url = values.get("url", "")
        if captured and url.startswith(("http://", "https://")) and _is_page(values):
            yield Row(
                url, captured, values.get("digest", "").strip("-"), values.get("filename", ""),
                _number(values.get("offset")), _number(values.get("length")), values.get("mime") == "warc/revisit",
            )  # fmt: skip


def _is_page(values: Mapping[str, str]) -> bool:
    return values.get("status", "-") in ("200", "-", "") and bool(_HTML.fullmatch(values.get("mime", "")))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def moment(text: str) -> datetime | None:
    """The time (UTC) of fourteen digits; None for what is none."""
    with suppress(ValueError):
        if len(text) == 14:
            return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return None


def timestamp(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y%m%d%H%M%S}"
