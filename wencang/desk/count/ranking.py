"""Words ranked by a measure, in one list or a list for each period: what keywords and collocations have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from archive.text.messages import Message
from wencang.desk.table import Table


class Word(Protocol):
    """A word with its score and the counts behind it."""

    @property
    def row(self) -> tuple[Any, ...]:
        """The word, its score, and its counts."""


W = TypeVar("W", bound=Word)


@dataclass(frozen=True, slots=True)
class Ranking(Table, Generic[W]):
    """Words in descending order of their scores: for each period, or, where `by` is "", all under "".

    Periods are years or months in Asia/Shanghai in chronological order; of undated articles the
    period is "", and None in the rows.
    """

    words: Mapping[str, tuple[W, ...]]
    by: str = ""
    notices: tuple[Message, ...] = ()
    names: ClassVar[tuple[str, ...]] = ()  # of the values of a word's row

    @property
    def columns(self) -> tuple[str, ...]:
        """`rank` and those of a word; before them `period` where there is a list for each."""
        return (*(["period"] if self.by else []), "rank", *self.names)

    @property
    def total(self) -> int:
        """The number of words in all periods."""
        return sum(map(len, self.words.values()))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a word."""
        for period, words in self.words.items():
            for rank, word in enumerate(words, 1):
                yield (*([period or None] if self.by else []), rank, *word.row)

    def side_by_side(self) -> Iterator[tuple[str, ...]]:
        """Rows of texts for a reader: the rank, then the word of that rank in each period, with its score."""
        columns = ([f"{word.row[0]} {word.row[1]:.1f}" for word in words] for words in self.words.values())
        return ((str(rank), *cells) for rank, cells in enumerate(zip_longest(*columns, fillvalue=""), 1))
