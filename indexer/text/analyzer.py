"""Text to terms, for articles and questions alike: folding, then cutting. The one place where Chinese is cut.

Two views of a text. Words, overlapping, are what ranking counts; characters at consecutive
places are what a quote is matched against.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import accumulate, chain, groupby, pairwise
from operator import add
from pathlib import Path
from threading import Lock
from typing import Any

import rjieba

VERSION = "3"  # an index cut by another version can't be asked
SEPARATOR = " "  # stands in the character view for any run of what is no letter or digit

_FOLDER = Path(__file__).parent
# Cut by rule and not by jieba, which would take them apart: decimals, and Tibetan syllables.
# Looked for before folding, which would make a Chinese comma one of thousands.
_WHOLE = re.compile(
    r"([0-9０-９]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9０-９]+[.．][0-9０-９]+|[\u0f40-\u0fbc]+)"
)
# Single characters that are words, and tell nothing of what a text is about.
PARTICLES = frozenset("的了和与及在是有为对将从到向被把让等也都就还又着地得之其这那吗呢吧啊几谁哪")
CHINESE = "\u3400-\u9fff\U00020000-\U0003ffff"  # a range of a regular expression
LONGEST = 16  # of a word that is looked through for shorter ones; a longer one is an address or a number


class _Fold(dict[int, str]):
    """str.translate's table, filled as characters turn up: one character for one, so offsets hold."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        for form in (unicodedata.normalize("NFKC", character), character.lower()):
            if len(form) == 1:
                character = form.lower() if len(form.lower()) == 1 else form
                break
        character = _variants().get(character, character)
        self[code] = character
        return character


@cache
def _variants() -> dict[str, str]:
    pairs = (_FOLDER / "variants.txt").read_text(encoding="utf-8").split()
    return {pair[0]: pair[1] for pair in pairs}


_FOLD = _Fold()


@lru_cache(maxsize=8)  # a text is folded for each of its two views
def fold(text: str) -> str:
    """The text with width, case, Traditional and variant characters made one; of the same length."""
    return text.translate(_FOLD)


@cache
def _forms() -> dict[str, str]:
    """For each folded character the others that fold to it: variants, and what differs in width or case."""
    ranges = ((0x41, 0x5B), (0xC0, 0x530), (0xF900, 0xFB00), (0xFF01, 0xFF5F))
    found: dict[str, str] = {}
    for character in (*_variants(), *(chr(code) for first, end in ranges for code in range(first, end))):
        if (folded := fold(character)) != character:
            found[folded] = found.get(folded, "") + character
    return found


def pattern(folded: str) -> str:
    """A regular expression for a folded text as it may be printed, so that texts need not be folded to find it.

    A SEPARATOR stands for any run of what is no letter or digit.
    """
    forms = _forms()
    return "".join(
        _SEPARATORS.pattern if sign == SEPARATOR else f"[{sign}{forms[sign]}]" if sign in forms else re.escape(sign)
        for sign in folded
    )


def lexicon() -> str:
    """The names and terms that ship with the program, in jieba's format."""
    return (_FOLDER / "words.txt").read_text(encoding="utf-8")


def _is_loose(word: str) -> bool:
    """Whether this is a single Chinese character that jieba found no word for."""
    return len(word) == 1 and word > "\u2fff" and word not in PARTICLES


_given: list[str] = []  # the one lexicon that rjieba's own dictionary has
_giving = Lock()


def _dictionary(words: str) -> Any:
    """jieba's dictionary with the words of a lexicon in it."""
    with _giving:
        if words in _given:
            return rjieba
        # rjieba loads a dictionary when it is imported: another costs 0.06 s and 30 MB.
        jieba = rjieba.Jieba() if _given else rjieba
        for word, frequency in Analyzer.parse(words):
            jieba.add_word(fold(word), frequency, None)
        if not _given:
            _given.append(words)
        return jieba


class Analyzer:
    """Cuts with jieba's dictionary and a lexicon, by rjieba: jieba's own algorithm in Rust.

    Without HMM: the words are jieba's then, and the same in every sentence they stand in.
    The lexicon is lines of word and frequency, as jieba's load_userdict reads them; a word
    without one gets the least that keeps it whole, in the order of the lines.
    """

    def __init__(self, words: str) -> None:
        self._jieba = _dictionary(words)
        self._overlapping = lru_cache(maxsize=1 << 18)(self._with_inner_words)

    @staticmethod
    def parse(words: str) -> list[tuple[str, int | None]]:
        """The words of a lexicon with their frequencies; ValueError for a line that is none."""
        lines = (line.split() for line in words.splitlines() if line and not line.startswith("#"))
        return [(word, int(frequency[0]) if frequency else None) for word, *frequency in lines]

    def knows(self, word: str) -> bool:
        """Whether this, folded, is a word of the dictionary or the lexicon."""
        return bool(self._jieba.has_word(word))

    def terms(self, text: str) -> list[str]:
        """The words of an article's text, the shorter words in each, and pairs of characters that are no word.

        What jieba cuts into single characters is mostly a name that it does not know: the pairs find it.
        """
        found: list[str] = []
        for stretch in self.cut(text):
            before = ""
            for word in stretch:
                found += self._overlapping(word) if 2 < len(word) <= LONGEST else (word,)
                loose = word if _is_loose(word) else ""
                if before and loose:
                    found.append(before + loose)
                before = loose
        return found

    def words(self, text: str) -> list[str]:
        """The words of a question, side by side, and pairs in place of characters that are no word."""
        found: list[str] = []
        for stretch in self.cut(text):
            for loose, run in groupby(stretch, _is_loose):
                words = list(run)
                found += map(add, words, words[1:]) if loose and len(words) > 1 else words
        return found

    def cut(self, text: str) -> Iterator[list[str]]:
        """The words of a text as jieba finds them, in stretches without a sign or blank between."""
        folded = fold(text)
        bounds = chain.from_iterable(whole.span() for whole in _WHOLE.finditer(text))
        for at, (start, end) in enumerate(pairwise((0, *bounds, len(text)))):
            if at % 2:
                yield [folded[start:end].replace(",", "")]
                continue
            stretch: list[str] = []
            for word in self._jieba.cut(folded[start:end], False):
                if word.isalnum():
                    stretch.append(word)
                elif stretch:
                    yield stretch
                    stretch = []
            yield stretch

    def pieces(self, text: str) -> list[str]:
        """The words, signs and blanks of a text as they are printed: joined, they are the text."""
        ends = list(accumulate(map(len, self._jieba.cut(fold(text), False)), initial=0))
        return [text[start:end] for start, end in pairwise(ends)]

    def _with_inner_words(self, word: str) -> tuple[str, ...]:
        # jieba's own search mode looks for inner words of two and three characters only:
        # 墨竹工卡 would not be found in 墨竹工卡县.
        spans = ((start, start + size) for size in range(2, len(word)) for start in range(len(word) - size + 1))
        inner = (word[start:end] for start, end in spans)
        return (*(part for part in inner if self._jieba.has_word(part)), word)


# \W takes the vowel signs of Tibetan and the accents of Latin for separators.
_SEPARATORS = re.compile(r"(?:(?![\u0300-\u036f\u0f71-\u0f84\u0f86\u0f87\u0f8d-\u0fbc])[\W_])+")


def characters(text: str) -> list[str]:
    """Each letter, sign or digit by itself, any run of others as one SEPARATOR."""
    return list(_SEPARATORS.sub(SEPARATOR, fold(text)))
