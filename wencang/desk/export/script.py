"""Turns the texts of articles into Simplified or Traditional characters, by OpenCC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archive.article import Revision

# Of characters, not of a region's words: OpenCC's configuration, and the language that comes out (BCP 47).
_CONFIGS = {True: "t2s", False: "s2t"}
LANGUAGES = {True: "zh-Hans", False: "zh-Hant"}


def converter(simplified: bool) -> Callable[[Revision], Revision]:
    """Converts title, original title, body, section, rights notice and captions; to Traditional unless `simplified`.

    Names of persons and of sources stay as they were printed: a name has one right spelling.
    """
    from opencc import OpenCC

    to = OpenCC(_CONFIGS[simplified]).convert

    def convert(revision: Revision) -> Revision:
        article = revision.article
        texts = {name: to(getattr(article, name)) for name in ("title", "original_title", "body", "section", "rights")}
        images = tuple(replace(image, caption=to(image.caption)) for image in article.images)
        return replace(revision, article=replace(article, images=images, **texts))

    return convert
