"""Amounts of money as sortable integers: the keys that are indexed, and the bounds in a query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from indexer.figures import quantities
from indexer.figures.figure import DIGITS, Quantity
from indexer.figures.quantities import CODES, CURRENCIES, NAMES, NUMBER, YUAN, between
from indexer.text.analyzer import fold
from indexer.text.sentences import Span

_RANGE_SIZE = 10**17  # keys per currency, in hundredths of its unit
_DIGITS = 19
_UNIT = "|".join(sorted((*CURRENCIES, *map(str.lower, CODES)), key=len, reverse=True))
_BOUND = re.compile(rf"(?P<sign>[<>]=?|≥|≤|=|)(?P<low>{NUMBER})(?P<unit>{_UNIT}|)")
_RANGE = re.compile(
    rf"(?P<low>{NUMBER}|)(?P<own>{_UNIT}|)(?:\.\.+|…+|-|—+|~|至|到)(?P<high>{NUMBER}|)(?P<unit>{_UNIT}|)"
)
_YUAN = "|".join(f"{unit}(?<=[{DIGITS}\\d十百千万亿余多几来]{unit})" for unit in YUAN)
_ANY = re.compile(rf"{_YUAN}|个亿|{NAMES}|\$|€|£|¥")

Keys = tuple[int, int]  # the first and the last


def amounts(folded: str) -> list[int]:
    """The distinct keys of the amounts in a text, and of both ends of ranges; `folded` is from readable()."""
    return sorted({key for _span, keys in _placed(folded) for key in keys})


def spans(folded: str, first: int, last: int) -> list[Span]:
    """Where a text has the amounts with a key from `first` to `last`, in order; `folded` is from readable()."""
    return sorted(span for span, keys in _placed(folded) if any(first <= key <= last for key in keys))


def _placed(folded: str) -> Iterator[tuple[Span, Keys]]:
    """The amounts in a text: where each is, and the keys of both its ends."""
    if not _ANY.search(folded):  # as in most articles; ten times as fast as finding none
        return
    for figure in quantities.find(folded, folded, "money"):
        if isinstance(value := figure.value, Quantity):
            yield (figure.start, figure.end), (_key(value.unit, value.low), _key(value.unit, value.high))


def encoded(key: int) -> str:
    """A key as text that sorts in the order of the numbers."""
    return f"{key:0{_DIGITS}}"


def parse_bounds(text: str) -> Keys | None:
    """The keys that match `>10亿`, `1亿..5亿` or `<3000万美元`; None for a text that is not an amount.

    An amount without a currency is in yuan.
    """
    folded = fold(text)
    if match := _RANGE.fullmatch(folded):
        return _from_to(match)
    if not (match := _BOUND.fullmatch(folded)):
        return None
    unit = _currency(match["unit"])
    key = _key(unit, between(match["low"], "")[0])
    least, most = _key(unit, Decimal(0)), _key(unit, Decimal(_RANGE_SIZE))
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
    return _key(unit, first), _key(unit, last if high else Decimal(_RANGE_SIZE))


def _currency(unit: str) -> str:
    return CURRENCIES.get(unit, unit.upper()) or "CNY"


def _key(currency: str, amount: Decimal) -> int:
    """Rounded to hundredths; amounts above a million billions share a key."""
    return CODES.index(currency) * _RANGE_SIZE + min(round(amount * 100), _RANGE_SIZE - 1)
