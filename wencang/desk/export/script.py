"""Converts the texts of articles to Simplified or Traditional characters, with OpenCC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archive.article import Revision

_CONFIGS = {True: "t2s", False: "s2t"}  # characters only: regional vocabulary stays as printed
LANGUAGES = {True: "zh-Hans", False: "zh-Hant"}  # of the converted text, BCP 47


def converter(simplified: bool) -> Callable[[Revision], Revision]:
    """A function that converts titles, body, section, rights notice and captions; to Traditional unless `simplified`.

    Names of people and sources stay as printed: a name has one correct spelling.
    """
    from opencc import OpenCC

    convert = OpenCC(_CONFIGS[simplified]).convert
    names = ("title", "original_title", "body", "section", "rights")

    def converted(revision: Revision) -> Revision:
        article = revision.article
        texts = {name: convert(getattr(article, name)) for name in names}
        images = tuple(replace(image, caption=convert(image.caption)) for image in article.images)
        return replace(revision, article=replace(article, images=images, **texts))

    return converted
