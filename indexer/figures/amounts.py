"""Amounts of money as numbers that sort: what an index holds of a text, and what a question asks for."""

from __future__ import annotations

import re
from decimal import Decimal

from indexer.figures import quantities
from indexer.figures.figure import DIGITS, Quantity
from indexer.figures.quantities import CODES, CURRENCIES, NAMES, NUMBER, YUAN, between
from indexer.text.analyzer import fold

_ROOM = 10**17  # hundredths of a currency: each has its own stretch of numbers
_DIGITS = 19
_UNIT = "|".join(sorted((*CURRENCIES, *map(str.lower, CODES)), key=len, reverse=True))
_ASKED = re.compile(rf"(?P<sign>[<>]=?|≥|≤|=|)(?P<low>{NUMBER})(?P<unit>{_UNIT}|)")
_RANGE = re.compile(
    rf"(?P<low>{NUMBER}|)(?P<own>{_UNIT}|)(?:\.\.+|…+|-|—+|~|至|到)(?P<high>{NUMBER}|)(?P<unit>{_UNIT}|)"
)
_YUAN = "|".join(f"{unit}(?<=[{DIGITS}\\d十百千万亿余多几来]{unit})" for unit in YUAN)
_SOME = re.compile(rf"{_YUAN}|个亿|{NAMES}|\$|€|£|¥")

Keys = tuple[int, int]  # the first and the last


def amounts(folded: str) -> list[int]:
    """A key for each amount of a text, and one for either end of a range, each once; as readable() gives the text."""
    if not _SOME.search(folded):  # as in most articles: to find that out takes a tenth of the time
        return []
    found = (figure.value for figure in quantities.find(folded, folded, "money"))
    told = [value for value in found if isinstance(value, Quantity)]
    return sorted({_key(value.unit, end) for value in told for end in (value.low, value.high)})


def encoded(key: int) -> str:
    """A key as text that sorts as the numbers do."""
    return f"{key:0{_DIGITS}}"


def parse_bounds(text: str) -> Keys | None:
    """The keys that `>10亿`, `1亿..5亿` or `<3000万美元` asks for; None for what is no amount.

    Without a currency it is yuan.
    """
    said = fold(text)
    if match := _RANGE.fullmatch(said):
        return _from_to(match)
    if not (match := _ASKED.fullmatch(said)):
        return None
    unit = _currency(match["unit"])
    key = _key(unit, between(match["low"], "")[0])
    least, most = _key(unit, Decimal(0)), _key(unit, Decimal(_ROOM))
    return {
        ">": (key + 1, most), ">=": (key, most), "≥": (key, most),
        "<": (least, key - 1), "<=": (least, key), "≤": (least, key),
    }.get(match["sign"], (key, key))  # fmt: skip


def _from_to(match: re.Match[str]) -> Keys | None:
    unit = _currency(match["unit"] or match["own"])
    low, high = match["low"], match["high"]
    if not (low or high):
        return None
    first, last = between(low, high) if low and high else (between(low or "0", "")[0], between(high or "0", "")[0])
    return _key(unit, first), _key(unit, last if high else Decimal(_ROOM))


def _currency(unit: str) -> str:
    return CURRENCIES.get(unit, unit.upper()) or "CNY"


def _key(currency: str, amount: Decimal) -> int:
    """Beyond a million billions all are alike, and so are parts of a hundredth."""
    return CODES.index(currency) * _ROOM + min(round(amount * 100), _ROOM - 1)
