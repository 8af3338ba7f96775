"""The files of a Whoosh index: read with pread(2) so that threads can share them, and never trusted to be our own.

Whoosh seeks and then reads, and threads would move each other's file position. Here every read
after the opening passes its own position. A file that a merge has removed stays readable, and is
closed when the last search that uses it has ended.

Whoosh pickles its table of contents, the directories of its files and the stored fields, and a
pickle can call any function. An index may come from somebody else, so only plain values are
unpickled here, and the segments are made anew from theirs.
"""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from struct import pack
from typing import Any
from weakref import finalize

from whoosh.codec.whoosh3 import STORED_COLUMN, W3Codec, W3PerDocReader, W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile, StructFile
from whoosh.index import TOC, FileIndex, LockError
from whoosh.reading import SegmentReader

from archive.disk import following
from archive.errors import WencangError

NAME = "MAIN"  # Whoosh's default name of an index, part of each file's name
_BEGINNING = bytes((4, 8, 4)) + pack("!ii", -12345, -111)  # of a table of contents: sizes, byte order, its version
_MOST = 1 << 24  # documents of a segment; a false number must not take all memory


class Damaged(Exception):
    """The bytes of an index are not those that were written. Only code that decodes bytes raises this."""


@contextmanager
def decoding() -> Iterator[None]:
    """Raise Damaged for whatever Whoosh raises for damaged bytes; errors of the system and our own stay."""
    try:
        yield
    except FileNotFoundError as error:
        raise Damaged("a file is missing") from error
    except (Damaged, OSError, LockError, WencangError):
        raise
    except Exception as error:  # Whoosh can raise anything
        raise Damaged(type(error).__name__) from error


# Pickles


class _Record(dict[Any, Any]):
    """Takes the place of the classes in a table of contents: attributes and items without behaviour."""

    def __init__(self, *_arguments: object) -> None:
        super().__init__()


def _encode(text: str = "", _encoding: str = "") -> bytes:
    """Bytes as protocol 2 of pickle writes them: Whoosh's stored fields, and our own postings once."""
    return text.encode("latin-1")


_MEANT: dict[tuple[str, str], Callable[..., Any]] = {
    ("_codecs", "encode"): _encode,
    ("builtins", "bytes"): _encode,
    ("builtins", "int"): _Record,
    ("collections", "defaultdict"): _Record,
    ("whoosh.codec.whoosh3", "W3Segment"): _Record,
    ("indexer.engines.whoosh_postings", "Codec"): _Record,  # of a segment that was written
    ("indexer.engines.whoosh_storage", "PlainCodec"): _Record,  # of one that was read and is listed again
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        try:
            return _MEANT[module, name]
        except KeyError as error:
            raise Damaged(f"a pickle with {module}.{name}"[:80]) from error


def plain(pickled: bytes) -> Any:
    """The plain value in a pickle. Raises Damaged for any other, and anything for damaged bytes."""
    return _Unpickler(BytesIO(pickled)).load()


# Files


class _File(BufferFile):
    """Its file position is used only while the index is being opened, by one thread."""

    def __init__(self, path: str, name: str) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        finalize(self, os.close, self._descriptor).atexit = False
        StructFile.__init__(self, open(self._descriptor, "rb", closefd=False), name)  # noqa: SIM115  # see above

    def get(self, position: int, length: int) -> bytes:
        if position < 0 or length < 0:
            raise Damaged("a negative position or length")
        data = os.pread(self._descriptor, length, position)
        if len(data) != length:
            raise Damaged("a position beyond the end of the file")
        return data

    def read_pickle(self) -> Any:
        return _Unpickler(self.file).load()


class Storage(FileStorage):
    def open_file(self, name: str, **_options: object) -> _File:
        return _File(self._fpath(name), name)

    def create_file(self, name: str, **_options: object) -> StructFile:
        return StructFile(open(self._fpath(name), "xb", opener=following), name=name)  # Whoosh closes it

    def lock(self, name: str) -> Any:
        open(self._fpath(name), "ab", opener=following).close()  # Whoosh would make it a program for everybody
        return super().lock(name)


class _PlainFields(W3PerDocReader):
    def stored_fields(self, number: int) -> Any:
        return plain(self._cached_reader("_stored", STORED_COLUMN)._child[number])


class PlainCodec(W3Codec):
    """Whoosh's files with stored fields that are unpickled as plain values."""

    def per_document_reader(self, storage: object, segment: object) -> W3PerDocReader:
        return _PlainFields(storage, segment)


class Index(FileIndex):
    """What a writer needs to know of an index."""

    def __init__(self, folder: Path, schema: Any) -> None:
        self.storage, self.indexname, self._schema = Storage(str(folder)), NAME, schema

    def _read_toc(self) -> TOC:
        return _contents(self.storage, self._schema)


def _contents(storage: Storage, schema: Any) -> TOC:
    """The table of contents of the last commit."""
    generation = TOC._latest_generation(storage, NAME)
    file = storage.open_file(TOC._filename(NAME, generation))
    if file.get(0, len(_BEGINNING)) != _BEGINNING:  # Whoosh would read that of an old version with another unpickler
        raise Damaged("an unknown table of contents")
    contents = TOC.read(storage, NAME, generation, schema)
    contents.segments = [_segment(vars(record)) for record in contents.segments]
    return contents


def _segment(values: dict[str, Any]) -> W3Segment:
    count, deleted = values["_doccount"], values["_deleted"] or set()
    if not (type(count) is int and 0 <= count < _MOST and deleted <= set(range(count))):
        raise Damaged("a false number of documents")
    if not re.fullmatch("[0-9a-z]+", values["segid"]):
        raise Damaged("a false name of a segment")
    segment = W3Segment(PlainCodec(), NAME, count, values["segid"], set(deleted) or None)
    segment._fieldlengths = {}  # that of fields which Whoosh ranks by; we have none
    return segment


def open_readers(folder: Path, schema: Any) -> list[Any]:
    """Whoosh's readers of the segments of the last commit. Raises Damaged."""
    with decoding():
        storage = Storage(str(folder))
        return [SegmentReader(storage, schema, segment) for segment in _contents(storage, schema).segments]
