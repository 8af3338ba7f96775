"""Turns text into terms, for articles and queries alike: folds it, then cuts Chinese into words with jieba.

A text has two views: overlapping words, which are used for ranking, and consecutive characters,
against which quotes are matched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import accumulate, chain, groupby, pairwise
from operator import add
from pathlib import Path
from threading import Lock
from typing import Any

import rjieba

VERSION = "3"  # an index built by another version can't be searched
SEPARATOR = " "  # in the view of characters: any run of characters other than letters and digits

_FOLDER = Path(__file__).parent
# Kept whole by rule, since jieba would split them: decimals, and Tibetan syllables.
# Matched before folding, which would turn a Chinese comma into a thousands separator.
_WHOLE = re.compile(
    r"([0-9０-９]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9０-９]+[.．][0-9０-９]+|[\u0f40-\u0fbc]+)"
)
# Single-character words without meaning of their own.
PARTICLES = frozenset("的了和与及在是有为对将从到向被把让等也都就还又着地得之其这那吗呢吧啊几谁哪")
CHINESE = "\u3400-\u9fff\U00020000-\U0003ffff"  # a range of a regular expression
_MAX_REMEMBERED = 1 << 18  # words
LONGEST = 16  # characters of a word that is searched for inner words; a longer one is an address or a number


class _Fold(dict[int, str]):
    """A table for str.translate, filled on demand. It maps single characters, so that offsets stay valid."""

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


@lru_cache(maxsize=8)  # a text is folded for both of its views
def fold(text: str) -> str:
    """Unify width, case, and Traditional and variant characters; the length stays the same."""
    return text.translate(_FOLD)


@cache
def _forms() -> dict[str, str]:
    """For each folded character the others that fold to it: variants, and other widths and cases."""
    ranges = ((0x41, 0x5B), (0xC0, 0x530), (0xF900, 0xFB00), (0xFF01, 0xFF5F))
    forms: dict[str, str] = {}
    for character in (*_variants(), *(chr(code) for first, end in ranges for code in range(first, end))):
        if (folded := fold(character)) != character:
            forms[folded] = forms.get(folded, "") + character
    return forms


def pattern(folded: str) -> str:
    """A regular expression that matches all printed forms of a folded text, so that texts need not be folded.

    A SEPARATOR matches any run of characters other than letters and digits.
    """
    return "".join(map(_pattern_of, folded))


def other_forms(folded: str) -> str:
    """The characters, other than its own, with which a folded text may be printed."""
    return "".join(filter(None, map(_forms().get, folded)))


def _pattern_of(character: str) -> str:
    if character == SEPARATOR:
        return _SEPARATORS.pattern
    forms = _forms().get(character)
    return f"[{character}{forms}]" if forms else re.escape(character)


def lexicon() -> str:
    """The names and terms shipped with the program, in jieba's format."""
    return (_FOLDER / "words.txt").read_text(encoding="utf-8")


def _is_loose(word: str) -> bool:
    """Whether this is a single Chinese character for which jieba found no word."""
    return len(word) == 1 and word > "\u2fff" and word not in PARTICLES


_loaded: list[str] = []  # the one lexicon loaded into rjieba's default dictionary
_loading = Lock()


def _dictionary(words: str) -> Any:
    """jieba's dictionary extended by a lexicon."""
    with _loading:
        if words in _loaded:
            return rjieba
        # rjieba loads a default dictionary on import; another one costs 0.06 s and 30 MB.
        jieba = rjieba.Jieba() if _loaded else rjieba
        for word, frequency in Analyzer.parse(words):
            jieba.add_word(fold(word), frequency, None)
        if not _loaded:
            _loaded.append(words)
        return jieba


class _Terms(dict[str, tuple[tuple[str, ...], str]]):
    """What an article is indexed by for each word of jieba's, and the word itself if it is loose; filled on demand.

    Both are empty for punctuation and blanks.
    """

    def __init__(self, overlapping: Callable[[str], tuple[str, ...]]) -> None:
        self._overlapping = overlapping

    def __missing__(self, word: str) -> tuple[tuple[str, ...], str]:
        if len(self) >= _MAX_REMEMBERED:
            self.clear()
        terms = (self._overlapping(word), word if _is_loose(word) else "") if word.isalnum() else ((), "")
        self[word] = terms
        return terms


