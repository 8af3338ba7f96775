"""Words of the index near to one that no article holds: typed as they sound, sounding alike, or one character off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from heapq import nsmallest
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from indexer.suggest import pinyin
from indexer.suggest.pinyin import Characters, Typed

MOST = 3  # words that are told
_LONGEST = 16  # characters of a word, as the analyzer looks it through
_LETTERS = 40  # of words typed as they sound; a longer one is no question
_INITIALS = 6
# How far a word is from what was typed, each word of several added up; and how many of its characters are other ones.
_WORD, _CONFUSED, _INITIAL, _OFF, _AS_IT_IS = 1000, 100, 200, 300, 400


class Near(NamedTuple):
    """Text in place of what was typed; in the order of these fields the nearest comes first."""

    distance: int
    rarity: int  # how many articles have it, or the rarest of its words, below zero
    text: str


class Vocabulary:
    """The words of all articles, each with the number of articles."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._starting = _by(itemgetter(0), counts)

    @cached_property
    def _ending(self) -> Mapping[str, list[str]]:
        return _by(itemgetter(-1), self._counts)

    def near(self, typed: str) -> list[Near]:
        """The nearest to a folded word, or to words typed in pinyin or by their initials; at most MOST.

        Of several words those that nothing is near to stay as they are.
        """
        spoken = Typed.read(typed)
        if spoken and len(spoken.letters) <= _LETTERS:
            return self._spoken(spoken)
        return nsmallest(MOST, self._alike(typed)) if 0 < len(typed) <= _LONGEST else []

    def _alike(self, typed: str) -> list[Near]:
        found: dict[str, Near] = {}
        for distance, sounds in ((_WORD, pinyin.characters()), (_WORD + _CONFUSED, pinyin.blurred())):
            read_so = [self._read_as(sign, sounds) for sign in typed]
            words = (word for sign in read_so[0] for word in self._starting.get(sign, ()))
            for word in words:
                if len(word) == len(typed) and all(sign in some for sign, some in zip(word, read_so, strict=True)):
                    changed = sum(map(str.__ne__, word, typed))
                    found.setdefault(word, self._told(word, distance + changed))
        return [*found.values()] or [*self._one_off(typed)]

    @staticmethod
    def _read_as(sign: str, sounds: Characters) -> frozenset[str]:
        """The characters that sound like this one in any of its readings."""
        return frozenset((sign,)).union(*(sounds[syllable] for syllable in pinyin.readings().get(sign, ())))

    def _one_off(self, typed: str) -> Iterator[Near]:
        """Words with one character more, less or other, or with two that changed places."""
        size = len(typed)
        swapped = (typed[:at] + after + before + typed[at + 2 :] for at, (before, after) in enumerate(pairwise(typed)))
        shorter = (typed[:at] + typed[at + 1 :] for at in range(size) if size > 2)
        words = {word for word in (*swapped, *shorter) if word in self._counts}
        if size > 1:  # then the first or the last character is the same
            alike = (*self._starting.get(typed[0], ()), *self._ending.get(typed[-1], ()))
            words.update(word for word in alike if _one_more_or_other(typed, word))
        return (self._told(word, _WORD + _OFF) for word in words)

    def _told(self, word: str, distance: int) -> Near:
        return Near(distance, -self._counts[word], word)

    # Pinyin: words are steps over the letters, and what was typed is a way from the first to the last.

    def _spoken(self, typed: Typed) -> list[Near]:
        """What is written in pinyin, or else in initials or confused syllables too, or else with a slip.

        Where syllables make more words than were typed, a word of confused ones may be meant.
        """
        steps: defaultdict[int, list[tuple[int, Near]]] = defaultdict(list)
        found: list[Near] = []
        for more in (self._exact, self._loose, self._slips):
            if found and (more == self._slips or _words(found[0]) <= len(typed.tokens)):
                break
            for start, end, near in more(typed):
                steps[start].append((end, near))
            found = _ways(steps, len(typed.letters))
        return [near for near in found if _words(near) == _words(found[0]) and near.text != typed.letters]

    def _exact(self, typed: Typed) -> Iterator[tuple[int, int, Near]]:
        return self._read_aloud(typed, pinyin.characters(), _WORD)

    def _loose(self, typed: Typed) -> Iterator[tuple[int, int, Near]]:
        yield from self._read_aloud(typed, pinyin.blurred(), _WORD + _CONFUSED)
        for start, end in typed.tokens:
            if 1 < end - start <= _INITIALS:
                some = [pinyin.initials().get(letter, frozenset()) for letter in typed.letters[start:end]]
                words = (word for sign in some[0] for word in self._starting.get(sign, ()) if len(word) == len(some))
                fit = (word for word in words if all(map(frozenset.__contains__, some, word)))
                yield from ((start, end, near) for near in self._best(fit, _WORD + _INITIAL))

    def _slips(self, typed: Typed) -> Iterator[tuple[int, int, Near]]:
        for start, end in typed.tokens:
            word = typed.letters[start:end]
            yield start, end, Near(_WORD + _AS_IT_IS, 0, word)
            if 2 < len(word) <= _LONGEST:
                yield from ((start, end, near) for near in nsmallest(MOST, self._one_off(word)))

    def _read_aloud(self, typed: Typed, sounds: Characters, distance: int) -> Iterator[tuple[int, int, Near]]:
        """Each place where a word may be read, with the most frequent words."""
        after = [_signs(typed, start, sounds) for start in range(len(typed.letters))]
        for start, signs in enumerate(after):
            found: defaultdict[int, list[str]] = defaultdict(list)
            for sign in signs:
                for word in self._starting.get(sign, ()):
                    for end in _read(word, start, after):
                        if len(word) > 1 or (start, end) in typed.tokens:
                            found[end].append(word)
            for end, words in found.items():
                yield from ((start, end, near) for near in self._best(words, distance))

    def _best(self, words: Iterable[str], distance: int) -> list[Near]:
        return nsmallest(MOST, (self._told(word, distance) for word in words))


