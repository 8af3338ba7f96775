"""The files of a Whoosh index, read by position so that several threads can read them at once.

Whoosh seeks and then reads: threads would move one another's cursor. Here every read after the
opening names its position, as pread(2) has it. A file that a merge has removed stays readable,
and is closed with the last reference to it: a search that is still running keeps what it reads.
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
    """The bytes of an index are not those that were written."""


class _File(BufferFile):
    """Its cursor serves whoever opens it, while nobody else has it."""

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
    """Whoosh's readers of an index as it was last committed, one a segment. Raises Damaged."""
    storage = _Storage(str(folder))
    try:
        toc = TOC.read(storage, "MAIN", schema=schema)
        return [SegmentReader(storage, schema, segment) for segment in toc.segments]
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise Damaged("a file is missing") from error
        raise
    except Exception as error:  # damaged bytes lead Whoosh to whatever they happen to mean
        raise Damaged(type(error).__name__) from error
