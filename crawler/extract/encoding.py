"""Decodes a page, whatever encoding it declares."""

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
# Half of all characters in Chinese text; decoding GB18030 as Big5 or the reverse gives hardly any of them.
_COMMON = re.compile(
    "[的一是在不了有和人中大上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多这為國個們來時於發動產種後這對會過說]"
)
_SAMPLE = 10_000  # bytes on each side of the middle
_CONTROLS = bytes([*range(9), *range(14, 32)])
_MOST_BROKEN = 0.02  # share of the non-ASCII characters above which it is another encoding; of all, not text


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a page; `broken` counts the U+FFFD in it, one for each invalid sequence."""

    text: str
    encoding: str
    broken: int


def decode(page: bytes) -> Decoded:
    """The page as UTF-8 if it is valid, else as GB18030 or Big5; its declaration is ignored.

    Half of the pages that declare GB are UTF-8, and a page in UTF-8 may be cut in the middle of a
    character or contain a broken byte.
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
    return _decoded(page, max(("gb18030", "big5hkscs"), key=lambda encoding: _common_characters(sample, encoding)))


def is_binary(text: str) -> bool:
    """Whether too much of it is undecodable or control characters for a text."""
    page = text.encode(errors="replace")  # in bytes all controls are counted at once
    return text.count(_BROKEN) + len(page) - len(page.translate(None, _CONTROLS)) > _MOST_BROKEN * len(text)


def _decoded(page: bytes, encoding: str) -> Decoded:
    text = page.decode(encoding, "replace").removeprefix("\ufeff")
    return Decoded(text, encoding, text.count(_BROKEN))


def _is_utf8(page: bytes) -> bool:
    """Whether it is UTF-8, with few broken bytes."""
    return page.decode("utf-8", "replace").count(_BROKEN) <= _MOST_BROKEN * len(page.translate(None, _ASCII)) / 3


def _common_characters(page: bytes, encoding: str) -> int:
    """The number of common Chinese characters under an encoding, less a penalty for invalid sequences."""
    text = page.decode(encoding, "replace")
    return len(_COMMON.findall(text)) - 10 * text.count(_BROKEN)
