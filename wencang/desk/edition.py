"""The title and language of an export, for formats that have a place for them, and what a format has to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from archive.text.messages import Message


class Edition(NamedTuple):
    title: str
    language: str = "zh"  # BCP 47
    say: Callable[[Message], object] = lambda _notice: None  # what a reader of the export should know
