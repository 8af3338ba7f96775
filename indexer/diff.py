"""What changed between two versions of an article: by sentence, and within a changed sentence by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import Any, Literal

from archive.article import KEYS, Revision, to_json
from indexer.text.analyzer import Analyzer

_SENTENCE = re.compile(r".+?(?:[。！？!?；…]+[”’」』）)]*\n*|\n+|\Z)", re.DOTALL)
_TEXTS = {"title", "original_title", "body", "rights"}  # another field is replaced as a whole
_LONG = 6  # characters of a sentence that may have moved: a shorter one stands anywhere
_ISLAND = 2  # characters between two changes that are no reason to tell them apart
_REWRITTEN = 0.25  # of a passage: with less in common it is not taken apart


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text. What has moved is "moved" where it stands now, and "left" where it stood."""

    kind: Literal["same", "removed", "added", "moved", "left"]
    text: str


Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A version, the fields that differ from the one before, how many characters of text were added and removed."""

    revision: Revision
    fields: tuple[str, ...]
    added: int
    removed: int


def steps(history: Sequence[Revision], analyzer: Analyzer) -> Iterator[Step]:
    """Every version but the first, oldest first, with what is new in it."""
    for old, new in pairwise(history):
        found = differences(old, new, analyzer)
        texts = [part for field in _TEXTS & found.keys() for part in found[field]]
        yield Step(new, tuple(found), _size(texts, "added"), _size(texts, "removed"))


def _size(parts: Iterable[Part], kind: str) -> int:
    return sum(len("".join(part.text.split())) for part in parts if part.kind == kind)


def differences(old: Revision, new: Revision, analyzer: Analyzer) -> dict[str, Parts]:
    """Each field that differs, in the order of KEYS and `gone` last; of blanks no part tells."""
    before, after = (
        to_json(one.article) | {"gone": one.gone_since and one.gone_since.isoformat()} for one in (old, new)
    )
    return {
        key: (compare if key in _TEXTS else _replaced)(_printed(before[key]), _printed(after[key]), analyzer)
        for key in (*KEYS, "gone")
        if before[key] != after[key]
    }


def _printed(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(" ".join(one.values()) if isinstance(one, dict) else one for one in value)
    return "" if value is None else str(value)


def _replaced(old: str, new: str, _analyzer: Analyzer) -> Parts:
    return _parts("", old, new)


def _parts(same: str, out: str, into: str) -> Parts:
    return tuple(part for part in (Part("same", same), Part("removed", out), Part("added", into)) if part.text)


def compare(old: str, new: str, analyzer: Analyzer) -> Parts:
    """What was removed, added and moved, in the order of both texts; how they are spaced makes no difference."""
    return tuple(_compare(_SENTENCE.findall(old), _SENTENCE.findall(new), analyzer))


def _compare(old: list[str], new: list[str], analyzer: Analyzer) -> Iterator[Part]:
    codes = SequenceMatcher(None, [*map(_key, old)], [*map(_key, new)], autojunk=False).get_opcodes()
    moved = _moved([(old[a:b], new[c:d]) for kind, a, b, c, d in codes if kind != "equal"])
    for kind, a, b, c, d in codes:
        if kind == "equal":
            yield Part("same", "".join(new[c:d]))
        else:
            yield from _changed(_runs_of(old[a:b], moved), _runs_of(new[c:d], moved), analyzer)


def _key(sentence: str) -> str:
    return "".join(sentence.split())


def _moved(passages: Sequence[tuple[list[str], list[str]]]) -> set[str]:
    """The sentences that were taken out once and put in once."""
    out, into = (Counter(_key(sentence) for passage in passages for sentence in passage[side]) for side in (0, 1))
    return {key for key, count in out.items() if count == 1 == into[key] and len(key) >= _LONG}


def _runs_of(sentences: list[str], moved: set[str]) -> list[tuple[bool, str]]:
    return [(has, "".join(run)) for has, run in groupby(sentences, lambda sentence: _key(sentence) in moved)]


def _changed(old: list[tuple[bool, str]], new: list[tuple[bool, str]], analyzer: Analyzer) -> Iterator[Part]:
    """A passage: what moved away or here by itself, the rest side by side."""
    while old or new:
        if old and old[0][0]:
            yield Part("left", old.pop(0)[1])
        elif new and new[0][0]:
            yield Part("moved", new.pop(0)[1])
        else:
            yield from _by_word(old.pop(0)[1] if old else "", new.pop(0)[1] if new else "", analyzer)


def _by_word(old: str, new: str, analyzer: Analyzer) -> Parts:
    runs = _runs(analyzer.pieces(old), analyzer.pieces(new))
    if sum(len(same) for same, _out, _into in runs) < _REWRITTEN * max(len(old), len(new)):
        return _replaced(old, new, analyzer)
    return tuple(part for run in runs for part in _parts(*run))


def _runs(before: list[str], after: list[str]) -> list[tuple[str, str, str]]:
    """What is the same, and what was removed and added behind it, again and again."""
    runs = [("", "", "")]
    for kind, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        out, into = "".join(before[a:b]), "".join(after[c:d])
        if kind == "equal":
            runs.append((into, "", ""))
        elif len(runs) > 1 and any(runs[-2][1:]) and len(island := runs[-1][0]) <= _ISLAND and "\n" not in island:
            runs.pop()
            same, *change = runs.pop()
            runs.append((same, change[0] + island + out, change[1] + island + into))
        else:
            runs[-1] = (runs[-1][0], out, into)
    return runs


def lines(parts: Iterable[Part]) -> list[list[Part]]:
    """The parts line by line."""
    found: list[list[Part]] = [[]]
    for part in parts:
        for number, text in enumerate(part.text.split("\n")):
            if number:
                found.append([])
            if text:
                found[-1].append(Part(part.kind, text))
    return found
