"""A fault of the program itself: what is needed to mend it goes to a file, without texts and without settings."""

from __future__ import annotations

import os
import platform
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import mkstemp
from traceback import TracebackException

_ASKED = ("wencang", "typer", "sqlalchemy", "scrapy", "whoosh-reloaded", "tantivy", "rjieba", "lxml", "rich")
CRASHED = 70  # exit code: EX_SOFTWARE of sysexits.h
_LONGEST = 200  # characters of an error's own words


def report(error: BaseException, arguments: list[str], data: Path) -> Path:
    """Write what happened into the data folder, or the temporary one; the file's path. Raises OSError."""
    text = "\n".join(_lines(error, arguments, _secrets(data))) + "\n"
    try:
        file, path = mkstemp(".txt", "crash-", data)
    except OSError:
        file, path = mkstemp(".txt", "wencang-crash-")
    with os.fdopen(file, "w", encoding="utf-8", errors="replace") as out:
        out.write(text)
    return Path(path)


def _lines(error: BaseException, arguments: list[str], secrets: set[str]) -> Iterator[str]:
    yield "command: " + _masked(shlex.join(arguments), secrets)
    yield f"python: {sys.version}"
    yield f"platform: {platform.platform()}, {sys.getfilesystemencoding()}"
    yield "packages: " + ", ".join(f"{name} {found}" for name in _ASKED if (found := _version(name)))
    yield ""
    for part in TracebackException.from_exception(error).format():
        # A frame is our own source; an error's words may quote what was read.
        yield part.rstrip() if part.startswith("  ") else _of_a_text(_masked(part.strip(), secrets))


def _of_a_text(words: str) -> str:
    """The first line of an error's words, without what may be an article's."""
    return re.sub(r"[^\x00-\x7f]+", "...", words.partition("\n")[0])[:_LONGEST]


def _masked(words: str, secrets: set[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        words = words.replace(secret, "***")
    return re.sub(r"//[^/\s@]*@", "//***@", words)


def _secrets(data: Path) -> set[str]:
    """Every value that was set, and its parts: a password stands in an address."""
    values = [value for name, value in os.environ.items() if name.startswith("WENCANG_") and name != "WENCANG_DATA"]
    with suppress(OSError, ValueError):
        values += re.findall(r'"([^"\n]*)"', (data / "wencang.toml").read_text(encoding="utf-8"))
    return {part for value in values for part in (value, *re.split(r"[/:@,\s]+", value)) if len(part) > 3}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
