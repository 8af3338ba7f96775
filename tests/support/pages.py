"""An article with its raw page, and archives made of such: for what is stored, proved, backed up and withdrawn."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio import cli as warcio

from archive.article import SHANGHAI, Article, Image
from archive.proof import manifest
from archive.storage.folder import Folder
from archive.storage.storage import File
from archive.store import ArticleStore
from archive.warc.pages import FetchedPage, Head, Pages

ARTICLE = Article(
    url="http://www.tibet.cn/cn/news/zx/202206/t20220601_7210688.html",
    id="tibet.cn-7210688",
    source="tibet.cn",
    section="news/zx 资讯",
    title="拉萨河畔的新桥",
    body="第一段。\n第二段，72.098亿元。",
    published=datetime(2022, 6, 1, 0, 5, tzinfo=SHANGHAI),
    authors=("扎西", "卓玛"),
    images=(Image("http://www.tibet.cn/a.jpg", "图为新桥"),),
)
THEN = datetime(2022, 6, 1, 3, 0, tzinfo=UTC)
PAGE = FetchedPage(
    ARTICLE.url,
    "<html>拉萨河畔的新桥</html>".encode("gb18030") + bytes(range(256)),
    THEN.replace(microsecond=123456),
    response=Head("HTTP/1.1 200 OK", (("Content-Type", "text/html"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))),
    request=Head("GET /cn/a.html?b HTTP/1.1", (("Host", "www.tibet.cn"), ("User-Agent", "wencang"))),
)


def noise(seed: int, size: int = 3000) -> bytes:
    """Bytes that no compression makes smaller."""
    return random.Random(seed).randbytes(size)


def warcs(data: Path) -> list[Path]:
    """The WARC files of an archive."""
    return sorted((data / "pages").iterdir())


def check(data: Path) -> None:
    """Assert that warcio's own checker accepts the WARC files."""
    with pytest.raises(SystemExit, match=r"\A0\Z"):
        warcio.main(["check", *map(str, warcs(data))])


def put(store: ArticleStore, data: Path, *numbers: int, largest: int = 10**9) -> None:
    """Store an article with its raw page for each number."""
    with Pages(Folder(data), largest) as pages:
        for n in numbers:
            article = replace(ARTICLE, id=f"tibet.cn-{n}", url=f"http://www.tibet.cn/{n}.html", title=f"题{n}")
            page = replace(PAGE, url=article.url, body=noise(n))
            assert store.put(article, THEN, keep=lambda earlier, page=page: (pages.append(page, earlier),))  # type: ignore[misc]


def close(store: ArticleStore, data: Path, day: int = 0) -> Path:
    """Close a run with a manifest; its path."""
    file = manifest.close(store, Folder(data), THEN + timedelta(days=day))
    assert file
    return data / file.key


def manifests(data: Path) -> list[Path]:
    """The manifests of a data folder, oldest first."""
    return [data / file.key for file in manifest.manifests(Folder(data))]


def file_of(path: Path) -> File:
    """A file of a data folder as one of its storage."""
    return File(Folder(path.parent.parent), f"{path.parent.name}/{path.name}")


def forge_time(data: Path) -> str:
    """Change the second version's time of fetch behind the program's back; what verify must say."""
    with sqlite3.connect(data / "archive.db") as raw:
        raw.execute("UPDATE revisions SET fetched = '2001-01-01T00:00:00.000000Z' WHERE sequence = 2")
    return "version 2, http://www.tibet.cn/2.html: fetched differs from the manifest"
