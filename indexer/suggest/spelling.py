"""Suggests indexed words for a word that no article contains: typed in pinyin, sounding alike, or a character off."""

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

MAX_SUGGESTIONS = 3
_LONGEST = 16  # characters of a word, as in the analyzer
_MAX_LETTERS = 40  # of words typed in pinyin
_MAX_INITIALS = 6
# Distances of a word, summed over several words; the number of changed characters is added.
_WORD, _CONFUSED, _INITIAL, _MISTYPED, _UNCHANGED = 1000, 100, 200, 300, 400


class Suggestion(NamedTuple):
    """A text to replace what was typed. Suggestions sort by these fields, best first."""

    distance: int
    rarity: int  # minus the number of articles that contain it, or the rarest of its words
    text: str


Span = tuple[int, int, Suggestion]  # [start, end) in the typed letters, and what may replace them


class Vocabulary:
    """The words of all articles, each with its number of articles."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._by_first = _grouped(itemgetter(0), counts)

    @cached_property
    def _by_last(self) -> Mapping[str, list[str]]:
        return _grouped(itemgetter(-1), self._counts)

    def suggest(self, typed: str) -> list[Suggestion]:
        """At most MAX_SUGGESTIONS for a folded word, or for words typed in pinyin or as initials.

        Words without a suggestion stay as typed if others have one.
        """
        letters = Typed.read(typed)
        if letters and len(letters.letters) <= _MAX_LETTERS:
            return self._for_letters(letters)
        return nsmallest(MAX_SUGGESTIONS, self._for_characters(typed)) if 0 < len(typed) <= _LONGEST else []

    def _for_characters(self, typed: str) -> list[Suggestion]:
        """Words that sound alike, otherwise words with one typing error."""
        suggestions: dict[str, Suggestion] = {}
        for distance, sounds in ((_WORD, pinyin.characters()), (_WORD + _CONFUSED, pinyin.confusable())):
            homophones = [self._homophones(character, sounds) for character in typed]
            words = (word for character in homophones[0] for word in self._by_first.get(character, ()))
            for word in words:
                if len(word) == len(typed) and all(map(frozenset.__contains__, homophones, word)):
                    changed = sum(map(str.__ne__, word, typed))
                    suggestions.setdefault(word, self._suggestion(word, distance + changed))
        return [*suggestions.values()] or [*self._mistyped(typed)]

    @staticmethod
    def _homophones(character: str, sounds: Characters) -> frozenset[str]:
        """The characters that share a reading with this one."""
        return frozenset((character,)).union(*(sounds[syllable] for syllable in pinyin.readings().get(character, ())))

    def _mistyped(self, typed: str) -> Iterator[Suggestion]:
        """Words that differ by one added, missing or replaced character, or by two swapped ones."""
        size = len(typed)
        swapped = (typed[:at] + after + before + typed[at + 2 :] for at, (before, after) in enumerate(pairwise(typed)))
        shorter = (typed[:at] + typed[at + 1 :] for at in range(size) if size > 2)
        words = {word for word in (*swapped, *shorter) if word in self._counts}
        if size > 1:  # then the first or the last character is the same
            candidates = (*self._by_first.get(typed[0], ()), *self._by_last.get(typed[-1], ()))
            words.update(word for word in candidates if _is_one_longer_or_replaced(typed, word))
        return (self._suggestion(word, _WORD + _MISTYPED) for word in words)

    def _suggestion(self, word: str, distance: int) -> Suggestion:
        return Suggestion(distance, -self._counts[word], word)

    # Pinyin: words are edges over the typed letters, and a suggestion is a path from the first letter to the last.

    def _for_letters(self, typed: Typed) -> list[Suggestion]:
        """Words typed in exact pinyin; failing that also as initials or in confused syllables; then with typing errors.

        If exact syllables give more words than were typed, fewer words of confused ones may be meant.
        """
        edges: defaultdict[int, list[tuple[int, Suggestion]]] = defaultdict(list)
        paths: list[Suggestion] = []
        for more in (self._exact, self._loose, self._with_errors):
            if paths and (more == self._with_errors or _words(paths[0]) <= len(typed.tokens)):
                break
            for start, end, suggestion in more(typed):
                edges[start].append((end, suggestion))
            paths = _shortest_paths(edges, len(typed.letters))
        return [path for path in paths if _words(path) == _words(paths[0]) and path.text != typed.letters]

    def _exact(self, typed: Typed) -> Iterator[Span]:
        return self._in_pinyin(typed, pinyin.characters(), _WORD)

    def _loose(self, typed: Typed) -> Iterator[Span]:
        yield from self._in_pinyin(typed, pinyin.confusable(), _WORD + _CONFUSED)
        for start, end in typed.tokens:
            if 1 < (size := end - start) <= _MAX_INITIALS:
                groups = [pinyin.initials().get(letter, frozenset()) for letter in typed.letters[start:end]]
                words = (word for first in groups[0] for word in self._by_first.get(first, ()) if len(word) == size)
                matching = (word for word in words if all(map(frozenset.__contains__, groups, word)))
                yield from ((start, end, suggestion) for suggestion in self._best(matching, _WORD + _INITIAL))

    def _with_errors(self, typed: Typed) -> Iterator[Span]:
        for start, end in typed.tokens:
            word = typed.letters[start:end]
            yield start, end, Suggestion(_WORD + _UNCHANGED, 0, word)
            if 2 < len(word) <= _LONGEST:
                suggestions = nsmallest(MAX_SUGGESTIONS, self._mistyped(word))
                yield from ((start, end, suggestion) for suggestion in suggestions)

    def _in_pinyin(self, typed: Typed, sounds: Characters, distance: int) -> Iterator[Span]:
        """The most frequent words for each span of letters that can be read as a word."""
        readable = [_readable(typed, start, sounds) for start in range(len(typed.letters))]
        for start, characters in enumerate(readable):
            by_end: defaultdict[int, list[str]] = defaultdict(list)
            for character in characters:
                for word in self._by_first.get(character, ()):
                    for end in _ends(word, start, readable):
                        if len(word) > 1 or (start, end) in typed.tokens:
                            by_end[end].append(word)
            for end, words in by_end.items():
                yield from ((start, end, suggestion) for suggestion in self._best(words, distance))

    def _best(self, words: Iterable[str], distance: int) -> list[Suggestion]:
        return nsmallest(MAX_SUGGESTIONS, (self._suggestion(word, distance) for word in words))


def _grouped(key: Callable[[str], str], words: Iterable[str]) -> Mapping[str, list[str]]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        groups[key(word)].append(word)
    return groups


def _words(suggestion: Suggestion) -> int:
    """The number of words of a suggestion."""
    return suggestion.distance // _WORD


def _is_one_longer_or_replaced(typed: str, word: str) -> bool:
    if len(word) == len(typed):
        return sum(map(str.__ne__, word, typed)) == 1
    return len(word) == len(typed) + 1 and any(word[:at] + word[at + 1 :] == typed for at in range(len(word)))


def _readable(typed: Typed, start: int, sounds: Characters) -> dict[str, tuple[int, ...]]:
    """The characters that the letters from `start` can be read as, each with the ends of its syllables."""
    ends: dict[str, tuple[int, ...]] = {}
    for syllable, end in typed.syllables(start):
        for character in sounds[syllable]:
            ends[character] = (*ends.get(character, ()), end)
    return ends


def _ends(word: str, start: int, readable: Sequence[Mapping[str, tuple[int, ...]]]) -> set[int]:
    """The positions where a word read from `start` may end."""
    ends = {start}
    for character in word:
        ends = {end for at in ends if at < len(readable) for end in readable[at].get(character, ())}
        if not ends:
            break
    return ends


def _shortest_paths(edges: Mapping[int, Sequence[tuple[int, Suggestion]]], size: int) -> list[Suggestion]:
    """The texts with the smallest distances that cover all letters."""
    paths: defaultdict[int, dict[str, Suggestion]] = defaultdict(dict, {0: {"": Suggestion(0, 0, "")}})
    for start in range(size):
        for path in nsmallest(MAX_SUGGESTIONS, paths[start].values()):
            for end, word in edges.get(start, ()):
                text = f"{path.text} {word.text}".strip()
                longer = Suggestion(path.distance + word.distance, max(path.rarity or word.rarity, word.rarity), text)
                paths[end][text] = min(longer, paths[end].get(text, longer))
    return nsmallest(MAX_SUGGESTIONS, paths[size].values())
