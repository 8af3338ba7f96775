"""The catalogs of translated messages, for every face of the program."""

from __future__ import annotations

import os
from functools import cache
from gettext import NullTranslations, translation

CATALOGS = os.path.join(os.path.dirname(__file__), "locale")
LANGUAGES = ("en", "zh")


@cache
def catalog(language: str) -> NullTranslations:
    """The messages of one of LANGUAGES, read once."""
    return translation("wencang", CATALOGS, [language], fallback=True)
