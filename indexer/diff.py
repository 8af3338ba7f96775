"""What changed between two versions of an article: by sentence, and within a changed sentence by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import Any, Literal

from archive.article import KEYS, Revision
from archive.jsonl import origin, times, values
from indexer.text.analyzer import Analyzer

_SENTENCE = re.compile(r".+?(?:[。！？!?；…]+[”’」』）)]*\n*|\n+|\Z)", re.DOTALL)
_TEXTS = {"title", "original_title", "body", "rights"}  # another field is replaced as a whole
_LONG = 6  # characters of a sentence that can count as moved: shorter ones recur by chance
_ISLAND = 2  # unchanged characters between two changes that become one
_REWRITTEN = 0.25  # share of a passage: with less in common it is replaced as a whole
_MOST_PAIRS = 2_000_000  # of equal sentences or words that are tried, about a second; with more it is replaced too


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text. A moved sentence is "moved" at its new place and "left" at its old one."""

    kind: Literal["same", "removed", "added", "moved", "left"]
    text: str


Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A version and what it changed: the fields that differ from the version before, characters added and removed.

    `added` and `removed` count the texts (titles, body, rights notice) without whitespace.
    """

    revision: Revision
    fields: tuple[str, ...] = ()
    added: int = 0
    removed: int = 0

    def to_json(self) -> dict[str, Any]:
        issued = self.revision.article.issued
        return {
            "sequence": self.revision.sequence, **times(self.revision),
            "published": issued and issued.isoformat(),
            "changed": self.fields, "added": self.added, "removed": self.removed, **origin(self.revision),
        }  # fmt: skip


def steps(versions: Sequence[Revision], analyzer: Analyzer) -> Iterator[Step]:
    """Every version, oldest first, with what it changed; the first changes nothing."""
    yield from map(Step, versions[:1])
    for old, new in pairwise(versions):
        changes = differences(old, new, analyzer)
        parts = [part for field in _TEXTS & changes.keys() for part in changes[field]]
        yield Step(new, tuple(changes), _size(parts, "added"), _size(parts, "removed"))


def _size(parts: Iterable[Part], kind: str) -> int:
    return sum(len("".join(part.text.split())) for part in parts if part.kind == kind)


def differences(old: Revision, new: Revision, analyzer: Analyzer) -> dict[str, Parts]:
    """Each field that differs, in the order of KEYS with `gone` last; changes of whitespace are left out."""
    before, after = values(old), values(new)
    return {
        key: (compare if key in _TEXTS else _replaced)(_printed(before[key]), _printed(after[key]), analyzer)
        for key in (*KEYS, "gone")
        if before[key] != after[key]
    }


def _printed(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(" ".join(item.values()) if isinstance(item, dict) else item for item in value)
    return "" if value is None else str(value)


def _replaced(old: str, new: str, _analyzer: Analyzer) -> Parts:
    return _parts("", old, new)


def _parts(same: str, removed: str, added: str) -> Parts:
    return tuple(part for part in (Part("same", same), Part("removed", removed), Part("added", added)) if part.text)


def compare(old: str, new: str, analyzer: Analyzer) -> Parts:
    """What was removed, added and moved, in the order of both texts; whitespace makes no difference."""
    return tuple(_compare(_SENTENCE.findall(old), _SENTENCE.findall(new), analyzer))


def _compare(old: list[str], new: list[str], analyzer: Analyzer) -> Iterator[Part]:
    if _too_alike([*map(_key, old)], [*map(_key, new)]):
        yield from _replaced("".join(old), "".join(new), analyzer)
        return
    codes = SequenceMatcher(None, [*map(_key, old)], [*map(_key, new)], autojunk=False).get_opcodes()
    moved = _moved([(old[a:b], new[c:d]) for kind, a, b, c, d in codes if kind != "equal"])
    for kind, a, b, c, d in codes:
        if kind == "equal":
            yield Part("same", "".join(new[c:d]))
        else:
            yield from _changed(_runs_of(old[a:b], moved), _runs_of(new[c:d], moved), analyzer)


def _too_alike(old: list[str], new: list[str]) -> bool:
    """Whether so many items are equal to so many others that comparing would take minutes: one word a million times."""
    there = Counter(new)
    return sum(there[item] for item in old) > _MOST_PAIRS


def _key(sentence: str) -> str:
    return "".join(sentence.split())


def _moved(passages: Sequence[tuple[list[str], list[str]]]) -> set[str]:
    """The sentences that were removed exactly once and added exactly once."""
    removed, added = (Counter(_key(sentence) for passage in passages for sentence in passage[side]) for side in (0, 1))
    return {key for key, count in removed.items() if count == 1 == added[key] and len(key) >= _LONG}


def _runs_of(sentences: list[str], moved: set[str]) -> list[tuple[bool, str]]:
    return [(has, "".join(run)) for has, run in groupby(sentences, lambda sentence: _key(sentence) in moved)]


def _changed(old: list[tuple[bool, str]], new: list[tuple[bool, str]], analyzer: Analyzer) -> Iterator[Part]:
    """A passage: moved sentences by themselves, the rest compared word by word."""
    while old or new:
        if old and old[0][0]:
            yield Part("left", old.pop(0)[1])
        elif new and new[0][0]:
            yield Part("moved", new.pop(0)[1])
        else:
            yield from _by_word(old.pop(0)[1] if old else "", new.pop(0)[1] if new else "", analyzer)


def _by_word(old: str, new: str, analyzer: Analyzer) -> Parts:
    before, after = analyzer.pieces(old), analyzer.pieces(new)
    if _too_alike(before, after):
        return _replaced(old, new, analyzer)
    runs = _runs(before, after)
    if sum(len(same) for same, _removed, _added in runs) < _REWRITTEN * max(len(old), len(new)):
        return _replaced(old, new, analyzer)
    return tuple(part for run in runs for part in _parts(*run))


def _runs(before: list[str], after: list[str]) -> list[tuple[str, str, str]]:
    """A series of: text that is the same, text removed after it, text added in its place."""
    runs = [("", "", "")]
    for kind, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        removed, added = "".join(before[a:b]), "".join(after[c:d])
        if kind == "equal":
            runs.append((added, "", ""))
        elif len(runs) > 1 and any(runs[-2][1:]) and len(island := runs[-1][0]) <= _ISLAND and "\n" not in island:
            runs.pop()
            same, *change = runs.pop()
            runs.append((same, change[0] + island + removed, change[1] + island + added))
        else:
            runs[-1] = (runs[-1][0], removed, added)
    return runs


def lines(parts: Iterable[Part]) -> list[list[Part]]:
    """The parts of each line."""
    split: list[list[Part]] = [[]]
    for part in parts:
        for number, text in enumerate(part.text.split("\n")):
            if number:
                split.append([])
            if text:
                split[-1].append(Part(part.kind, text))
    return split
