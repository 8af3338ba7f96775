"""Whoosh's writing side, for terms that are cut already: fields, and postings written by the block.

Whoosh writes through one call a posting, six deep, and sorts every posting. Here postings
are gathered by term, so that only the terms are sorted, and a term's blocks are filled
whole. What lands on disk is Whoosh's own format. Whoosh is pinned to the one release whose
inner parts these are.
"""

from __future__ import annotations

import struct
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from operator import sub

from whoosh import fields, formats
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3PostingsWriter
from whoosh.writing import SegmentWriter

_Item = tuple[str, bytes, int, float, bytes]  # field, term, document, weight, value
_FEW = 4  # postings that zlib would make larger
_pack = cache(struct.Struct(">I").pack)  # counts are few, and shared


class _Positions(formats.Positions):
    """Positions as plain numbers: a third of the time of Whoosh's pickled lists."""

    def encode(self, positions: list[int]) -> bytes:
        return struct.pack(f">I{len(positions)}I", len(positions), *positions)

    def decode_positions(self, value: bytes) -> list[int]:
        return list(struct.unpack(f">{(len(value) - 4) // 4}I", value[4:]))


class WordField(fields.FieldType):
    """A list of words, counted."""

    def __init__(self) -> None:
        self.format = formats.Frequency()
        self.analyzer = None
        self.scorable = True
        self.stored = False

    def index(self, words: list[str], **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        for word, count in Counter(words).items():
            yield word.encode(), count, float(count), _pack(count)


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
    def add_term(self, term: _Term, lengths: array[int] | None) -> None:
        limit = self._blocklimit
        self._compression = 1 if len(term.ids) > _FEW else 0
        for start in range(0, len(term.ids), limit):
            if start:
                self._write_block()
            part = slice(start, start + limit)
            self._ids, self._weights = term.ids[part], term.weights[part]
            self._values = [value for value in term.values[part] if value]
            self._maxweight = max(self._weights)
            if lengths:
                known = [lengths[number] for number in self._ids]
                self._minlength, self._maxlength = min(known), max(known)

    def _mini_ids(self) -> tuple[int, ...]:
        return (self._ids[0], *map(sub, self._ids[1:], self._ids))

    def _mini_weights(self) -> float | tuple[float, ...] | None:
        different = set(self._weights)
        if len(different) > 1:
            return tuple(self._weights)
        weight = different.pop()
        return None if weight == 1.0 else weight


class _FieldWriter(W3FieldWriter):
    def add_postings(self, schema: fields.Schema, lengths: object, items: Iterable[tuple[str, bytes, _Term]]) -> None:
        current, known = "", None
        for field, text, term in items:
            if field != current:
                if current:
                    self.finish_field()
                self.start_field(field, schema[field])
                current, known = field, _lengths(lengths, field) if schema[field].scorable else None
            self.start_term(text)
            self._postwriter.add_term(term, known)
            self.finish_term()
        if current:
            self.finish_field()


def _lengths(documents: object, field: str) -> array[int]:
    count = documents.doc_count_all()  # type: ignore[attr-defined]  # Whoosh's PerDocumentReader
    return array("I", (documents.doc_field_length(n, field) or 0 for n in range(count)))  # type: ignore[attr-defined]


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
