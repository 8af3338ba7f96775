"""Messages in the user's language: English until a program chooses a catalog.

As in the standard library, but the catalog is chosen by `use` for the process, or by `using` for a
request, instead of being looked up through the environment at each call, and a library's own
`gettext` calls are not affected.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations

_catalog = NullTranslations()
_of_request: ContextVar[NullTranslations | None] = ContextVar("catalog", default=None)


def use(catalog: NullTranslations) -> None:
    """Translate all messages of this process by this catalog; `NullTranslations()` is English."""
    global _catalog
    _catalog = catalog


@contextmanager
def using(catalog: NullTranslations) -> Iterator[None]:
    """Translate by this catalog within a block: in its task, and in threads that run in a copy of its context."""
    token = _of_request.set(catalog)
    try:
        yield
    finally:
        _of_request.reset(token)


def gettext(message: str) -> str:
    """The message in the chosen language; unchanged where the catalog lacks it."""
    return (_of_request.get() or _catalog).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form for this count, in the chosen language."""
    return (_of_request.get() or _catalog).ngettext(singular, plural, count)
