"""The files of a Whoosh index, read with pread(2) so that threads can share them.

Whoosh seeks and then reads, and threads would move each other's file position. Here every read
after the opening passes its own position. A file that a merge has removed stays readable, and is
closed when the last search that uses it has ended.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from weakref import finalize

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile, StructFile
from whoosh.index import TOC
from whoosh.reading import SegmentReader


class Damaged(Exception):
    """The bytes of an index are not those that were written. Only code that decodes bytes raises this."""


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


class _Storage(FileStorage):
    def open_file(self, name: str, **_options: object) -> _File:
        return _File(self._fpath(name), name)


def open_readers(folder: Path, schema: Any) -> list[Any]:
    """Whoosh's readers of the segments of the last commit. Raises Damaged."""
    storage = _Storage(str(folder))
    try:
        toc = TOC.read(storage, "MAIN", schema=schema)
        return [SegmentReader(storage, schema, segment) for segment in toc.segments]
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise Damaged("a file is missing") from error
        raise
    except Exception as error:  # Whoosh can raise anything for damaged bytes
        raise Damaged(type(error).__name__) from error
