"""Messages in the user's language: English until a program chooses a catalog.

As in the standard library, but the catalog is chosen once by `use` instead of being looked up
through the environment at each call, and a library's own `gettext` calls are not affected.
"""

from __future__ import annotations

from gettext import NullTranslations

_catalog = NullTranslations()


def use(catalog: NullTranslations) -> None:
    """Translate all messages of this process by this catalog; `NullTranslations()` is English."""
    global _catalog
    _catalog = catalog


def gettext(message: str) -> str:
    """The message in the chosen language; unchanged where the catalog lacks it."""
    return _catalog.gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form for this count, in the chosen language."""
    return _catalog.ngettext(singular, plural, count)
