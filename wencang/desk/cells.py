"""Width of a text on a terminal: a Chinese character takes two columns, a combining accent none."""

from __future__ import annotations

from unicodedata import category, east_asian_width


def cells(text: str) -> int:
    """The number of columns."""
    return sum(map(_width, text))


def cut_right(text: str, room: int) -> str:
    """The beginning of a text that fits `room` columns."""
    for at, sign in enumerate(text):
        room -= _width(sign)
        if room < 0:
            return text[:at]
    return text


def cut_left(text: str, room: int) -> str:
    """The end of a text that fits `room` columns."""
    return cut_right(text[::-1], room)[::-1]


def _width(sign: str) -> int:
    if category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(sign) in "WF" else 1
