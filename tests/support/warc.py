"""WARC files as other programs write them, whole or damaged, of pages of our own writing."""

from __future__ import annotations

import gzip
from pathlib import Path
from uuid import UUID

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def page(n: int) -> bytes:
    """The page of an article, whose title is `title(n)`."""
    text = "".join(f"<p>第{k}段：学校的新锅炉今天点了火，教室里暖和了许多，孩子们都很高兴。</p>" for k in range(4))
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title(n)}</title></head><body><h1>{title(n)}</h1>"
        f"<div>2021-05-03 10:20 来源：高原日报</div><div>{text}</div></body></html>"
    ).encode()


def title(n: int) -> str:
    return f"雪山小学换上第{n}台锅炉"


def url(n: int) -> str:
    return f"http://www.example.cn/xw/{n}.html"


def response(n: int, body: bytes | None = None, *headers: bytes) -> bytes:
    """The block of a response with the page of an article, or with a body and headers that belong to it."""
    body = page(n) if body is None else body
    return HEAD + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def record(n: int, block: bytes, kind: str = "response", length: str = "", **headers: str) -> bytes:
    """A record; `headers` replace the usual ones, with _ for -, and "" leaves one out."""
    usual = {
        "WARC-Type": kind, "WARC-Record-ID": f"<urn:uuid:{UUID(int=n)}>", "WARC-Date": "2021-05-03T02:30:00Z",
        "WARC-Target-URI": url(n), "Content-Type": "application/http; msgtype=response",
        "Content-Length": length or str(len(block)),
    }  # fmt: skip
    changed = usual | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in changed.items() if value)
    return f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def write(path: Path, *records: bytes) -> Path:
    """A file with each record as a gzip member."""
    path.write_bytes(b"".join(map(gzip.compress, records)))
    return path
