"""What is in a zip file: a WACZ file of web archives, an e-book, or a folder of files."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from archive.article import SHANGHAI
from archive.errors import BadRecord
from archive.text.messages import Reason
from archive.text.translation import gettext as _
from crawler.files.item import MOST_UNPACKED, Item, unwrapped
from crawler.files.job import Job, Outcomes
from crawler.files.names import shown

_UTF8, _ENCRYPTED = 0x800, 0x1  # flags of a member
_MOST_MEMBERS = 1_000_000
_LOCAL = struct.Struct("<26xHH")  # of the head before a member: the lengths of its name and of its extra field


def names_in(file: IO[bytes]) -> list[str]:
    """The names in a zip file; none if it can't be read."""
    try:
        with ZipFile(file) as parts:
            return parts.namelist()
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return []
    finally:
        file.seek(0)


@contextmanager
def parts_of(item: Item) -> Iterator[ZipFile]:
    """A zip file. Raises BadRecord if it can't be read, or is too large unpacked."""
    try:
        parts = ZipFile(item.file)
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise BadRecord(item.name, _("is not a zip file that can be read: {reason}").format(reason=error)) from error
    with parts:
        members = parts.infolist()
        if sum(member.file_size for member in members) > MOST_UNPACKED or len(members) > _MOST_MEMBERS:
            raise BadRecord(item.name, Reason.LARGE.format(most=MOST_UNPACKED >> 20))
        yield parts


def wacz(_job: Job, item: Item) -> Outcomes:
    """The WARC files of a WACZ file, or the WACZ files in one of several; pages and indexes say nothing else."""
    with parts_of(item) as parts:
        members = parts.infolist()
        yield from _items(item, parts, [each for each in members if each.filename.startswith("archive/")])
        yield from _items(item, parts, [each for each in members if each.filename.endswith(".wacz")])


def folder(_job: Job, item: Item) -> Outcomes:
    """The files of a zip file, but for the parts of saved pages."""
    with parts_of(item) as parts:
        members = {name_of(member): member for member in parts.infolist() if not member.is_dir()}
        yield from _items(item, parts, [members[name] for name in shown(members)])


def _items(item: Item, parts: ZipFile, members: list[ZipInfo]) -> Outcomes:
    for member in members:
        name = f"{item.name}/{name_of(member)}"
        if member.flag_bits & _ENCRYPTED:
            yield BadRecord(name, _("is encrypted; unpack it first"))
            continue
        try:
            with _opened(item, parts, member) as (file, base):
                yield unwrapped(Item(item.path, name, file, _time(member), base is not None, base))
        except (BadZipFile, NotImplementedError) as error:
            yield BadRecord(name, str(error))


def name_of(member: ZipInfo) -> str:
    """The name of a member; older programs write it in the encoding of their system."""
    if member.flag_bits & _UTF8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except ValueError:
        return member.filename


@contextmanager
def _opened(item: Item, parts: ZipFile, member: ZipInfo) -> Iterator[tuple[IO[bytes], int | None]]:
    """A member, and where its bytes begin in the file on the disk if they stand there as they are."""
    if member.compress_type != ZIP_STORED or item.base is None or member.file_size != member.compress_size:
        with parts.open(member) as file:
            yield file, None
        return
    with item.path.open("rb") as whole:
        head = item.base + member.header_offset
        whole.seek(head)
        base = head + _LOCAL.size + sum(_LOCAL.unpack(whole.read(_LOCAL.size)))
        with io.BufferedReader(_Window(whole, base, member.file_size)) as file:
            yield file, base


class _Window(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, file: IO[bytes], base: int, size: int) -> None:
        self._file, self._base, self._size, self._at = file, base, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # of a wider type in typeshed
        self._file.seek(self._base + self._at)
        part = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def _time(member: ZipInfo) -> datetime:
    """A time of the system that wrote it, without a zone."""
    try:
        return datetime(*member.date_time, tzinfo=SHANGHAI).astimezone(UTC)
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC)
