"""A page's bytes to its text, whatever encoding it claims to be in."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_ASCII = bytes(range(128))
_BROKEN = "\ufffd"
# Half of running Chinese text is these; the wrong one of GB18030 and Big5 gives hardly any of them.
_COMMON = re.compile(
    "[的一是在不了有和人中大上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多这為國個們來時於發動產種後這對會過說]"
)
_SAMPLE = 10_000  # bytes to both sides of the middle
_CONTROLS = bytes([*range(9), *range(14, 32)])
_MOST_BROKEN = 0.02  # of the characters beyond ASCII: more, and it is not this encoding; of all: it is no text


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text; `broken` counts the U+FFFD in it, one for each place that could not be read."""

    text: str
    encoding: str
    broken: int


def decode(page: bytes) -> Decoded:
    """UTF-8 where it is that, else GB18030 or Big5; what the page itself claims is not asked.

    Half of the pages that claim to be GB are UTF-8, and a page in UTF-8 may be cut in the
    middle of a character or hold a broken byte.
    """
    for mark, encoding in _MARKS:
        if page.startswith(mark):
            return _decoded(page, encoding)
    try:
        return Decoded(page.decode(), "utf-8", 0)
    except UnicodeDecodeError:
        middle = len(page) // 2
        sample = page[max(0, middle - _SAMPLE) : middle + _SAMPLE]
    if _is_utf8(sample) and _is_utf8(page):
        return _decoded(page, "utf-8")
    return _decoded(page, max(("gb18030", "big5hkscs"), key=lambda encoding: _likeness(sample, encoding)))


def is_binary(text: str) -> bool:
    """Whether so much of it can't be read, or is control characters, that it is no text."""
    page = text.encode(errors="replace")  # of bytes all controls are counted at once
    return text.count(_BROKEN) + len(page) - len(page.translate(None, _CONTROLS)) > _MOST_BROKEN * len(text)


def _decoded(page: bytes, encoding: str) -> Decoded:
    text = page.decode(encoding, "replace").removeprefix("\ufeff")
    return Decoded(text, encoding, text.count(_BROKEN))


def _is_utf8(page: bytes) -> bool:
    """Whether it is UTF-8 but for a broken byte here and there."""
    return page.decode("utf-8", "replace").count(_BROKEN) <= _MOST_BROKEN * len(page.translate(None, _ASCII)) / 3


def _likeness(page: bytes, encoding: str) -> int:
    """How much a text looks like Chinese."""
    text = page.decode(encoding, "replace")
    return len(_COMMON.findall(text)) - 10 * text.count(_BROKEN)
