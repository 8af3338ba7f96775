"""Whoosh's postings, for terms that are cut already: fields, and postings written and read by the block.

Whoosh writes through one call a posting, six deep, and sorts every posting. Here postings
are gathered by term, so that only the terms are sorted, and a term's blocks are filled
whole. What lands on disk is Whoosh's own format. Read, a term's postings are a list, not a
matcher that is asked six calls deep for each. Whoosh is pinned to the one release whose inner
parts these are.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from operator import sub
from pickle import loads
from typing import Any

from whoosh import fields, formats
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3PostingsWriter
from whoosh.writing import SegmentWriter

_Item = tuple[str, bytes, int, float, bytes]  # field, term, document, weight, value
_FEW = 4  # postings that zlib would make larger
_K1, _B, _USUAL = 1.2, 0.75, 700  # BM25's, and the words of a usual article
LEVELS = 255  # one byte a posting


class _Positions(formats.Positions):
    """Positions as plain numbers: a third of the time of Whoosh's pickled lists."""

    def encode(self, positions: list[int]) -> bytes:
        return struct.pack(f"<{len(positions)}I", *positions)


def positions(value: bytes) -> tuple[int, ...]:
    """The places of a character that a posting's value tells."""
    return struct.unpack(f"<{len(value) // 4}I", value)


class WordField(fields.FieldType):
    """A list of words, each with how much it counts for there: BM25's share of an article, in LEVELS.

    What an article of usual length is, is a constant: so nothing is left to reckon when
    articles are searched, and no share changes when others come in.
    """

    def __init__(self) -> None:
        self.format = formats.Existence()
        self.analyzer = None
        self.scorable = False
        self.stored = False

    def index(self, words: list[str], **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        norm = _K1 * (1 - _B + _B * len(words) / _USUAL)
        for word, count in Counter(words).items():
            yield word.encode(), count, float(round(count / (count + norm) * LEVELS) or 1), b""


class CharacterField(fields.FieldType):
    """A list of characters, each with its places."""

    def __init__(self) -> None:
        self.format = _Positions()
        self.analyzer = None
        self.scorable = False
        self.stored = False

    def index(self, signs: list[str], **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, sign in enumerate(signs):
            places[sign].append(place)
        for sign, found in places.items():
            yield sign.encode(), len(found), 1.0, self.format.encode(found)


class _Term:
    """The postings of one term, document by document."""

    __slots__ = ("ids", "values", "weights")

    def __init__(self) -> None:
        self.ids = array("I")
        self.weights = array("f")
        self.values: list[bytes] = []


class _Pool:
    """Postings of one segment, gathered by field and term; documents come in order."""

    def __init__(self) -> None:
        self._fields: defaultdict[str, defaultdict[bytes, _Term]] = defaultdict(lambda: defaultdict(_Term))

    def add(self, item: _Item) -> None:
        field, text, document, weight, value = item
        term = self._fields[field][text]
        term.ids.append(document)
        term.weights.append(weight)
        term.values.append(value)

    def iter_postings(self) -> Iterator[tuple[str, bytes, _Term]]:
        for field, terms in sorted(self._fields.items()):
            for text in sorted(terms):
                yield field, text, terms.pop(text)

    def cleanup(self) -> None:
        self._fields.clear()


class _PostingsWriter(W3PostingsWriter):
    def add_term(self, term: _Term) -> None:
        limit = self._blocklimit
        self._compression = 1 if len(term.ids) > _FEW else 0
        for start in range(0, len(term.ids), limit):
            if start:
                self._write_block()
            part = slice(start, start + limit)
            self._ids, self._weights = term.ids[part], term.weights[part]
            self._values = [value for value in term.values[part] if value]
            self._maxweight = max(self._weights)

    def _mini_ids(self) -> tuple[int, ...]:
        return (self._ids[0], *map(sub, self._ids[1:], self._ids))

    def _mini_weights(self) -> bytes | None:
        return None if set(self._weights) == {1.0} else bytes(map(int, self._weights))


class _FieldWriter(W3FieldWriter):
    def add_postings(self, schema: fields.Schema, lengths: object, items: Iterable[tuple[str, bytes, _Term]]) -> None:
        current = ""
        for field, text, term in items:
            if field != current:
                if current:
                    self.finish_field()
                self.start_field(field, schema[field])
                current = field
            self.start_term(text)
            self._postwriter.add_term(term)
            self.finish_term()
        if current:
            self.finish_field()


class Codec(W3Codec):
    """Whoosh's own format on disk, written faster."""

    def field_writer(self, storage: object, segment: object) -> W3FieldWriter:
        return _FieldWriter(self, storage, segment)

    def postings_writer(self, file: object, byteids: bool = False) -> W3PostingsWriter:
        return _PostingsWriter(file, self._blocklimit, byteids)


def writer(opened: object) -> SegmentWriter:
    """A writer for an open index; raises whoosh.index.LockError while another one holds it."""
    # Of a compound file Whoosh copies every part into memory each time a search opens it.
    made = SegmentWriter(opened, codec=Codec(), compound=False)
    made.pool = _Pool()
    return made


def read(reader: Any, field: str, text: str) -> Iterator[tuple[list[int], Sequence[float], Sequence[bytes]]]:
    """A term's postings in one segment, block by block: documents, weights and values; the deleted ones too."""
    if (field, text) not in reader:
        return
    matcher = reader._terms.matcher(field, text.encode(), reader.schema[field].format)
    while True:
        ids, weights, values = _block(matcher)
        ids = list(accumulate(ids))
        yield ids, weights or (1.0,) * len(ids), values or ()
        if matcher._lastblock:
            return
        matcher._next_block()


def _block(matcher: Any) -> Any:
    start = matcher._dataoffset
    packed = matcher._postfile.get(start, matcher._nextoffset - start)
    return loads(zlib.decompress(packed) if matcher._compression else packed)  # noqa: S301  # our own index
