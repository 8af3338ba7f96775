"""The figures that are found in a text, and how Chinese and Arabic numerals are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args

from indexer.text.analyzer import fold
from indexer.text.wordlists import section

Kind = Literal["money", "count", "percent", "date", "place", "institution", "person"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, or a range if `low` and `high` differ; `unit` is a currency (ISO 4217), a measure, "%" or 个百分点.

    `bound` is how the text qualifies it: < nearly or less, > more, ~ about.
    """

    low: Decimal
    high: Decimal
    unit: str
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both included; both None if they can't be determined from the text."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Name:
    """A place (its present full name) or an institution, folded; or a person, as printed, with a folded title."""

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at [start, end) in code points, and the text of that span."""

    kind: Kind
    start: int
    end: int
    text: str
    value: Quantity | Period | Name


def readable(text: str) -> str:
    """The folded text, of the same length; a Chinese comma is a thousands separator only before three digits."""
    return fold(_OF_THOUSANDS.sub(",", text).replace("，", "、"))


_OF_THOUSANDS = re.compile(r"，(?<=\d，)(?<!\d{4}，)(?=\d{3}(?!\d))")


def names(group: str, file: str = "names.txt") -> list[str]:
    """The words of a section of names.txt, or of another file here, folded."""
    return section(Path(__file__).with_name(file), group)


DIGITS = "零一二两三四五六七八九"
_PLAIN = str.maketrans(DIGITS + "点", "01223456789.")
_POWERS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_TOKENS = re.compile(r"[\d,]+(?:\.\d+)?|[十百千万亿]")


def numeral(text: str) -> Decimal:
    """The value of a folded numeral: 1.2亿, 三千五百, 十余万 (10万), 数百 (100)."""
    total = section = number = Decimal(0)
    largest = 0
    for token in _TOKENS.findall(text.translate(_PLAIN)):
        power = _POWERS.get(token)
        if power is None:
            number = Decimal(token.replace(",", "") or 0)
        elif power < 4:
            section += (number or 1) * 10**power
            number = Decimal(0)
        else:
            before = total + section + number if power > largest else section + number
            total = (total if power <= largest else 0) + (before or 1) * 10**power
            section = number = Decimal(0)
            largest = power
    return total + section + number
