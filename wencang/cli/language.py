"""Which language messages are in: that of --lang, or the locale's; and Typer's own messages in it."""

from __future__ import annotations

import re
from gettext import translation

from archive.text.translation import gettext, use
from wencang.catalog import CATALOGS, LANGUAGES

_KIND = re.compile(r"is not a valid (int|float)\w*(?: range)?\.")
_NUMBERS = {"int": "is not a whole number.", "float": "is not a number."}
# As Typer writes them, without gettext.
TYPERS = (
    "No such option: {name} (Possible options: {names})",
    "No such option: {name}",
    "No such command {name}.",
    "Missing command.",
    "Missing argument {name}.",
    "Missing option {name}.",
    "Option {name} requires an argument.",
    "Option {name} does not take a value.",
    "Got unexpected extra argument(s) ({words})",
    "Invalid value for {name}: {reason}",
    "Invalid value: {reason}",
    *(f"{{value}} {words}" for words in _NUMBERS.values()),
    "{value} is not in the range {range}.",
    "{value} is not one of {names}.",
)


def choose(language: str = "") -> None:
    """Print messages in this language, or in the locale's by gettext's own rule where none is named.

    Call it before commands are imported: the help of their options is translated then. Raises
    nothing for an unknown language, which Typer reports.
    """
    languages = [language] if language in LANGUAGES else None
    use(translation("wencang", CATALOGS, languages, fallback=True))


def translated(message: str) -> str:
    """Typer's message about wrong usage in the user's language; unchanged where its form is unknown."""
    message = _KIND.sub(lambda kind: _NUMBERS[kind[1]], message)
    for form in TYPERS:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(form))
        if match := re.fullmatch(pattern, message):
            return gettext(form).format(**{name: translated(value) for name, value in match.groupdict().items()})
    return message
