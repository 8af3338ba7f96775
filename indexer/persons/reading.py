"""A text as it is searched for persons: its words, the cues in it, and the parts that name none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, pairwise

from indexer.persons.cues import cues, people, words
from indexer.text.analyzer import Analyzer, fold, lexicon

_BEFORE = {"kind": 1.8, "label": 2.0, "role": 3.0, "relative": 3.0, "naming": 2.5}
_BEHIND = {
    "bracket": 2.0, "address": 3.0, "speech": 2.2, "work": 1.4, "number": 1.4, "action": 0.9, "end": 0.4,
    "other": 0.0, "": -0.6, "place": -4.0, "meaning": -4.0,
}  # fmt: skip
_ORIGIN = 2.0
_QUOTES, _ENDS_OF_TERMS = frozenset('“‘「『"'), frozenset('”’」』"(')
_AFTER_ITEMS = frozenset("、等和与及,。;")
_OPENING, _CLOSING = frozenset('“‘《「『"'), frozenset('”’》」』"')


@dataclass(frozen=True, slots=True)
class Reading:
    """A folded text with what is known of each position."""

    text: str
    folded: str
    words: dict[int, int]  # the end of the word that starts at a position
    roles: dict[int, int]  # where a name may start, directly behind a role: the start of that role
    before: dict[int, float]  # evidence of the words that end there
    masked: bytearray  # 1 in bylines, places and institutions

    def behind(self, end: int) -> float:
        """The evidence of what follows a name that ends here."""
        return _BEHIND[self._kind_behind(end)[0]]

    def is_quoted(self, start: int, end: int) -> bool:
        """Whether quotation marks or those of a title stand on both sides."""
        return self.folded[max(0, start - 1) : start] in _OPENING and self.folded[end : end + 1] in _CLOSING

    def is_term(self, start: int, end: int) -> bool:
        """Whether it stands in quotation marks, perhaps with an explanation in brackets: “朗达”, “朗达（唱腔）”."""
        return self.folded[max(0, start - 1) : start] in _QUOTES and self.folded[end : end + 1] in _ENDS_OF_TERMS

    def is_among_things(self, start: int, end: int) -> bool:
        """Whether a common noun is the next item of its list, or the one before."""
        nouns = []
        if self.folded[end : end + 1] == "、":
            last = self.words.get(end + 1, end + 1)
            nouns += [self.folded[end + 1 : last]] if self.folded[last : last + 1] in _AFTER_ITEMS else []
        if self.folded[max(0, start - 1) : start] == "、":
            firsts = range(max(1, start - 5), start - 2)
            nouns += [
                self.folded[first : start - 1]
                for first in firsts
                if self.words.get(first) == start - 1 and self.folded[first - 1] == "、"
            ]
        return any(kind_of(noun) == "n" for noun in nouns)

    def is_place(self, end: int) -> bool:
        """Whether what ends here is the name of a place, as the word behind it says."""
        return self._kind_behind(end)[0] == "place"

    def has_cue(self, start: int, end: int) -> bool:
        """Whether a role or the like stands beside a name."""
        return self.before.get(start, 0) >= _BEFORE["label"] or self.behind(end) >= _BEHIND["bracket"]

    def address(self, end: int) -> str:
        """The title that follows a name, or ""."""
        kind, word = self._kind_behind(end)
        return word if kind == "address" and word in set(words("Roles")) else ""

    def _kind_behind(self, end: int) -> tuple[str, str]:
        match = cues().behind.match(self.folded, end)
        if not match:
            return "", ""
        return cues().kinds.get(match[0], match.lastgroup or ""), match[0]


@lru_cache(maxsize=1 << 14)
def kind_of(word: str) -> str:
    """The part of speech that jieba's dictionary gives a word, "" for an unknown one."""
    return analyzer().part_of_speech(word)


@cache
def analyzer() -> Analyzer:
    return Analyzer(lexicon())


def read(text: str, others: Iterable[tuple[int, int]]) -> Reading:
    """`others` are the spans of places and institutions in the text."""
    folded = fold(text)
    masked = bytearray(len(folded))
    for start, end in (*others, *(match.span() for match in cues().bylines.finditer(folded))):
        masked[start:end] = b"\1" * (end - start)
    cuts = list(accumulate(map(len, analyzer().pieces(folded)), initial=0))
    ends = set(cuts)
    ends.update(end - 1 for end in cuts if end > 1 and folded[end - 1] == "说")  # a word like 明说 is often 张明|说
    roles: dict[int, int] = {}
    before = dict.fromkeys(_kinds_of_people(folded, cuts), _BEFORE["kind"])
    for match in cues().origin.finditer(folded):
        before[match.end()] = _ORIGIN
    for kind, start, end in _before(folded, ends):
        before[end] = _BEFORE[kind]
        if kind == "role":
            roles[end] = start
    places = sorted(ends.union(before, (0, len(folded))))
    return Reading(text, folded, dict(pairwise(places)), roles, before, masked)


def _before(folded: str, ends: set[int]) -> Iterator[tuple[str, int, int]]:
    """Roles and the like that end where a word does: their kind, start, and end with what may be between."""
    at = 0
    while match := cues().before.search(folded, at):
        at = match.end()
        if match.lastgroup and at in ends:
            between = cues().between.match(folded, at)
            kind = "label" if between and ":" in between[0] else match.lastgroup
            yield kind, match.start(), between.end() if between else at
        elif match.lastgroup:
            at = match.start() + 1


def _kinds_of_people(folded: str, ends: list[int]) -> Iterator[int]:
    """Where words end that say what somebody is by their last character: 护鸟员, 藏家, 手艺人."""
    for start, end in pairwise(ends):
        if end - start > 1 and folded[end - 1] in people() and kind_of(folded[start:end]).startswith("n"):
            yield end
