"""How Chinese characters are read aloud, tones aside, and what is typed as if it were read: yuanzang, yuán zàng, lü.

pinyin.txt has a syllable a line, and the characters that are read so. It is made of the data of
pypinyin (MIT licence, Copyright (c) 2016 mozillazg, 闲耘), which itself would take half a second
to load: `python -m indexer.suggest.pinyin > indexer/suggest/pinyin.txt`.
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
    """The characters that each syllable stands for, folded; ü is v."""
    lines = (Path(__file__).parent / "pinyin.txt").read_text(encoding="utf-8").splitlines()
    return {syllable: frozenset(read_so) for syllable, read_so in map(str.split, lines)}


@cache
def blurred() -> Characters:
    """The same, with those of syllables that are easily confused: zan stands for what is read zhang, too."""
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for syllable, read_so in characters().items():
        found[_blur(syllable)] |= read_so
    return {syllable: found[_blur(syllable)] for syllable in characters()}


def _blur(syllable: str) -> str:
    """What is left of a syllable where zh is z, ch c, sh s, ng n, and n l."""
    return re.sub("ng$", "n", re.sub("^n", "l", re.sub("^([zcs])h", r"\1", syllable)))


@cache
def initials() -> Characters:
    """The characters that each letter begins a reading of."""
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for syllable, read_so in characters().items():
        found[syllable[0]] |= read_so
    return found


@cache
def readings() -> Mapping[str, tuple[str, ...]]:
    """The syllables of each character."""
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for syllable, read_so in characters().items():
        for character in read_so:
            found[character] += (syllable,)
    return found


@dataclass(frozen=True, slots=True)
class Typed:
    """Latin letters that may be pinyin: without tones, blanks and apostrophes, ü as v."""

    letters: str
    tokens: tuple[tuple[int, int], ...]  # what stood between blanks, [start, end) in the letters
    ends: frozenset[int]  # where an apostrophe, a tone's number or a blank ends a syllable

    @classmethod
    def read(cls, text: str) -> Typed | None:
        """None where that is no text in Latin letters."""
        plain = _plain(fold(text)).strip()
        if not _TYPED.fullmatch(plain):
            return None
        parts = [re.findall("[a-z]+", token) for token in plain.split()]
        ends = [0, *accumulate(sum(map(len, token)) for token in parts)]
        syllables = accumulate(len(part) for token in parts for part in token)
        return cls("".join(map("".join, parts)), tuple(pairwise(ends)), frozenset(syllables))

    def syllables(self, start: int) -> Iterator[tuple[str, int]]:
        """Each syllable that may begin there, and where it ends."""
        for end in range(start + 1, min(start + _LONGEST, len(self.letters)) + 1):
            if self.letters[start:end] in characters():
                yield self.letters[start:end], end
            if end in self.ends:
                return


def table() -> dict[str, str]:
    """What pinyin.txt says: each character's usual reading, and those that it has in words; 藏 is cang and zang."""
    from pypinyin.phrases_dict import phrases_dict
    from pypinyin.pinyin_dict import pinyin_dict

    usual = {chr(code): [said.split(",")[:1]] for code, said in pinyin_dict.items() if 0x4E00 <= code < 0xA000}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for word, said in (usual | phrases_dict).items():
        for character, syllables in zip(word, said, strict=True):
            for syllable in map(_plain, syllables):
                for spelling in (syllable, syllable.replace("ve", "ue")):  # 略 is typed lve and lue
                    found[spelling].add(fold(character))
    return {
        syllable: "".join(sorted(sign for sign in found[syllable] if sign >= "\u3400"))
        for syllable in sorted(found)
        if re.fullmatch("[a-z]*[aeiouv][a-z]*", syllable)
    }


def _plain(text: str) -> str:
    """Without marks of tones, and with v for ü."""
    return unicodedata.normalize("NFD", text).translate(_TONES).replace("u\u0308", "v")


if __name__ == "__main__":
    print("\n".join(f"{syllable} {read_so}" for syllable, read_so in table().items()))
