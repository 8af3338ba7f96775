"""Reads WARC and ARC files of any program from their beginning, and goes on behind records that are damaged."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from archive.text.messages import Message
from archive.text.translation import gettext as _

_CHUNK = 1 << 16
_GZIP, _RECORD = b"\x1f\x8b\x08", b"WARC/"
_MAGIC = re.compile(_GZIP)
_VERSION = re.compile(rb"WARC/[01]\.\d+[ \t]*\r?\n")
# The head of a record of ARC 1.0 and 2.0, which is one line: address, host, time, type, ..., length.
_ARC = re.compile(
    rb"(?P<url>[a-z][a-z0-9+.-]{1,20}:[^ \r\n]{1,4000}) [0-9a-fA-F.:]{1,45} (?P<time>\d{14}) (?P<type>[^ \r\n]{1,200}) "
    rb"(?:[^ \r\n]+ [^ \r\n]+ [^ \r\n]+ [^ \r\n]+ )?(?P<length>\d{1,15})[ \t]*\r?\n"
)
_ARC_FILE, _LONGEST_START = b"filedesc:", 5000
_BEGINNING = re.compile(rb"(?<=\n)(?:" + _VERSION.pattern + rb"|" + _ARC.pattern + rb")")
_LONGEST_LINE, _MOST_LINES = 1 << 16, 1000  # of the head of a record
_END = b"\r\n\r\n"
_LONGEST_NUMBER = 16  # digits
_OVERLAP = 64
_MOST_REWINDS = 100  # in a file: where it is one gzip member each costs as much as reading all before it
_HASHES = {"md5", "sha1", "sha256", "sha512"}


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record; names of `headers` are in lower case.

    `block` is cut after the number of bytes that the caller asked for, `size` is its length. `offset` is
    where the file can be opened again to read it first, None for a record within a gzip member.
    """

    number: int
    offset: int | None
    headers: Mapping[str, str]
    block: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Damage:
    """A record that can't be read, or bytes that are none."""

    number: int
    reason: Message | str
    url: str = ""


class _Damaged(Exception):
    """The record is not valid; the argument says why."""


def is_warc(file: IO[bytes]) -> bool:
    """Whether a file begins like a WARC or ARC file, gzipped or not, whatever its name; it is left at its beginning."""
    start = file.read(_CHUNK)
    file.seek(0)
    if start.startswith(_GZIP):
        with suppress(zlib.error):
            start = zlib.decompressobj(wbits=31).decompress(start, 16)
    return start.startswith((_RECORD, _ARC_FILE))


def records(file: IO[bytes], most: int) -> Iterator[Record | Damage]:
    """The records from the position of the file on, with at most `most` bytes of each block."""
    return _Reader(file, most).records()


