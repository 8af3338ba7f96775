"""What the models of installed packages take for names of persons in a text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Protocol

from threadpoolctl import ThreadpoolController

from indexer.persons.models.layers import Batch, Crf, Floats, batch

_LONGEST = 100  # characters of a sentence; a longer one is cut, at a comma if there is one
_SENTENCES = 256  # of a batch
_INNER = r"[^。;!?\n]"
_PIECE = re.compile(rf"{_INNER}{{1,{_LONGEST}}}(?<=[,、:])(?={_INNER})|{_INNER}{{1,{_LONGEST}}}[。;!?]?")


class Model(Protocol):
    """A network that tags characters."""

    @property
    def crf(self) -> Crf: ...

    def ids(self, sentence: str) -> list[int]: ...

    def emissions(self, batch: Batch) -> Floats: ...

    def names(self, path: list[int]) -> Iterator[tuple[int, int]]: ...


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def spans(model: Model, folded: str, places: Sequence[int]) -> frozenset[tuple[int, int]]:
    """The spans that the model takes for names, in the sentences of a folded text with any of these places, in order.

    On one thread: the products of a step are so small that threads would only wait for each other.
    """
    with _threads().limit(limits=1):
        return _spans(model, [piece for piece in _PIECE.finditer(folded) if _has(piece.span(), places)])


def _has(span: tuple[int, int], places: Sequence[int]) -> bool:
    return bisect_left(places, span[0]) < bisect_left(places, span[1])


def _spans(model: Model, pieces: list[re.Match[str]]) -> frozenset[tuple[int, int]]:
    pieces.sort(key=lambda piece: piece.start() - piece.end())
    found: set[tuple[int, int]] = set()
    for first in range(0, len(pieces), _SENTENCES):
        some = pieces[first : first + _SENTENCES]
        sentences = batch([model.ids(piece[0]) for piece in some])
        paths = model.crf.decoded(model.emissions(sentences), sentences)
        for piece, path in zip(some, paths, strict=True):
            found.update((piece.start() + start, piece.start() + end) for start, end in model.names(path))
    return frozenset(found)
