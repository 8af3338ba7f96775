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
_MOST_BROKEN = 0.02  # of the characters beyond ASCII: more, and it is not this encoding


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
    utf8 = _decoded(page, "utf-8")
    beyond = len(page.translate(None, _ASCII)) / 3
    if utf8.broken <= beyond * _MOST_BROKEN:
        return utf8
    return max((_decoded(page, "gb18030"), _decoded(page, "big5hkscs")), key=_likeness)


def _decoded(page: bytes, encoding: str) -> Decoded:
    text = page.decode(encoding, "replace").removeprefix("\ufeff")
    return Decoded(text, encoding, text.count(_BROKEN))


def _likeness(decoded: Decoded) -> int:
    """How much a text looks like Chinese."""
    return len(_COMMON.findall(decoded.text)) - 10 * decoded.broken
