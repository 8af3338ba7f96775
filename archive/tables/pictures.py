"""The pictures of articles: those to fetch, and where in the raw pages they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import datetime

import sqlalchemy as sa

from archive.article import RawPage
from archive.store import ArticleStore, schema, stored


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, by its address; `article` is the address of the article in which it was first found."""

    url: str
    article: str
    source: str
    due: datetime | None  # when to fetch it (UTC); None: no further fetch scheduled
    failures: int = 0
    page: RawPage | None = None  # where it is, once fetched


class Pictures:
    """The pictures of an archive; each call is one transaction, and raises what ArticleStore raises."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    def get(self, url: str) -> Picture | None:
        return next(self._read(schema.pictures.c.url == url), None)

    def among(self, urls: Iterable[str]) -> dict[str, Picture]:
        """Those of these addresses whose bytes are kept."""
        pictures = self._read(schema.pictures.c.url.in_(list(urls)), schema.pictures.c.page.is_not(None))
        return {picture.url: picture for picture in pictures}

    def due(self, source: str, now: datetime) -> list[Picture]:
        """The pictures to fetch now, those with fewest failures first."""
        c = schema.pictures.c
        return sorted(self._read(c.source == source, c.due <= now), key=lambda picture: picture.failures)

    def kept(self) -> Iterator[tuple[Picture, str]]:
        """The archived pictures, each with the id of its article if that is withdrawn, else ""."""
        with self._store.reading() as connection:
            withdrawn = {row.url: row.id for row in connection.execute(schema.addresses_withdrawn())}
        archived = self._read(schema.pictures.c.page.is_not(None))
        return ((picture, withdrawn.get(picture.article, "")) for picture in archived if picture.page)

    def of(self, addresses: Iterable[str]) -> list[RawPage]:
        """The raw pages of the pictures of an article with these addresses."""
        pictures = self._read(schema.pictures.c.article.in_(list(addresses)))
        return [picture.page for picture in pictures if picture.page]

    def note_new(self, pictures: Iterable[Picture]) -> list[Picture]:
        """Store the pictures whose addresses are new; returns these."""
        by_url = {picture.url: picture for picture in pictures}
        known = {picture.url for picture in self._read(schema.pictures.c.url.in_(by_url))}
        new = [picture for url, picture in by_url.items() if url not in known]
        if new:
            with self._store.writing() as connection:
                connection.execute(schema.pictures.insert(), list(map(_row, new)))
        return new

    def note(self, picture: Picture) -> None:
        """Store a picture, replacing what was known of its address."""
        with self._store.writing() as connection:
            connection.execute(schema.pictures.update().filter_by(url=picture.url).values(_row(picture)))

    def _read(self, *where: sa.ColumnElement[bool]) -> Iterator[Picture]:
        with self._store.reading() as connection:
            rows = connection.execute(sa.select(schema.pictures).where(*where).order_by(schema.pictures.c.url))
            return iter([_picture(row) for row in rows])


def _picture(row: sa.Row[tuple[object, ...]]) -> Picture:
    page = stored.raw_page_of(row.page) if row.page else None
    return Picture(row.url, row.article, row.source, row.due, row.failures, page)


def _row(picture: Picture) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(picture, name) for name in Picture.__slots__}
    return values | {"page": astuple(picture.page) if picture.page else None}
