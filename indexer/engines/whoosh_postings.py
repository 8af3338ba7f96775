"""Fields and postings of a Whoosh index, written and read one term at a time.

Whoosh makes a call per posting, six levels deep, sorts all postings, and stores them in blocks of
128. Here postings are collected per term, so that only the terms are sorted, and the postings of
a term are one block that is decoded into lists. This uses private parts of Whoosh, which is
pinned to one release.
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
from pickle import dumps
from typing import Any, NamedTuple

from whoosh import fields, formats
from whoosh.codec.whoosh3 import W3FieldWriter, W3PostingsWriter, W3Segment
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from indexer.engines.whoosh_storage import Damaged, PlainCodec, decoding, plain

_Item = tuple[str, bytes, int, float, bytes]  # field, term, document, weight, value
_UNCOMPRESSED = 4  # postings, which zlib would make larger
_K1, _B, _AVERAGE = 1.2, 0.75, 700  # parameters of BM25; an article's average number of words
LEVELS = 255  # a weight is one byte
_SIZES = struct.Struct("!II")  # of a term's key and of its record
_DOCUMENTS = struct.Struct("!5xI")  # of a term's record: document frequency
_RECORD = struct.Struct("!5xI14xqi")  # document frequency, and offset and length of the postings
_FANOUT = 3  # segments of about the same size
_LARGEST = 8_000  # documents in a merged segment


class WordField(fields.FieldType):
    """A list of words, each with its weight: the part of BM25 that depends on the article, quantized to LEVELS.

    The average length is a constant, so that a search computes nothing per posting and a new
    article changes no other weight.
    """

    def __init__(self) -> None:
        self.format = formats.Existence()
        self.analyzer = None
        self.scorable = False
        self.stored = False

    def index(self, words: list[str], **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        norm = _K1 * (1 - _B + _B * len(words) / _AVERAGE)
        for word, count in Counter(words).items():
            yield word.encode(), count, float(round(count / (count + norm) * LEVELS) or 1), b""


class CharacterField(fields.FieldType):
    """A list of characters, each with its positions."""

    def __init__(self) -> None:
        self.format = formats.Positions()
        self.analyzer = None
        self.scorable = False
        self.stored = False

    def index(self, characters: list[str], **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        positions: defaultdict[str, list[int]] = defaultdict(list)
        for position, character in enumerate(characters):
            positions[character].append(position)
        for character, of_character in positions.items():
            yield character.encode(), len(of_character), 1.0, pack(of_character)


def pack(positions: list[int]) -> bytes:
    """Positions in two bytes each; if one exceeds 65,535, in four bytes each and a padding byte at the end."""
    if positions[-1] < 1 << 16:
        return struct.pack(f"<{len(positions)}H", *positions)
    return struct.pack(f"<{len(positions)}Ix", *positions)


def unpack(packed: bytes) -> tuple[int, ...]:
    size = len(packed)
    try:
        return struct.unpack(f"<{size // 4}Ix" if size % 2 else f"<{size // 2}H", packed)
    except struct.error as error:
        raise Damaged(str(error)) from error


class Postings(NamedTuple):
    """The documents of a segment that contain a term, deleted ones included, and its weight in each."""

    ids: Sequence[int]
    weights: Sequence[float]
    lengths: Sequence[int]  # of the packed positions in each document, if the term is a character
    packed: bytes

    def positions(self, documents: Container[int]) -> dict[int, bytes]:
        """The packed positions in these documents."""
        spans = pairwise(accumulate(self.lengths, initial=0))
        pairs = zip(self.ids, spans, strict=False)
        return {id: self.packed[start:end] for id, (start, end) in pairs if id in documents}


class _Term:
    """The postings of one term, in the order of documents."""

    __slots__ = ("ids", "values", "weights")

    def __init__(self) -> None:
        self.ids = array("I")
        self.weights = array("f")
        self.values: list[bytes] = []


class _Pool:
    """The postings of one segment, collected by field and term; documents are added in order."""

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
        block = dumps((self._mini_ids(), self._mini_weights(), self._mini_values()), 3)  # the first that knows bytes
        self._postfile.write(zlib.compress(block, 1) if len(self._ids) > _UNCOMPRESSED else block)
        self._blockcount += 1
        self._new_block()

    def _mini_ids(self) -> Sequence[int]:
        return _compact([self._ids[0], *map(sub, self._ids[1:], self._ids)])

    def _mini_weights(self) -> bytes | None:
        return None if set(self._weights) == {1.0} else bytes(map(int, self._weights))

    def _mini_values(self) -> tuple[Sequence[int], bytes] | None:
        return (_compact([*map(len, self._values)]), b"".join(self._values)) if any(self._values) else None


def _compact(numbers: list[int]) -> Sequence[int]:
    """As `bytes` if all are below 256: the same integers, faster to load."""
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


class Codec(PlainCodec):
    """Whoosh's files with our own blocks of postings."""

    def field_writer(self, storage: object, segment: object) -> W3FieldWriter:
        return _FieldWriter(self, storage, segment)

    def postings_writer(self, file: object, byteids: bool = False) -> W3PostingsWriter:
        return _PostingsWriter(file, self._blocklimit, byteids)


