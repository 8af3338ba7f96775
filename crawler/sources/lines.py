"""The line of a field in a TOML file, which the parser of the standard library does not tell."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

Keys = tuple[str | int, ...]
_TOKEN = re.compile(
    r'''"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\])*"|'[^']*'|\#[^\n]*|[\[{]|[\]}]|\n''', re.DOTALL
)


def line_of(text: str, keys: Keys) -> int:
    """The line of a valid text where the value of these keys begins; 1 without keys.

    It is in the first lines that hold it when they are parsed alone.
    """
    if not keys:
        return 1
    starts = [0, *_line_starts(text), len(text)]
    after = bisect_left(starts, True, key=lambda end: _holds(tomllib.loads(text[:end]), keys))
    return text.count("\n", 0, starts[max(after - 1, 0)]) + 1


def _line_starts(text: str) -> Iterator[int]:
    """Where lines begin that go on with nothing of the line before: up to each of them the text is valid."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
        elif token[0] in ("]", "}"):
            depth -= 1
        elif token[0] == "\n" and not depth:
            yield token.end()


def _holds(values: Any, keys: Keys) -> bool:
    try:
        for key in keys:
            values = values[key]
    except (KeyError, IndexError, TypeError):
        return False
    return True
