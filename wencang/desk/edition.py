"""What an export says of itself, where its format has a place for that."""

from __future__ import annotations

from typing import NamedTuple


class Edition(NamedTuple):
    title: str
    language: str = "zh"  # BCP 47
