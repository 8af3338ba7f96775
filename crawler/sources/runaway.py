"""Finds patterns that can run away: Python tries every way to match, and some texts have far too many.

A pattern becomes an automaton (Glushkov's) whose states are the pattern's single characters. A text
takes as many steps as there are paths in it, each with its number of ways. Two loops that can read
one word, the second behind or around the first, multiply the paths: such words are looked for in the
product of the automaton with itself (Weber and Seidl 1991; Weideman 2017). Whether one is an attack
is then counted, with all limits of the repeats, on a text that repeats it.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from re import _compiler, _parser  # type: ignore[attr-defined]  # the grammar itself; the tests try every kind of part
from typing import Any

_MOST_STATES = 2_000
_MOST_PARTS = 20_000
_MOST_NODES = 200_000  # of products of an automaton with itself
_LENGTH = 600  # characters of an attack; the steps of one of twice the length are to be about twice as many
_GROWTH = 2.6
_MOST_PER_CHARACTER = 60  # steps: a page of 4 MB may take a second or two
_SAMPLE = "0aZ_ \n\t-/.<>'\"=:西é１\u3000"


class TooComplicatedError(Exception):
    """The automaton, or its product with itself, is too large to decide."""


@dataclass(slots=True)
class _Part:
    """A part of a pattern: in how many ways it is empty, and its first and last states, each in so many ways."""

    empty: int = 1
    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)


class _Automaton:
    """`relaxed`: repeats have no limit, so that the automaton is small and has at least the words of the other."""

    def __init__(self, pattern: re.Pattern[str], searched: bool, relaxed: bool) -> None:
        self._relaxed = relaxed
        self._parts = 0
        self._groups: dict[int, tuple[Any, int]] = {}
        self.accepted: list[frozenset[str]] = []
        self.edges: list[Counter[int]] = []
        tree = _parser.parse(pattern.pattern)
        self._state = tree.state
        self.alphabet = sorted({*_SAMPLE, *_characters(tree)})
        whole = self._sequence(tree, pattern.flags)
        if searched and not _is_anchored(tree, pattern.flags):
            start = self._add(frozenset(self.alphabet))
            self._join(start.last, start.first)
            whole = self._then(_Part(1, start.first, start.last), whole)
        self.first = whole.first
        self.successors = [self._by_character(edges) for edges in self.edges]
        self.start = self._by_character(self.first)

    def _by_character(self, edges: Counter[int]) -> dict[str, list[int]]:
        by_character: dict[str, list[int]] = {}
        for state in edges:
            for character in self.accepted[state]:
                by_character.setdefault(character, []).append(state)
        return by_character

    # From the tree

    def _sequence(self, tree: Iterable[Any], flags: int) -> _Part:
        whole = _Part()
        for operator, argument in tree:
            whole = self._then(whole, self._part(str(operator), argument, flags))
        return whole

    def _part(self, operator: str, argument: Any, flags: int) -> _Part:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise TooComplicatedError
        if operator in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            return self._add(self._accepted(operator, argument, flags))
        if operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, tree = argument
            return self._repeat(least, most, tree, flags)
        if operator == "SUBPATTERN":
            group, added, removed, tree = argument
            flags = (flags | added) & ~removed
            if group:
                self._groups[group] = tree, flags
            return self._sequence(tree, flags)
        if operator == "GROUPREF":
            return self._sequence(*self._groups.get(argument, ((), 0)))
        if operator == "GROUPREF_EXISTS":
            _group, then, otherwise = argument
            return self._either([then, otherwise or ()], flags)
        if operator == "BRANCH":
            return self._either(argument[1], flags)
        if operator == "ATOMIC_GROUP":
            return self._sequence(argument, flags)
        if operator in ("ASSERT", "ASSERT_NOT"):  # what is tried in it leads nowhere
            return _Part(1, self._sequence(argument[1], flags).first)
        return _Part(0) if operator == "FAILURE" else _Part()  # else AT

    def _accepted(self, operator: str, argument: Any, flags: int) -> frozenset[str]:
        item = _parser.SubPattern(self._state, [(getattr(_parser, operator), argument)])
        matches = _compiler.compile(item, flags & ~re.DEBUG).fullmatch
        return frozenset(filter(matches, self.alphabet))

    def _add(self, accepted: frozenset[str]) -> _Part:
        if len(self.accepted) == _MOST_STATES:
            raise TooComplicatedError
        self.accepted.append(accepted)
        self.edges.append(Counter())
        state = len(self.accepted) - 1
        return _Part(0, Counter({state: 1}), Counter({state: 1}))

    def _join(self, last: Counter[int], first: Counter[int]) -> None:
        for state, ways in last.items():
            for following, more in first.items():
                self.edges[state][following] += ways * more

    def _then(self, part: _Part, following: _Part) -> _Part:
        self._join(part.last, following.first)
        first = part.first + _times(following.first, part.empty)
        return _Part(part.empty * following.empty, first, following.last + _times(part.last, following.empty))

    def _either(self, trees: Iterable[Any], flags: int) -> _Part:
        parts = [self._sequence(tree, flags) for tree in trees]
        first = sum((part.first for part in parts), Counter[int]())
        return _Part(sum(part.empty for part in parts), first, sum((part.last for part in parts), Counter[int]()))

    def _repeat(self, least: int, most: int, tree: Any, flags: int) -> _Part:
        is_endless = most == _parser.MAXREPEAT or (self._relaxed and most > 1)
        whole = _Part()
        for _number in range(0 if is_endless and self._relaxed else least - is_endless):
            whole = self._then(whole, self._sequence(tree, flags))
        if is_endless:
            loop = self._sequence(tree, flags)
            self._join(loop.last, loop.first)
            return self._then(whole, _Part(loop.empty + (not least), loop.first, loop.last))
        rest = _Part()
        for _number in range(most - least):
            before = self._sequence(tree, flags)
            rest = self._then(before, rest)
            rest.empty = 1
        return self._then(whole, rest)

    # Steps

    def steps(self, text: str, most: int) -> int:
        """How many steps a text takes that matches nowhere at last; more than `most` where it takes more."""
        paths: Counter[int] = Counter({state: self.first[state] for state in self.start.get(text[0], ())})
        total = paths.total()
        for character in text[1:]:
            following: Counter[int] = Counter()
            for state, ways in paths.items():
                edges = self.edges[state]
                for successor in self.successors[state].get(character, ()):
                    following[successor] += ways * edges[successor]
            paths = following
            total += paths.total()
            if total > most:
                break
        return total


def _times(ways: Counter[int], factor: int) -> Counter[int]:
    return Counter({state: number * factor for state, number in ways.items()}) if factor else Counter()


def _characters(tree: Any) -> Iterator[str]:
    """The characters that a pattern names, and those beside its ranges."""
    for operator, argument in tree:
        if str(operator) in ("LITERAL", "NOT_LITERAL"):
            yield from _near(argument)
        elif str(operator) == "RANGE":
            for end in argument:
                yield from _near(end)
        elif isinstance(argument, list | tuple | _parser.SubPattern):
            yield from _inside(argument)


def _inside(argument: Iterable[Any]) -> Iterator[str]:
    for part in argument:
        if isinstance(part, _parser.SubPattern):
            yield from _characters(part)
        elif isinstance(part, list):
            yield from _inside(part)
        elif isinstance(part, tuple):
            yield from _characters([part])


def _near(code: int) -> Iterator[str]:
    for other in (code, code + 1):
        if other < 0x110000:
            yield chr(other)


def _is_anchored(tree: Any, flags: int) -> bool:
    operator, argument = tree[0] if len(tree) else ("", "")
    beginning = "AT_BEGINNING_STRING" if flags & re.MULTILINE else "AT_BEGINNING"
    return str(operator) == "AT" and str(argument).startswith(beginning)


# Words that multiply the paths

Node = tuple[int, ...]


class _Search:
    """Looks for words in products of an automaton with itself, up to a number of nodes altogether."""

    def __init__(self, automaton: _Automaton) -> None:
        self._automaton = automaton
        self._nodes = 0

    def pumps(self) -> Iterator[tuple[int, str]]:
        """States, and a word that leads from each to itself and multiplies the paths there."""
        states = range(len(self._automaton.accepted))
        reached = {state: self._reached(state) for state in states}
        loops = [state for state in states if state in reached[state]]
        for state in loops:
            within = {other for other in reached[state] if state in reached[other]}
            if word := self._ambiguous(state, within):
                yield state, word
        for state, behind in product(loops, loops):
            if behind in reached[state] and state not in reached[behind]:
                first = {other for other in reached[state] if state in reached[other]}
                last = {other for other in reached[behind] if behind in reached[other]}
                if word := self._word((state, state, behind), (state, behind, behind), (first, reached[state], last)):
                    yield state, word

    def to(self, state: int) -> str:
        """A word that leads to a state."""
        for character, states in sorted(self._automaton.start.items()):
            for first in states:
                if first == state:
                    return character
                if word := self._word((first,), (state,), (set(range(len(self._automaton.accepted))),)):
                    return character + word
        return ""

    def _reached(self, state: int) -> set[int]:
        reached: set[int] = set()
        waiting = [state]
        while waiting:
            for following in self._automaton.edges[waiting.pop()]:
                if following not in reached and self._automaton.accepted[following]:
                    reached.add(following)
                    waiting.append(following)
        return reached

    def _ambiguous(self, state: int, within: set[int]) -> str:
        """A word that leads from a state to itself on two paths."""
        edges = self._automaton.edges

        def moves(node: Node) -> Iterator[tuple[str, Node]]:
            first, second, has_parted = node
            for character, (one, other) in self._moves(node[:2], (within, within)):
                parted = has_parted or one != other or (first == second and edges[first][one] > 1)
                yield character, (one, other, int(parted))

        return self._path((state, state, 0), (state, state, 1), moves)

    def _word(self, start: Node, goal: Node, within: Sequence[set[int]]) -> str:
        """A word that leads from each state of `start` to that of `goal`; "" if there is none."""
        return self._path(start, goal, lambda node: self._moves(node, within))

    def _moves(self, node: Node, within: Sequence[set[int]]) -> Iterator[tuple[str, Node]]:
        successors = [self._automaton.successors[state] for state in node]
        for character, first in successors[0].items():
            if all(character in each for each in successors):
                choices = [first, *(each[character] for each in successors[1:])]
                kept = [
                    [state for state in states if state in room] for states, room in zip(choices, within, strict=True)
                ]
                for following in product(*kept):
                    yield character, following

    def _path(self, start: Node, goal: Node, moves: Callable[[Node], Iterable[tuple[str, Node]]]) -> str:
        words = {start: ""}
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            self._nodes += 1
            if self._nodes > _MOST_NODES:
                raise TooComplicatedError
            for character, following in moves(node):
                if following == goal:
                    return words[node] + character
                if following not in words:
                    words[following] = words[node] + character
                    waiting.append(following)
        return ""


@cache
def attacks(pattern: re.Pattern[str], searched: bool) -> tuple[tuple[str, str], ...]:
    """What may be an attack: the beginning of a text, and what is repeated after it. Raises TooComplicatedError."""
    relaxed = _Automaton(pattern, searched, relaxed=True)
    search = _Search(relaxed)
    pumps = dict.fromkeys(search.pumps())
    words = dict.fromkeys(word for _state, word in pumps)
    singles = [(search.to(state), word) for state, word in pumps]
    return tuple(dict.fromkeys(singles)) + ((("", "".join(words)),) if len(words) > 1 else ())


@cache
def attack_on(pattern: re.Pattern[str], searched: bool) -> str:
    """What an attack on a pattern repeats; "" if there is none. Raises TooComplicatedError."""
    exact: _Automaton | None = None
    for beginning, word in attacks(pattern, searched):
        exact = exact or _Automaton(pattern, searched, relaxed=False)
        if _is_attack(exact, beginning, word):
            return word
    return ""


def _is_attack(automaton: _Automaton, beginning: str, word: str) -> bool:
    short, long = (beginning + word * (length // len(word) + 1) for length in (_LENGTH, 2 * _LENGTH))
    most = _MOST_PER_CHARACTER * len(long)
    steps = automaton.steps(long, most)
    return steps > most or (steps > _GROWTH * automaton.steps(short, most) and steps > 4 * len(long))
