"""Text made safe for the place where it is shown: a terminal, an HTML or XML document."""

from __future__ import annotations

import json
from collections.abc import Iterable

_CONTROLS = (*range(9), 11, 12, *range(14, 32), *range(127, 160))  # C0 and C1 without tab and line ends
_DIRECTION = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # embeddings, overrides and isolates
_NOT_IN_XML = (0x2028, 0x2029, *range(0xD800, 0xE000), 0xFEFF, 0xFFFE, 0xFFFF)
_REMOVED = dict.fromkeys((*_CONTROLS, *_DIRECTION, *_NOT_IN_XML))
_ESCAPED = {code: f"\\u{code:04x}" for code in _REMOVED}
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_REPLACED = dict.fromkeys((*_CONTROLS, 13, *_DIRECTION), "\ufffd")


def printable(text: str) -> str:
    """The text for a terminal: control characters and changes of direction become U+FFFD."""
    return text.translate(_REPLACED)


def legible(text: str) -> str:
    """The text without control characters but tab and newline, changes of direction, and what XML 1.0 forbids."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_REMOVED)


def xml(text: str) -> str:
    """The text as it stands in an element of HTML or XML, or in an attribute in double quotes."""
    return legible(text).translate(_MARKUP)


def is_page(url: str) -> bool:
    """Whether an address may become a link: a browser runs `javascript:` and opens `data:`."""
    return url.startswith(("http://", "https://"))


def link(url: str, text: str = "") -> str:
    """A link for HTML that shows `text`, or its address; only text where the address is not of the web."""
    shown = xml(text or url)
    return f'<a href="{xml(url)}">{shown}</a>' if is_page(url) else shown


def marked(text: str, marks: Iterable[tuple[int, int]]) -> str:
    """The text for HTML with `marks`, [start, end) in code points of it, as <mark> elements."""
    pieces = []
    last = 0
    for start, end in sorted(marks):
        if start >= last:
            pieces += [xml(text[last:start]), f"<mark>{xml(text[start:end])}</mark>"]
            last = end
    return "".join([*pieces, xml(text[last:])])


def json_text(value: object) -> str:
    """A value as JSON on one line; what `legible` leaves out stands there by its number."""
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPED)