class Analyzer:
    """Cuts text with jieba's dictionary and a lexicon, by rjieba, an implementation of jieba in Rust.

    Without jieba's HMM, so that a word is cut the same way in every sentence. The lexicon has lines
    of word and frequency in the format of jieba's load_userdict; a word without a frequency gets the
    lowest one that keeps it whole, in the order of the lines.
    """

    def __init__(self, words: str) -> None:
        self._jieba = _dictionary(words)
        self._terms = _Terms(self._with_inner_words)

    @staticmethod
    def parse(words: str) -> list[tuple[str, int | None]]:
        """The words of a lexicon with their frequencies. Raises ValueError for an invalid line."""
        lines = (line.split() for line in words.splitlines() if line and not line.startswith("#"))
        return [(word, int(frequency[0]) if frequency else None) for word, *frequency in lines]

    def knows(self, word: str) -> bool:
        """Whether a folded word is in the dictionary or the lexicon."""
        return bool(self._jieba.has_word(word))

    def part_of_speech(self, word: str) -> str:
        """What jieba's dictionary says of a folded word (nr a person, v a verb); "" for one it does not know."""
        tags: list[tuple[str, str]] = self._jieba.tag(word, False) if self.knows(word) else []
        return tags[0][1] if len(tags) == 1 else ""

    def terms(self, text: str) -> list[str]:
        """The words of an article, the shorter words inside each, and pairs of characters that belong to no word.

        What jieba cuts into single characters is mostly an unknown name; the pairs make it searchable.
        """
        terms: list[str] = []
        of_word = self._terms
        for is_whole, part in self._parts(text):
            if is_whole:
                terms += self._with_inner_words(part)
                continue
            before = ""
            for word in self._jieba.cut(part, False):
                overlapping, loose = of_word[word]
                terms += overlapping
                if before and loose:
                    terms.append(before + loose)
                before = loose
        return terms

    def words(self, text: str) -> list[str]:
        """The words of a query, without overlap, and pairs of characters that belong to no word."""
        words: list[str] = []
        for stretch in self.cut(text):
            for loose, group in groupby(stretch, _is_loose):
                run = list(group)
                words += map(add, run, run[1:]) if loose and len(run) > 1 else run
        return words

    def cut(self, text: str) -> Iterator[list[str]]:
        """The words of a text as cut by jieba, in stretches without punctuation or blanks."""
        for is_whole, part in self._parts(text):
            if is_whole:
                yield [part]
                continue
            stretch: list[str] = []
            for word in self._jieba.cut(part, False):
                if word.isalnum():
                    stretch.append(word)
                elif stretch:
                    yield stretch
                    stretch = []
            yield stretch

    @staticmethod
    def _parts(text: str) -> Iterator[tuple[bool, str]]:
        """A folded text in parts, and which of these are kept whole: every second one."""
        folded = fold(text)
        bounds = chain.from_iterable(whole.span() for whole in _WHOLE.finditer(text))
        for at, (start, end) in enumerate(pairwise((0, *bounds, len(text)))):
            yield (True, folded[start:end].replace(",", "")) if at % 2 else (False, folded[start:end])

    def pieces(self, text: str) -> list[str]:
        """The words, punctuation and blanks of a text as printed; joined, they are the text."""
        ends = list(accumulate(map(len, self._jieba.cut(fold(text), False)), initial=0))
        return [text[start:end] for start, end in pairwise(ends)]

    def tokens(self, text: str) -> list[str]:
        """The words and punctuation of a text as printed, without blanks; decimals and Tibetan syllables are whole."""
        tokens: list[str] = []
        bounds = chain.from_iterable(whole.span() for whole in _WHOLE.finditer(text))
        for at, (start, end) in enumerate(pairwise((0, *bounds, len(text)))):
            tokens += [text[start:end]] if at % 2 else self.pieces(text[start:end])
        return [token for token in tokens if token.strip()]

    def _with_inner_words(self, word: str) -> tuple[str, ...]:
        """The shorter words inside a word, and the word."""
        if not 2 < len(word) <= LONGEST:
            return (word,)
        # jieba's search mode has only inner words of two and three characters:
        # 墨竹工卡 would not match 墨竹工卡县.
        spans = ((start, start + size) for size in range(2, len(word)) for start in range(len(word) - size + 1))
        inner = (word[start:end] for start, end in spans)
        return (*(part for part in inner if self._jieba.has_word(part)), word)


# \W also matches Tibetan vowel signs and combining accents, which are not separators.
_SEPARATORS = re.compile(r"(?:(?![\u0300-\u036f\u0f71-\u0f84\u0f86\u0f87\u0f8d-\u0fbc])[\W_])+")


def characters(text: str) -> list[str]:
    """The folded letters and digits of a text; any run of other characters is one SEPARATOR."""
    return list(_SEPARATORS.sub(SEPARATOR, fold(text)))
