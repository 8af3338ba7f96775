"""Which language messages are in: --lang, or the locale by gettext's own rule; and Typer's own words in it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from gettext import bindtextdomain, textdomain
from itertools import takewhile

from archive.reasons import told

CATALOGS = os.path.join(os.path.dirname(__file__), "locale")
LANGUAGES = ("en", "zh")
_KIND = re.compile(r"is not a valid (int|float)\w*(?: range)?\.")
_NUMBERS = {"int": "is not a whole number.", "float": "is not a number."}
# As Typer says them, and never through gettext.
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
    """What Typer says of a wrong command, in the user's language as far as it is known."""
    return told(_KIND.sub(lambda kind: _NUMBERS[kind[1]], words), TYPERS)
