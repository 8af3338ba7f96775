"""Captures of articles of 中国西藏网's layout as a web archive holds them, and what must become of them."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from archive.article import Article
from crawler.extract.extractor import read

SITE = "tibet.cn"
_FIRST = datetime(2023, 5, 11, 4, 5, 6, tzinfo=UTC)
_SPELLINGS = ("http://www.", "https://www.", "http://", "http://m.")
_PATTERNS = ("AA", "AB", "ABB", "ABA")  # the texts of an article's captures; 500 of 200 articles
_TOWNS = "双湖尼玛申扎班戈安多聂荣比如索县巴青嘉黎"


@dataclass(frozen=True, slots=True)
class Captured:
    """A capture: the address as it was captured, its time, the text of that time, and the page."""

    url: str
    time: datetime
    text: str
    page: bytes

    @property
    def digest(self) -> str:
        return f"sha1:{base64.b32encode(hashlib.sha1(self.page).digest()).decode()}"


def key(n: int) -> str:
    return f"{SITE}-{7460000 + n}"


def address(n: int) -> str:
    """The canonical address of an article."""
    return f"http://www.tibet.cn/cn/news/zx/202305/t20230510_{7460000 + n}.html"


def text(n: int, edition: str) -> str:
    """The text of an article as its `edition` has it: B corrects a number."""
    towns = "、".join(_TOWNS[(n * 7 + k * 2) % 20 : (n * 7 + k * 2) % 20 + 2] for k in range(3))
    count = 100 + n if edition == "A" else 900 + n
    return f"第{n}号工地的工人今天铺完了{count}米水渠，{towns}的牧民都来帮忙。\n水渠明年春天通水，第{n}队负责看护。"


def page(n: int, edition: str, remark: str = "") -> bytes:
    """The page; a `remark` changes its bytes, not its text."""
    body = "".join(f"<p>　　{line}</p>" for line in text(n, edition).splitlines())
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>第{n}号工地水渠铺完_中国西藏网</title></head><body>'
        '<div>中国西藏网 &gt; <a href="/cn/news/">西藏新闻</a> &gt; <a href="/cn/news/zx/">资讯</a></div>'
        f'<div class="title_box"><h2>第{n}号工地水渠铺完</h2><div class="info">'
        "<span>发布时间：2023-05-10 08:05:09</span><span>来源：那曲日报</span></div></div>"
        f'<div class="content"><div id="text">{body}</div></div><!--{remark}-->'
        "</body></html>"
    ).encode()


def captures(articles: int) -> list[Captured]:
    """The captures of so many articles, oldest first; every third repeats a text with other bytes."""
    made = []
    for n in range(articles):
        for place, edition in enumerate(_PATTERNS[n % len(_PATTERNS)]):
            url = address(n).replace("http://www.", _SPELLINGS[(n + place) % len(_SPELLINGS)])
            time = _FIRST + timedelta(days=200 * place + n % 90, minutes=n)
            remark = str(place) if n % 3 == 0 else ""
            made.append(Captured(url, time, text(n, edition), page(n, edition, remark)))
    return sorted(made, key=lambda capture: capture.time)


def expected(captured: Sequence[Captured], n: int) -> list[tuple[datetime, str]]:
    """The versions that an article must have: its first capture, and each that differs from the one before it."""
    own = [capture for capture in captured if capture.url.endswith(address(n).rpartition("/")[2])]
    return [
        (capture.time, capture.text) for before, capture in zip([None, *own], own, strict=False)
        if before is None or before.text != capture.text
    ]  # fmt: skip


def warc(captured: Sequence[Captured], revisits: bool = True) -> Iterator[bytes]:
    """The records, each a gzip member; with `revisits` a page with the bytes of an earlier one refers to that."""
    seen: dict[tuple[str, str], Captured] = {}
    for number, capture in enumerate(captured):
        first = seen.setdefault((capture.url.rpartition("/")[2], capture.digest), capture)
        yield gzip.compress(_record(number, capture, first if revisits else capture))


def _record(number: int, capture: Captured, first: Captured) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(capture.page)}\r\n\r\n".encode()
    is_revisit = first is not capture and first.url == capture.url
    block = head if is_revisit else head + capture.page
    headers = {
        "WARC-Type": "revisit" if is_revisit else "response", "WARC-Record-ID": f"<urn:uuid:{UUID(int=number + 1)}>",
        "WARC-Date": f"{capture.time:%Y-%m-%dT%H:%M:%SZ}", "WARC-Target-URI": capture.url,
        "WARC-Payload-Digest": capture.digest, "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }  # fmt: skip
    if is_revisit:
        headers |= {
            "WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
            "WARC-Refers-To-Target-URI": first.url, "WARC-Refers-To-Date": f"{first.time:%Y-%m-%dT%H:%M:%SZ}",
        }  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"WARC/1.1\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def captured_article(n: int, edition: str) -> Article:
    """What a crawl reads of the page."""
    return read(page(n, edition), address(n), _FIRST).article