def _by(sign: Callable[[str], str], words: Iterable[str]) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        found[sign(word)].append(word)
    return found


def _words(near: Near) -> int:
    return near.distance // _WORD


def _one_more_or_other(typed: str, word: str) -> bool:
    if len(word) == len(typed):
        return sum(map(str.__ne__, word, typed)) == 1
    return len(word) == len(typed) + 1 and any(word[:at] + word[at + 1 :] == typed for at in range(len(word)))


def _signs(typed: Typed, start: int, sounds: Characters) -> dict[str, tuple[int, ...]]:
    """The characters that may be read from there, each with where its syllable ends."""
    found: dict[str, tuple[int, ...]] = {}
    for syllable, end in typed.syllables(start):
        for sign in sounds[syllable]:
            found[sign] = (*found.get(sign, ()), end)
    return found


def _read(word: str, start: int, after: Sequence[Mapping[str, tuple[int, ...]]]) -> set[int]:
    """Where a word that is read from there may end."""
    ends = {start}
    for sign in word:
        ends = {end for at in ends if at < len(after) for end in after[at].get(sign, ())}
        if not ends:
            break
    return ends


def _ways(steps: Mapping[int, Sequence[tuple[int, Near]]], size: int) -> list[Near]:
    """The nearest texts that take all letters, step by step."""
    ways: defaultdict[int, dict[str, Near]] = defaultdict(dict, {0: {"": Near(0, 0, "")}})
    for start in range(size):
        for way in nsmallest(MOST, ways[start].values()):
            for end, near in steps.get(start, ()):
                text = f"{way.text} {near.text}".strip()
                further = Near(way.distance + near.distance, max(way.rarity or near.rarity, near.rarity), text)
                ways[end][text] = min(further, ways[end].get(text, further))
    return nsmallest(MOST, ways[size].values())
