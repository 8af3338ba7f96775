"""A file to import, on the disk or in a container, opened to read its plain bytes."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from archive.errors import NotAnArticle
from archive.text.messages import Reason
from archive.warc.stream import is_warc

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MOST_UNPACKED = 4 << 30  # bytes of a container or of what is in it
_MOST_DICTIONARY = 64 << 20  # bytes
_ZSTD, _TRAINED = b"\x28\xb5\x2f\xfd", b"\x37\xa4\x30\xec"  # a frame, a dictionary that is not raw


def _with_dictionary(file: IO[bytes]) -> zstd.ZstdFile:
    """A .warc.zst file whose first frame, which readers skip, has the dictionary of the others, zipped or not.

    https://iipc.github.io/warc-specifications/specifications/warc-zstd/
    """
    size = int.from_bytes(file.read(8)[4:], "little")
    if size > _MOST_DICTIONARY:
        raise OSError(Reason.LARGE.format(most=_MOST_DICTIONARY >> 20))
    content = file.read(size)
    if content.startswith(_ZSTD):
        content = zstd.ZstdDecompressor().decompress(content, _MOST_DICTIONARY)
    file.seek(0)
    return zstd.ZstdFile(file, zstd_dict=zstd.ZstdDict(content, is_raw=not content.startswith(_TRAINED)))


_LAYERS = 4  # of compression around a file
_CHUNK = 1 << 20
_WRAPPERS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b\x08": lambda file: gzip.GzipFile(fileobj=file, mode="rb"),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
    _ZSTD: zstd.ZstdFile,
    b"\x5d\x2a\x4d\x18": _with_dictionary,
}
_ENDINGS = re.compile(r"(?:\.(?:gz|bz2|xz|zst|open))+$")  # .open: a file of ours that a writer holds
# What reading a damaged or truncated file raises.
UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError, zstd.ZstdError)


@dataclass(frozen=True, slots=True)
class Item:
    """A file to import.

    `name` is for people, and of a file in a container CONTAINER/NAME; `path` is the file on the disk. `file` can be
    read and sought; going back is cheap in it only if `direct`. `saved` is when it was written, `base` where its bytes
    begin in the file on the disk, None if they do not stand there as they are.
    """

    path: Path
    name: str
    file: IO[bytes]
    saved: datetime
    direct: bool = True
    base: int | None = 0

    @property
    def plain_name(self) -> str:
        """The name in lower case, without the endings of compression."""
        return _ENDINGS.sub("", self.name.lower())

    def read(self, most: int) -> bytes:
        """The first bytes of it, one more than `most` if there are more."""
        self.file.seek(0)
        return self.file.read(most + 1)


@contextmanager
def opened(path: Path) -> Iterator[Item]:
    """A file on the disk."""
    time = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    with path.open("rb") as file:
        yield unwrapped(Item(path, str(path), file, time))


def unwrapped(item: Item) -> Item:
    """The item without the compression around it, whatever its name; a WARC file keeps the gzip of its records.

    Reading the file of the item raises one of UNREADABLE if the compression is damaged.
    """
    for _layer in range(_LAYERS):
        try:
            start = b"" if is_warc(item.file) else item.read(8)
            item.file.seek(0)
        except UNREADABLE:
            break
        wrapper = next((wrapper for magic, wrapper in _WRAPPERS.items() if start.startswith(magic)), None)
        if not wrapper:
            break
        item = replace(item, file=wrapper(item.file), direct=False, base=None)
    return item


@contextmanager
def unpacked(item: Item) -> Iterator[Item]:
    """The item as a file in which going back is cheap. Raises NotAnArticle if that is too large."""
    if item.direct:
        yield item
        return
    item.file.seek(0)
    with TemporaryFile() as copy:
        while part := item.file.read(_CHUNK):
            if copy.tell() + len(part) > MOST_UNPACKED:
                raise NotAnArticle(item.name, Reason.LARGE.format(most=MOST_UNPACKED >> 20))
            copy.write(part)
        copy.seek(0)
        yield replace(item, file=copy, direct=True)