class _Stream:
    """The plain bytes of a file that is gzipped as a whole, record by record, or not at all.

    A gzip member that begins with a record begins a section; one that does not continues it.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.section = file.tell()  # its offset in the file
        self.position = 0  # in plain bytes of the section
        start = file.read(len(_RECORD))
        # The first member may be damaged in its first bytes.
        damaged = start != _RECORD and next(_members(file, self.section), None) is not None
        self.zipped = start.startswith(_GZIP) or damaged
        self._at_section, self._buffer, self._input = True, b"", b""
        self._member = zlib.decompressobj(wbits=31)

    def _open(self, offset: int) -> None:
        """Go to a gzip member. Raises zlib.error where there is none."""
        self._file.seek(offset)
        self._at_section, self._buffer = False, b""
        self._input = self._file.read(_CHUNK) if self.zipped else b""
        self._member = zlib.decompressobj(wbits=31)
        if self._input and not self._input.startswith(_GZIP):
            raise zlib.error

    def fill(self) -> bool:
        """Whether there are bytes in the section. Raises zlib.error, or EOFError where the file ends in a member."""
        while not self._buffer and not self._at_section:
            if not self.zipped:
                self._buffer = self._file.read(_CHUNK)
                return bool(self._buffer)
            if self._member.eof:
                self._next_member()
            else:
                self._inflate()
        return bool(self._buffer)

    def _inflate(self) -> None:
        data = self._input or self._file.read(_CHUNK)
        self._buffer = self._member.decompress(data, _CHUNK)
        self._input = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        if not (data or self._buffer or self._member.eof):
            raise EOFError

    def _next_member(self) -> None:
        """Go on with the member that follows, unless it begins another section."""
        rest = self._input
        while not rest.lstrip(b"\0") and (rest := self._file.read(_CHUNK)):
            """Padding."""
        offset = self._file.tell() - len(rest.lstrip(b"\0"))
        if _beginning(self._file, offset) in (None, _RECORD):
            self.rest_at(offset)
        else:
            self._open(offset)

    def rest_at(self, offset: int) -> None:
        """End the section before an offset, where `next_section` goes on."""
        self._file.seek(offset)
        self._input, self._at_section = b"", True

    def next_section(self) -> bool:
        """Go to the next section; False at the end of the file. Raises zlib.error where it is damaged."""
        self.section, self.position = self._file.tell(), 0
        self._open(self.section)
        return bool(self._input) if self.zipped else self.fill()

    def resume(self) -> bool:
        """Let the section end before the next member that begins with a record; False if there is none."""
        start = next(_members(self._file, self.section + 1), None) if self.zipped else None
        if start is not None:
            self.rest_at(start)
        return start is not None

    def rewind(self, position: int) -> None:
        """Go back to a position in the section."""
        self._open(self.section if self.zipped else self.section + position)
        self.position = 0
        if self.zipped:
            self.skip(position)
        self.position = position

    def read(self, size: int) -> bytes:
        """At most `size` bytes; b"" at the end of the section."""
        if not self.fill():
            return b""
        part, self._buffer = self._buffer[:size], self._buffer[size:]
        self.position += len(part)
        return part

    def take(self, size: int) -> bytes:
        """`size` bytes, fewer only at the end of the section."""
        parts: list[bytes] = []
        while size and (part := self.read(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def skip(self, size: int) -> int:
        """Skip `size` bytes; returns how many of them are missing."""
        while size and (part := self.read(size)):
            size -= len(part)
        return size

    def give_back(self, data: bytes) -> None:
        self._buffer = data + self._buffer
        self.position -= len(data)

    def begins_record(self) -> bool:
        """Whether a record begins here, by what `line` gave last and was given back."""
        return (_VERSION.match(self._buffer) or _ARC.match(self._buffer)) is not None

    def line(self) -> bytes:
        """The next line, cut after a length that no header has; b"" at the end of the section."""
        line = b""
        while not line.endswith(b"\n") and len(line) < _LONGEST_LINE and self.fill():
            line += self.read(self._buffer.find(b"\n") + 1 or len(self._buffer))
        return line


def _beginning(file: IO[bytes], offset: int) -> bytes | None:
    """The first plain bytes of a gzip member, or None if it is damaged at once, or there is none.

    _RECORD also for a record of ARC.
    """
    file.seek(offset)
    member, data = zlib.decompressobj(wbits=31), file.read(_CHUNK)
    try:
        start = member.decompress(data, len(_RECORD))
    except zlib.error:
        return None
    if start != _RECORD and start[:1].isalpha():  # an address may begin here
        with suppress(zlib.error):
            start += member.decompress(member.unconsumed_tail, _LONGEST_START)
    return _RECORD if _ARC.match(start) else start[: len(_RECORD)] or None


def _members(file: IO[bytes], start: int) -> Iterator[int]:
    """Where gzip members begin, from an offset on, that begin with a record."""
    window = b""
    while True:
        file.seek(start)
        if not (chunk := file.read(_CHUNK)):
            return
        start += len(chunk)
        window = window[-2:] + chunk  # the magic number may cross two chunks
        for match in _MAGIC.finditer(window):
            offset = start - len(window) + match.start()
            if _beginning(file, offset) == _RECORD:
                yield offset


class _Reader:
    def __init__(self, file: IO[bytes], most: int) -> None:
        self._most = most
        self._stream = _Stream(file)
        self._number = 0
        self._rewinds = 0
        self._begin()

    def _begin(self) -> None:
        """A record, or what may be one, begins."""
        self._number += 1
        self._url = ""
        self._start = self._stream.position

    def records(self) -> Iterator[Record | Damage]:
        self._stream.rest_at(self._stream.section)
        more = True
        while more:
            try:
                if more := self._stream.next_section():
                    yield from self._section()
            except zlib.error:
                yield self._damage(_("it is damaged"))
                more = self._stream.resume()
            except EOFError:
                yield self._damage(_("the file ends in the middle of it"))
                more = self._stream.resume()
        if self._number == 1:
            yield self._damage(_("the file holds none"))

    def _damage(self, reason: Message | str) -> Damage:
        damage = Damage(self._number, reason, self._url)
        self._begin()
        return damage

    def _section(self) -> Iterator[Record | Damage]:
        while self._has_more():
            self._start = self._stream.position
            try:
                record = self._record()
            except _Damaged as error:
                start = self._start
                yield self._damage(error.args[0])
                self._find_next(start)
            else:
                yield record
                self._begin()

    def _has_more(self) -> bool:
        """Whether anything but blank lines follows, which are skipped."""
        line = b"\n"
        while line and not line.strip():
            line = self._stream.line()
        self._stream.give_back(line)
        return bool(line)

    def _find_next(self, start: int) -> None:
        """Go to the next beginning of a record behind a position of the section, or to the end of the section."""
        self._rewinds += 1
        if self._rewinds > _MOST_REWINDS and self._stream.zipped:
            raise zlib.error
        self._stream.rewind(start)
        window = self._stream.read(1)
        while part := self._stream.read(_CHUNK):
            window = window[-_OVERLAP:] + part  # a beginning may cross two parts
            if match := _BEGINNING.search(window):
                self._stream.give_back(window[match.start() :])
                return

    def _record(self) -> Record:
        stream = self._stream
        offset = None if stream.zipped and stream.position else stream.section + stream.position
        headers = self._headers()
        self._url = headers.get("warc-target-uri", "").strip("<>")
        size = _size(headers)
        block = stream.take(min(size, self._most))
        missing = stream.skip(size - len(block))
        if missing:
            raise _Damaged(_("it ends {count} bytes too early").format(count=missing))
        end = stream.take(len(_END))
        stream.give_back(end)
        if end != _END and self._has_more() and not stream.begins_record():
            raise _Damaged(_("it is longer than the length in its head"))
        if len(block) == size and not fits(block, headers.get("warc-block-digest", "")):
            raise _Damaged(_("its bytes differ from their digest"))
        return Record(self._number, offset, headers, block, size)

    def _headers(self) -> dict[str, str]:
        """The head of a record, with folded lines joined."""
        first = self._stream.line()
        if match := _ARC.fullmatch(first):
            return _of_arc(match)
        if not _VERSION.fullmatch(first):
            raise _Damaged(_("it does not begin like one"))
        headers: dict[str, str] = {}
        name = ""
        for _number in range(_MOST_LINES):
            line = self._stream.line().decode(errors="replace")
            if not line.strip():
                return headers
            if line[0] in " \t" and name:
                headers[name] += " " + line.strip()
                continue
            name, colon, value = line.partition(":")
            name = name.strip().lower()
            if not colon:
                break
            headers.setdefault(name, value.strip())
        raise _Damaged(_("its head is not valid"))


def _of_arc(match: re.Match[bytes]) -> dict[str, str]:
    """The head of a record of ARC as that of WARC."""
    url, time, kind, length = (part.decode(errors="replace") for part in match.group("url", "time", "type", "length"))
    date = f"{time[:4]}-{time[4:6]}-{time[6:8]}T{time[8:10]}:{time[10:12]}:{time[12:]}Z"
    about = url.startswith(_ARC_FILE.decode())
    return {
        "warc-type": "warcinfo" if about else "response", "warc-target-uri": url, "warc-date": date,
        "content-type": kind, "content-length": length,
    }  # fmt: skip


def _size(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "")
    if length.isascii() and length.isdecimal() and len(length) < _LONGEST_NUMBER:
        return int(length)
    raise _Damaged(_("its length is not valid: {length}").format(length=length[:_LONGEST_NUMBER] or "-"))


def fits(data: bytes, digest: str) -> bool:
    """Whether bytes have a digest in WARC's notation; True for none, or one that is not known."""
    name, _colon, value = digest.partition(":")
    name = name.strip().lower().replace("-", "")
    if name not in _HASHES or not value:
        return True
    found = hashlib.new(name, data, usedforsecurity=False)
    return value.strip().strip("=").lower() in (
        found.hexdigest(),
        base64.b32encode(found.digest()).decode().strip("=").lower(),
    )
