"""The title and language of an export, for formats that have a place for them, its words, and what it has to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from archive.text.messages import Message

if TYPE_CHECKING:
    from indexer.text.analyzer import Analyzer


def _shipped() -> Analyzer:
    from indexer.text.analyzer import Analyzer, lexicon

    return Analyzer(lexicon())


class Edition(NamedTuple):
    title: str
    language: str = "zh"  # BCP 47
    say: Callable[[Message], object] = lambda _notice: None  # what a reader of the export should know
    analyzer: Callable[[], Analyzer] = _shipped  # for formats that have words
