"""An archive whose raw pages lie in its data folder, or in a bucket of a real S3 server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from archive.settings import Settings
from archive.storage import of as storage_of
from archive.storage.storage import Storage
from archive.store import ArticleStore
from archive.warc.pages import Pages
from tests.servers.s3 import KEYS, Server
from tests.support.pages import ARTICLE, PAGE, THEN, noise


@dataclass(frozen=True, slots=True)
class Place:
    """Settings of an archive, the folder that its keys lie in on this disk, and what a program run on it needs."""

    settings: Settings
    root: Path
    environment: dict[str, str]

    @property
    def storage(self) -> Storage:
        return storage_of(self.settings)

    def path(self, key: str) -> Path:
        """The file of a key, as the disk of the server has it."""
        return self.root / key

    def create(self) -> ArticleStore:
        return ArticleStore.create(self.settings)


def in_folder(data: Path) -> Place:
    return Place(Settings(data), data, {})


def in_bucket(data: Path, server: Server, bucket: str) -> Place:
    """A new bucket, with a prefix."""
    pages = f"{server.bucket(bucket)}/news/raw"
    environment = {**KEYS, "WENCANG_PAGES": pages, "WENCANG_S3_ENDPOINT": server.endpoint}
    settings = Settings(data, pages=pages, s3_endpoint=server.endpoint)
    return Place(settings, server.folder / bucket / "news" / "raw", environment)


def put(store: ArticleStore, place: Place, *numbers: int, largest: int = 10**9) -> None:
    """Store an article with its raw page for each number, in a run of its own."""
    with Pages(place.storage, largest) as pages:
        for n in numbers:
            article = replace(ARTICLE, id=f"tibet.cn-{n}", url=f"http://www.tibet.cn/{n}.html", title=f"题{n}")
            page = replace(PAGE, url=article.url, body=noise(n))
            assert store.put(article, THEN, keep=lambda earlier, page=page: (pages.append(page, earlier),))  # type: ignore[misc]
