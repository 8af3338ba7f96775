"""The words of texts, in which a longer word gives way to one that is looked at: 援藏干部 to 援藏 and 干部."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from itertools import chain

from indexer.text.analyzer import Analyzer


def is_telling(word: str) -> bool:
    """Whether a word may tell what a text is about: no single character, no number."""
    return len(word) > 1 and not word.isnumeric() and any(sign.isalpha() for sign in word)  # 四十三 has letters


class Cutter:
    def __init__(self, analyzer: Analyzer, looked_at: Collection[str]) -> None:
        """`looked_at` are folded; of single characters longer words are full, and stay."""
        self._analyzer = analyzer
        self._looked_at = [word for word in looked_at if len(word) > 1]
        self._parts = cache(self._parted)

    def words(self, text: str) -> list[str]:
        return self._with_parts(chain.from_iterable(self._analyzer.cut(text)))

    def _with_parts(self, words: Iterable[str]) -> list[str]:
        return [part for word in words for part in self._parts(word)]

    def _parted(self, word: str) -> tuple[str, ...]:
        for one in self._looked_at:
            if one in word and one != word:
                inner = list(chain.from_iterable(self._analyzer.cut(one)))
                before, *behind = map(self.words, word.split(one))
                return (*before, *chain.from_iterable([*inner, *words] for words in behind))
        return (word,)
