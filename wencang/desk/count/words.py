"""Splits texts into words; a longer word gives way to a word of interest inside it: 援藏干部 to 援藏 and 干部."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from itertools import chain

from indexer.text.analyzer import Analyzer


def is_content_word(word: str) -> bool:
    """Whether a word may say what a text is about: not a single character, not a number."""
    return len(word) > 1 and not word.isnumeric() and any(sign.isalpha() for sign in word)  # 四十三 has letters


class Cutter:
    def __init__(self, analyzer: Analyzer, of_interest: Collection[str]) -> None:
        """`of_interest` are folded; single characters are ignored, as too many longer words contain them."""
        self._analyzer = analyzer
        self._of_interest = [word for word in of_interest if len(word) > 1]
        self._parts = cache(self._split)

    def words(self, text: str) -> list[str]:
        return self._with_parts(chain.from_iterable(self._analyzer.cut(text)))

    def _with_parts(self, words: Iterable[str]) -> list[str]:
        return [part for word in words for part in self._parts(word)]

    def _split(self, word: str) -> tuple[str, ...]:
        for inner in self._of_interest:
            if inner in word and inner != word:
                parts = list(chain.from_iterable(self._analyzer.cut(inner)))
                before, *behind = map(self.words, word.split(inner))
                return (*before, *chain.from_iterable([*parts, *words] for words in behind))
        return (word,)
