"""The title and language of an export, for formats that have a place for them."""

from __future__ import annotations

from typing import NamedTuple


class Edition(NamedTuple):
    title: str
    language: str = "zh"  # BCP 47
