"""The rows of a list that stand in data: as HTML in CDATA or in the strings of a script, or as JSON objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import escape, unescape
from typing import Any

from crawler.extract.data.literals import values_in
from crawler.extract.data.prose import TIMES, TITLES, field_of

_MOST = 1 << 21  # characters of a script
_MOST_VALUES = 50_000
_DEEPEST = 30
_LINK = re.compile(r"<a\s[^<>]{0,1000}?href\s*=", re.IGNORECASE)
_ESCAPED_LINK = re.compile(r"&lt;a\s", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_ADDRESSES = re.compile(r"(?:\w*_)?(?:url|link|href|uri|path)|\w*(?:Url|URL|Link|Href|url)")
_NO_ARTICLE = re.compile(
    r"\w*(?:image|img|pic|photo|cover|thumb|logo|icon|avatar|video|audio|author|channel|column|categor)\w*", re.I
)
_ADDRESS = re.compile(r"(?:https?:)?//[^\s\"'<>]+|/[^\s\"'<>]*|[\w./-]+\.[a-z]{2,5}(?:\?[^\s\"'<>]*)?")
# A link as HTML, plain or escaped, or the name of an address: most scripts hold neither.
_MAY_HOLD_ROWS = re.compile(r"<a\s|&lt;a\s|u003[cC]a\s|(?:url|URL|Url|link|Link|href|Href|uri|path)[\\\"']*\s*:")


def rows_in(kind: str, text: str) -> str:
    """The HTML of the rows that a text holds, "" for none; `kind` is the type of a script, in lower case."""
    text = text[:_MOST]
    if not _MAY_HOLD_ROWS.search(text):
        return ""
    if any(name in kind for name in ("html", "template", "xml")):
        return _markup(text)
    walk = _Walk()
    return "".join(piece for _name, value in values_in(text) for piece in walk.over(value, 0))


def _markup(text: str) -> str:
    """A text as HTML, without the marks of CDATA; "" if it has no links."""
    if not _LINK.search(text) and _ESCAPED_LINK.search(text):
        text = unescape(text)
    return _CDATA.sub(r"\1", text) if _LINK.search(text) else ""


class _Walk:
    def __init__(self) -> None:
        self._left = _MOST_VALUES

    def over(self, value: Any, depth: int) -> Iterator[str]:
        """The rows in a value: those of one list in a list, of which objects without address and title are left out."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            return
        match value:
            case str() if value.lstrip()[:1] in ("{", "["):
                with suppress(ValueError, RecursionError):
                    yield from self.over(json.loads(value, strict=False), depth + 1)
            case str():
                yield _markup(value)
            case list():
                rows = "".join(piece for each in value for piece in self.over(each, depth + 1))
                yield f"<ul>{rows}</ul>" if rows else ""
            case dict():
                yield _row(value)
                for each in value.values():
                    yield from self.over(each, depth + 1)


def _row(value: Mapping[str, Any]) -> str:
    """An object with an address and a title as a row, with its time."""
    keys = sorted((key for key in map(str, value) if _ADDRESSES.fullmatch(key) and not _NO_ARTICLE.match(key)), key=len)
    addresses = (part.strip() for key in keys if isinstance(part := value.get(key), str))
    address = next(filter(_ADDRESS.fullmatch, addresses), "")
    title = field_of((value,), TITLES) if address else ""
    if not title:
        return ""
    time = field_of((value,), TIMES)
    return f'<li><a href="{escape(address)}">{escape(title)}</a><time>{escape(time)}</time></li>'
