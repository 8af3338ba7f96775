"""What formats may need of an export beside its articles: title, language, citations and words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from archive.article import Revision
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
    cite: Callable[[Revision], str] = lambda _revision: ""  # for formats that have a line for it
    analyzer: Callable[[], Analyzer] = _shipped  # for formats that have words
