"""The HTTP response in a block of a WARC file: its head, and its body without transfer and content coding."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli

from archive.text.translation import gettext as _
from archive.warc.pages import Head

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_END = re.compile(rb"\r?\n\r?\n")
_FIRST = re.compile(r"HTTP/\d(?:\.\d)? +(\d{3})(?: .*)?", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_STEP = 1 << 16


class Undecodable(Exception):
    """The body is not whole, or its coding can't be undone; the argument says why."""


class Response:
    """A response as a block has it."""

    def __init__(self, block: bytes) -> None:
        """Raises Undecodable if the block does not hold a response."""
        end = _END.search(block)
        lines = block[: end.start() if end else 0].decode("latin-1").splitlines()
        first = _FIRST.fullmatch(lines[0].strip()) if lines else None
        if not end or not first:
            raise Undecodable(_("it holds no HTTP response"))
        self.status = int(first[1])
        self.head = Head(lines[0].strip(), tuple(_headers(lines[1:])))
        self.payload = block[end.end() :]

    def header(self, name: str) -> str:
        """The value of a header in lower case; "" if there is none."""
        return next((value.strip().lower() for key, value in self.head.headers if key.lower() == name), "")

    def body(self, most: int) -> bytes:
        """The first `most` bytes of the decoded body. Raises Undecodable."""
        body = self.payload
        length = self.header("content-length")
        if "chunked" in self.header("transfer-encoding"):
            body = _without_chunks(body)
        elif length.isascii() and length.isdecimal() and len(body) < min(int(length), most):
            raise Undecodable(_("it ends {count} bytes too early").format(count=int(length) - len(body)))
        for name in reversed([part.strip() for part in self.header("content-encoding").split(",")]):
            body = _decoded(name, body, most)
        return body[:most]


def _headers(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and headers:
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
        elif colon:
            headers.append((name.strip(), value.strip()))
    return headers


def _without_chunks(body: bytes) -> bytes:
    """The data of the chunks (RFC 9112, 7.1); many programs store it without them, but leave the header."""
    parts: list[bytes] = []
    at = 0
    while match := _CHUNK.match(body, at):
        size, at = int(match[1], 16), match.end() + int(match[1], 16)
        if not size:
            return b"".join(parts)
        parts.append(body[match.end() : at])
        at += 2 if body.startswith(b"\r\n", at) else 1 if body.startswith(b"\n", at) else 0
    if parts:
        raise Undecodable(_("it ends before its last chunk"))
    return body


def _decoded(name: str, body: bytes, most: int) -> bytes:
    """The body without one coding. One that does not begin in that coding was stored without it."""
    if name in ("", "identity", "none", "utf-8"):
        return body
    if name not in _CODINGS:
        raise Undecodable(_("its coding is not known: {name}").format(name=name[:40]))
    for decode in _CODINGS[name]:
        plain = b""
        try:
            for part in decode(body, most):
                plain += part
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
            if plain:
                raise Undecodable(_("its {name} coding is damaged, or ends too early").format(name=name)) from error
        else:
            return plain
    return body


def _inflated(wbits: int) -> Callable[[bytes, int], Iterator[bytes]]:
    def parts(body: bytes, most: int) -> Iterator[bytes]:
        rest, left = body, most
        while rest and left > 0:
            member = zlib.decompressobj(wbits=wbits)
            while not member.eof and left > 0:
                part = member.decompress(rest, min(left, _STEP))
                left -= len(part)
                yield part
                if not (part or member.eof or member.unconsumed_tail):
                    raise EOFError
                rest = member.unconsumed_tail
            rest = member.unused_data if member.unused_data.startswith(b"\x1f\x8b") else b""

    return parts


def _unbrotlied(body: bytes, most: int) -> Iterator[bytes]:
    decoder, left = brotli.Decompressor(), most
    part = decoder.process(body, output_buffer_limit=_STEP)
    while left > 0:
        yield part
        left -= len(part)
        if decoder.is_finished():
            return
        if not part:
            raise EOFError
        part = decoder.process(b"", output_buffer_limit=_STEP)


def _unzstd(body: bytes, most: int) -> Iterator[bytes]:
    decoder, left, rest = zstd.ZstdDecompressor(), most, body
    while left > 0:
        yield (part := decoder.decompress(rest, min(left, _STEP)))
        left, rest = left - len(part), b""
        if decoder.eof:
            return
        if not part:
            raise EOFError


_CODINGS: dict[str, tuple[Callable[[bytes, int], Iterator[bytes]], ...]] = {
    "gzip": (_inflated(31),), "x-gzip": (_inflated(31),),
    "deflate": (_inflated(15), _inflated(-15)),  # the standard's, and what many servers send
    "br": (_unbrotlied,), "zstd": (_unzstd,),
}  # fmt: skip