class Writer(SegmentWriter):
    """Writes to an index. Raises whoosh.index.LockError while another writer is open.

    One that does not lock makes only a segment, which the one that does commits.
    """

    def __init__(self, index: object, locks: bool = True) -> None:
        # Whoosh copies every part of a compound file into memory when it opens the index.
        super().__init__(index, codec=Codec(), compound=False, _lk=locks)
        self.pool = _Pool()
        self.mergetype = _merge

    def segment(self) -> list[W3Segment]:
        """The segment of the added documents, if there are any."""
        if self._added:
            return [self._finalize_segment()]
        self._close_segment()
        return []

    def cancel(self) -> None:
        with suppress(OSError, ValueError):  # the disk is full, or an earlier failure has closed the file
            self._close_segment()
        self._finish()

    def add_postings_to_pool(self, reader: Any, first: int, numbers: Mapping[int, int] | None) -> None:
        """Add the postings of another segment; `numbers` maps its documents to new numbers if some are deleted."""
        if numbers is None:
            numbers = dict(enumerate(range(first, first + reader.doc_count_all())))
        for field, text in reader._terms.terms():
            postings = _postings(reader, field, text)
            positions = postings.positions(numbers)
            for id, weight in zip(postings.ids, postings.weights, strict=True):
                if id in numbers:
                    self.pool.add((field, text, numbers[id], weight, positions.get(id, b"")))


def _merge(writer: Writer, segments: list[Any]) -> list[Any]:
    """Merge the smallest segments into the one being written; return the others.

    A segment is merged if the smaller ones together have _FANOUT times as many documents, so that
    there are at most that many segments of about the same size, and a document is rewritten once
    per size.
    """
    by_size = sorted(segments, key=lambda segment: segment.doc_count())
    smaller = list(accumulate((segment.doc_count() for segment in by_size), initial=writer.docnum))
    merged = 0
    for number, segment in enumerate(by_size):
        if _FANOUT * segment.doc_count() <= smaller[number] and smaller[number + 1] <= _LARGEST:
            merged = number + 1
    for segment in by_size[:merged]:
        with closing(SegmentReader(writer.storage, writer.schema, segment)) as reader:
            writer.add_reader(reader)
    return by_size[merged:]


def frequencies(reader: Any, field: str, start: str) -> Iterator[tuple[str, int]]:
    """A segment's terms that start with `start`, in order, each with its document frequency, deleted ones included.

    Whoosh's file of terms has a record per term: two lengths, field number and term, and the data
    of the term. Reading it as one piece is 30 times as fast as asking Whoosh for each term.
    """
    terms = reader._terms._tindex
    prefix = reader._terms._keycoder(field, start.encode())
    try:
        offset = terms.closest_key_pos(prefix)
        records = b"" if offset is None else terms.dbfile.get(offset, terms.endofdata - offset)
        offset = 0
        while offset < len(records):
            key_size, size = _SIZES.unpack_from(records, offset)
            offset += _SIZES.size
            key = records[offset : offset + key_size]
            if not key.startswith(prefix):
                return
            offset += key_size
            yield key[2:].decode(), _DOCUMENTS.unpack_from(records, offset)[0]
            offset += size
    except (struct.error, UnicodeDecodeError) as error:
        raise Damaged(str(error)) from error


def frequency(reader: Any, field: str, text: str) -> int:
    """The number of a segment's documents that contain a term, deleted ones included."""
    try:
        return _record(reader, field, text.encode())[0]
    except KeyError:
        return 0


def read(reader: Any, field: str, text: str) -> Postings:
    """A term's postings in a segment; empty if no document contains it."""
    try:
        return _postings(reader, field, text.encode())
    except KeyError:
        return Postings((), (), (), b"")


def _postings(reader: Any, field: str, text: bytes) -> Postings:
    """Raises KeyError if no document contains the term."""
    count, start, length = _record(reader, field, text)
    return _decoded(reader._terms._postfile.get(start, length), count, reader.doc_count_all())


def _record(reader: Any, field: str, text: bytes) -> tuple[int, int, int]:
    """A term's document frequency, and the offset and length of its postings. Raises KeyError."""
    start, length = reader._terms._range_for_key(field, text)
    try:
        return _RECORD.unpack(reader._terms._dbfile.get(start, length))
    except struct.error as error:
        raise Damaged(str(error)) from error


def _decoded(packed: bytes, count: int, size: int) -> Postings:
    """The postings of a term that `count` of `size` documents contain."""
    with decoding():
        steps, weights, values = plain(zlib.decompress(packed) if count > _UNCOMPRESSED else packed)
        ids = [*accumulate(steps)]
        postings = Postings(ids, weights or (1.0,) * count, *(values or ((), b"")))
        fits = len(ids) == len(postings.weights) == count and ids[-1] < size
        fits &= _are_numbers(steps) and _are_numbers(postings.lengths) and isinstance(weights, bytes | None)
        fits &= not values or (len(postings.lengths) == count and sum(postings.lengths) == len(postings.packed))
    if not fits:
        raise Damaged("inconsistent postings")
    return postings


def _are_numbers(numbers: Sequence[int]) -> bool:
    """Whether these are numbers as `_compact` writes them."""
    return isinstance(numbers, bytes) or (set(map(type, numbers)) <= {int} and min(numbers, default=0) >= 0)
