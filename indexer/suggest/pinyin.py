"""Pinyin without tones: the readings of Chinese characters, and words typed in Latin letters: yuanzang, yuán zàng, lü.

pinyin.txt has one syllable per line with the characters read so. It is generated from the data of
pypinyin (MIT licence, Copyright (c) 2016 mozillazg, 闲耘), which itself takes half a second to
load: `python -m indexer.suggest.pinyin > indexer/suggest/pinyin.txt`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path

from indexer.text.analyzer import fold

Characters = Mapping[str, frozenset[str]]
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0304\u030c"))
_TYPED = re.compile(r"(?:[a-z](?:[1-5](?![0-9]))?['’\s-]*)+")
_LONGEST = 6  # letters of a syllable


@cache
def characters() -> Characters:
    """The folded characters of each syllable; ü is v."""
    lines = (Path(__file__).parent / "pinyin.txt").read_text(encoding="utf-8").splitlines()
    return {syllable: frozenset(of_syllable) for syllable, of_syllable in map(str.split, lines)}


@cache
def confusable() -> Characters:
    """The characters of each syllable and of those easily confused with it, such as zan and zhang."""
    groups: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for syllable, of_syllable in characters().items():
        groups[_simplified(syllable)] |= of_syllable
    return {syllable: groups[_simplified(syllable)] for syllable in characters()}


def _simplified(syllable: str) -> str:
    """A syllable with z for zh, c for ch, s for sh, n for a final ng, and l for an initial n."""
    return re.sub("ng$", "n", re.sub("^n", "l", re.sub("^([zcs])h", r"\1", syllable)))


@cache
def initials() -> Characters:
    """The characters with a reading that starts with each letter."""
    groups: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for syllable, of_syllable in characters().items():
        groups[syllable[0]] |= of_syllable
    return groups


@cache
def readings() -> Mapping[str, tuple[str, ...]]:
    """The syllables of each character."""
    syllables: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for syllable, of_syllable in characters().items():
        for character in of_syllable:
            syllables[character] += (syllable,)
    return syllables


@dataclass(frozen=True, slots=True)
class Typed:
    """Latin letters that may be pinyin, without tones, blanks and apostrophes, and with v for ü."""

    letters: str
    tokens: tuple[tuple[int, int], ...]  # spans between blanks, [start, end) in the letters
    ends: frozenset[int]  # where an apostrophe, a tone number or a blank ends a syllable

    @classmethod
    def read(cls, text: str) -> Typed | None:
        """None for a text in other letters."""
        plain = _plain(fold(text)).strip()
        if not _TYPED.fullmatch(plain):
            return None
        parts = [re.findall("[a-z]+", token) for token in plain.split()]
        ends = [0, *accumulate(sum(map(len, token)) for token in parts)]
        syllables = accumulate(len(part) for token in parts for part in token)
        return cls("".join(map("".join, parts)), tuple(pairwise(ends)), frozenset(syllables))

    def syllables(self, start: int) -> Iterator[tuple[str, int]]:
        """The syllables that can be read from `start`, each with its end."""
        for end in range(start + 1, min(start + _LONGEST, len(self.letters)) + 1):
            if self.letters[start:end] in characters():
                yield self.letters[start:end], end
            if end in self.ends:
                return


def table() -> dict[str, str]:
    """The content of pinyin.txt: each character's usual reading and those it has in words; 藏 is cang and zang."""
    from pypinyin.phrases_dict import phrases_dict
    from pypinyin.pinyin_dict import pinyin_dict

    usual = {chr(code): [text.split(",")[:1]] for code, text in pinyin_dict.items() if 0x4E00 <= code < 0xA000}
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for word, readings in (usual | phrases_dict).items():
        for character, syllables in zip(word, readings, strict=True):
            for syllable in map(_plain, syllables):
                for spelling in (syllable, syllable.replace("ve", "ue")):  # 略 is typed lve and lue
                    groups[spelling].add(fold(character))
    return {
        syllable: "".join(sorted(character for character in groups[syllable] if character >= "\u3400"))
        for syllable in sorted(groups)
        if re.fullmatch("[a-z]*[aeiouv][a-z]*", syllable)
    }


def _plain(text: str) -> str:
    """Without tone marks, and with v for ü."""
    return unicodedata.normalize("NFD", text).translate(_TONES).replace("u\u0308", "v")


if __name__ == "__main__":
    print("\n".join(f"{syllable} {of_syllable}" for syllable, of_syllable in table().items()))
