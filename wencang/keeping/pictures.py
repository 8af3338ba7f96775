"""The pictures of an article as they may be shown: raster images of a few kinds, known by their bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from archive.article import Revision
from archive.errors import NotKept, Withdrawn
from archive.store import ArticleStore
from archive.tables.pictures import Pictures
from archive.text.translation import gettext as _

LARGEST = 20 << 20  # bytes, as of what a crawl fetches
_MOST = 200  # of one article
_AVIF = re.compile(rb"....ftyp(?:avif|avis|.{8}(?:.{4}){0,8}?avi[fs])", re.DOTALL)
# Never SVG, which is a document that can hold scripts.
_TYPES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"), "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"), "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/avif": _AVIF,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture of an article: its place among the pictures there, from 1 on, its address and its caption."""

    number: int
    url: str
    caption: str


@dataclass(frozen=True, slots=True)
class PictureFile:
    """The bytes of a picture, and the media type that they begin like."""

    body: bytes = field(repr=False)
    type: str


def type_of(body: bytes) -> str:
    """The media type of a raster image, by its first bytes; "" for anything else."""
    return next((name for name, start in _TYPES.items() if start.match(body)), "")


def shown(subject: str, body: bytes) -> PictureFile:
    """The bytes of a picture as they may be sent. Raises NotKept for those that are none of these images."""
    if len(body) <= LARGEST and (name := type_of(body)):
        return PictureFile(body, name)
    raise NotKept(subject, _("is not a picture that can be shown"))


def kept(store: ArticleStore, revision: Revision) -> tuple[KeptPicture, ...]:
    """The pictures of a version whose bytes are kept, in order, each once; those of a withdrawn article are not."""
    images = {image.url: (number, image) for number, image in enumerate(islice(revision.article.images, _MOST), 1)}
    pictures = Pictures(store).among(images)
    withdrawn = {address for address in {picture.article for picture in pictures.values()} if _is_gone(store, address)}
    return tuple(
        KeptPicture(number, url, image.caption)
        for url, (number, image) in images.items()
        if url in pictures and pictures[url].article not in withdrawn
    )


def _is_gone(store: ArticleStore, address: str) -> bool:
    try:
        store.get(address)
    except Withdrawn:
        return True
    return False
