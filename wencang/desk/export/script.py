"""Converts the texts of articles to Simplified or Traditional characters, with OpenCC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from archive.article import Revision
from archive.errors import UsageFault
from archive.text.translation import gettext as _

Region = Literal["", "tw", "hk"]
_CONFIGS = {"": "s2t", "tw": "s2tw", "hk": "s2hk"}  # characters only: regional vocabulary stays as printed
_LANGUAGES = {"": "zh-Hant", "tw": "zh-Hant-TW", "hk": "zh-Hant-HK"}


def language(simplified: bool, region: str = "") -> str:
    """The language of the converted text, BCP 47."""
    return "zh-Hans" if simplified else _LANGUAGES[region]


def check(simplified: bool | None, region: str) -> None:
    """Raise UsageFault for a region that is unknown, or one without Traditional characters."""
    if region not in _CONFIGS or (region and simplified is not False):
        reason = _("is not a standard of Traditional characters")
        raise UsageFault(f"--traditional {region}", reason, _("standards: {names}").format(names="tw, hk"))


def converter(simplified: bool, region: str = "") -> Callable[[Revision], Revision]:
    """A function that converts titles, body, section, rights notice and captions; to Traditional unless `simplified`.

    `region` takes the forms of characters that are standard in Taiwan (tw) or Hong Kong (hk). Names of people and
    sources stay as printed: a name has one correct spelling.
    """
    from opencc import OpenCC

    convert = OpenCC("t2s" if simplified else _CONFIGS[region]).convert
    names = ("title", "original_title", "body", "section", "rights")

    def converted(revision: Revision) -> Revision:
        article = revision.article
        texts = {name: convert(getattr(article, name)) for name in names}
        images = tuple(replace(image, caption=convert(image.caption)) for image in article.images)
        return replace(revision, article=replace(article, images=images, **texts))

    return converted
