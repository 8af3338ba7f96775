"""Whoosh's postings, for terms that are cut already: fields, and postings written and read a term at a time.

Whoosh writes through one call a posting, six deep, sorts every posting, and packs a term's
postings by blocks of 128. Here postings are gathered by term, so that only the terms are
sorted, and a term is one block, without a header: read, its postings are lists, not a matcher
that is asked six calls deep for each. Whoosh is pinned to the one release whose inner parts
these are.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from itertools import accumulate, pairwise
from operator import sub
from pickle import dumps, loads
from typing import Any, NamedTuple

from whoosh import fields, formats
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3PostingsWriter
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from indexer.engines.whoosh_storage import Damaged

_Item = tuple[str, bytes, int, float, bytes]  # field, term, document, weight, value
_FEW = 4  # postings that zlib would make larger
_K1, _B, _USUAL = 1.2, 0.75, 700  # BM25's, and the words of a usual article
LEVELS = 255  # one byte a posting
_SIZES = struct.Struct("!II")
_DOCUMENTS = struct.Struct("!5xI")  # of what is told of a term: how many documents have it
_RECORD = struct.Struct("!5xI14xqi")  # the same, and where its postings stand
_FEWER = 3  # segments of about one size
_LARGEST = 8_000  # documents of a merged segment


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
        self.format = formats.Positions()
        self.analyzer = None
        self.scorable = False
        self.stored = False

    def index(self, signs: list[str], **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, sign in enumerate(signs):
            places[sign].append(place)
        for sign, found in places.items():
            yield sign.encode(), len(found), 1.0, pack(found)


def pack(places: list[int]) -> bytes:
    """Two bytes each; where one is beyond 65,535 four, and an odd byte behind them."""
    if places[-1] < 1 << 16:
        return struct.pack(f"<{len(places)}H", *places)
    return struct.pack(f"<{len(places)}Ix", *places)


def unpack(packed: bytes) -> tuple[int, ...]:
    size = len(packed)
    try:
        return struct.unpack(f"<{size // 4}Ix" if size % 2 else f"<{size // 2}H", packed)
    except struct.error as error:
        raise Damaged(str(error)) from error


class Postings(NamedTuple):
    """The documents of a segment that have a term, the deleted ones too, and how much it counts for in each."""

    ids: Sequence[int]
    weights: Sequence[float]
    lengths: Sequence[int]  # of each one's packed places, where the term is a character
    packed: bytes

    def places(self, wanted: Container[int]) -> dict[int, bytes]:
        """Its packed places in these documents."""
        ends = pairwise(accumulate(self.lengths, initial=0))
        return {id: self.packed[start:end] for id, (start, end) in zip(self.ids, ends, strict=False) if id in wanted}


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
        self._ids, self._weights, self._values = term.ids, term.weights, term.values
        self._maxweight = max(term.weights)

    def _write_block(self, last: bool = False) -> None:
        self._terminfo.add_block(self)
        block = dumps((self._mini_ids(), self._mini_weights(), self._mini_values()), 2)
        self._postfile.write(zlib.compress(block, 1) if len(self._ids) > _FEW else block)
        self._blockcount += 1
        self._new_block()

    def _mini_ids(self) -> Sequence[int]:
        return _small([self._ids[0], *map(sub, self._ids[1:], self._ids)])

    def _mini_weights(self) -> bytes | None:
        return None if set(self._weights) == {1.0} else bytes(map(int, self._weights))

    def _mini_values(self) -> tuple[Sequence[int], bytes] | None:
        return (_small([*map(len, self._values)]), b"".join(self._values)) if any(self._values) else None


def _small(numbers: list[int]) -> Sequence[int]:
    """Read, the same numbers, and soon."""
    return bytes(numbers) if max(numbers) < 256 else tuple(numbers)


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
    """Whoosh's files, with blocks of our own in them."""

    def field_writer(self, storage: object, segment: object) -> W3FieldWriter:
        return _FieldWriter(self, storage, segment)

    def postings_writer(self, file: object, byteids: bool = False) -> W3PostingsWriter:
        return _PostingsWriter(file, self._blocklimit, byteids)


