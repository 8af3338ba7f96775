"""Which language messages are in: --lang, or the locale by gettext's own rule; and Typer's own words in it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from gettext import bindtextdomain, textdomain
from gettext import gettext as _
from itertools import takewhile

CATALOGS = os.path.join(os.path.dirname(__file__), "locale")
LANGUAGES = ("en", "zh")
_KIND = re.compile(r"is not a valid (int|float)\w*(?: range)?\.")
_NUMBERS = {"int": "is not a whole number.", "float": "is not a number."}
# As Typer prints them, never through gettext: its errors carry no code, so their text has to be recognised.
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


def choose(arguments: Sequence[str]) -> None:
    """Has to come before the import of whatever holds messages: help is made then."""
    words = list(takewhile(lambda word: word != "--", arguments))
    for at, word in enumerate(words):
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else "".join(words[at + 1 : at + 2])
        if word.partition("=")[0] == "--lang" and value in LANGUAGES:
            os.environ["LANGUAGE"] = value
    bindtextdomain("wencang", CATALOGS)
    textdomain("wencang")


def translated(words: str) -> str:
    """Typer's message about a wrong command, in the user's language where it is one of TYPERS."""
    return _translated(_KIND.sub(lambda kind: _NUMBERS[kind[1]], words))


def _translated(text: str) -> str:
    for template in TYPERS:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(template))
        if match := re.fullmatch(pattern, text):
            return _(template).format(**{name: _translated(value) for name, value in match.groupdict().items()})
    return text