class Writer(SegmentWriter):
    """Writes to an open index; raises whoosh.index.LockError while another one does."""

    def __init__(self, opened: object) -> None:
        # Of a compound file Whoosh copies every part into memory each time a search opens it.
        super().__init__(opened, codec=Codec(), compound=False)
        self.pool = _Pool()
        self.mergetype = _merge

    def cancel(self) -> None:
        with suppress(OSError, ValueError):  # of a full disk; then of a file that the first failure closed
            self._close_segment()
        self._finish()

    def add_postings_to_pool(self, reader: Any, first: int, numbers: Mapping[int, int] | None) -> None:
        """Those of another segment; `numbers` are the new ones of its documents, where some are deleted."""
        if numbers is None:
            numbers = dict(enumerate(range(first, first + reader.doc_count_all())))
        for field, text in reader._terms.terms():
            held = _postings(reader, field, text)
            places = held.places(numbers)
            for id, weight in zip(held.ids, held.weights, strict=True):
                if id in numbers:
                    self.pool.add((field, text, numbers[id], weight, places.get(id, b"")))


def _merge(writer: Writer, segments: list[Any]) -> list[Any]:
    """Merge the smallest segments into what is being written; those that stay.

    A segment is merged where those smaller than it have _FEWER times as many documents: so
    there are at most that many of about one size, and a document is written again once for
    each size.
    """
    small = sorted(segments, key=lambda segment: segment.doc_count())
    before = list(accumulate((segment.doc_count() for segment in small), initial=writer.docnum))
    many = 0
    for at, segment in enumerate(small):
        if _FEWER * segment.doc_count() <= before[at] and before[at + 1] <= _LARGEST:
            many = at + 1
    for segment in small[:many]:
        with closing(SegmentReader(writer.storage, writer.schema, segment)) as reader:
            writer.add_reader(reader)
    return small[many:]


def counts(reader: Any, field: str, start: str) -> Iterator[tuple[str, int]]:
    """The terms of one segment that begin so, in order, each with the number of documents, deleted ones too.

    From Whoosh's own file of terms, a record a term: the two lengths, the field's number and the
    term, and of what is told of it the number of documents. Asked for each term it takes 30 times as long.
    """
    terms = reader._terms._tindex
    begin = reader._terms._keycoder(field, start.encode())
    try:
        at = terms.closest_key_pos(begin)
        data = b"" if at is None else terms.dbfile.get(at, terms.endofdata - at)
        at = 0
        while at < len(data):
            size, told = _SIZES.unpack_from(data, at)
            at += _SIZES.size
            key = data[at : at + size]
            if not key.startswith(begin):
                return
            at += size
            yield key[2:].decode(), _DOCUMENTS.unpack_from(data, at)[0]
            at += told
    except (struct.error, UnicodeDecodeError) as error:
        raise Damaged(str(error)) from error


def frequency(reader: Any, field: str, text: str) -> int:
    """How many documents of one segment have a term, deleted ones too."""
    try:
        return _record(reader, field, text.encode())[0]
    except KeyError:
        return 0


def read(reader: Any, field: str, text: str) -> Postings:
    """A term's postings in one segment."""
    try:
        return _postings(reader, field, text.encode())
    except KeyError:
        return Postings((), (), (), b"")


def _postings(reader: Any, field: str, text: bytes) -> Postings:
    """Raises KeyError where no document has the term."""
    count, start, length = _record(reader, field, text)
    return _decoded(reader._terms._postfile.get(start, length), count, reader.doc_count_all())


def _record(reader: Any, field: str, text: bytes) -> tuple[int, int, int]:
    """The number of documents that have a term, and where its postings stand: offset and length."""
    start, length = reader._terms._range_for_key(field, text)
    try:
        return _RECORD.unpack(reader._terms._dbfile.get(start, length))
    except struct.error as error:
        raise Damaged(str(error)) from error


def _decoded(packed: bytes, count: int, size: int) -> Postings:
    """The postings of a term that `count` of `size` documents have."""
    try:
        block = zlib.decompress(packed) if count > _FEW else packed
        steps, weights, values = loads(block)  # noqa: S301  # our own
        ids = [*accumulate(steps)]
        postings = Postings(ids, weights or (1.0,) * count, *(values or ((), b"")))
        fits = len(ids) == len(postings.weights) == count and ids[-1] < size
        fits &= not values or (len(postings.lengths) == count and sum(postings.lengths) == len(postings.packed))
    except Exception as error:  # damaged bytes lead zlib and pickle to whatever they happen to mean
        raise Damaged(type(error).__name__) from error
    if not fits:
        raise Damaged("postings that do not fit together")
    return postings
