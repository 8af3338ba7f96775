"""Reports an internal error: what is needed to fix it goes to a file, without article texts and without settings."""

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

_PACKAGES = ("wencang", "typer", "sqlalchemy", "scrapy", "whoosh-reloaded", "tantivy", "rjieba", "lxml", "rich")
CRASHED = 70  # exit code: EX_SOFTWARE of sysexits.h
_LONGEST = 200  # characters of an error's message


def report(error: BaseException, arguments: list[str], data: Path) -> Path:
    """Write a report into the data folder, or the temporary one, and return its path. Raises OSError."""
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
    yield "packages: " + ", ".join(f"{name} {installed}" for name in _PACKAGES if (installed := _version(name)))
    yield ""
    for part in TracebackException.from_exception(error).format():
        # A frame is our own source; an error's message may quote what was read.
        yield part.rstrip() if part.startswith("  ") else _shortened(_masked(part.strip(), secrets))


def _shortened(message: str) -> str:
    """The first line of an error's message, without what may come from an article."""
    return re.sub(r"[^\x00-\x7f]+", "...", message.partition("\n")[0])[:_LONGEST]


def _masked(text: str, secrets: set[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return re.sub(r"//[^/\s@]*@", "//***@", text)


def _secrets(data: Path) -> set[str]:
    """The value of every setting, and its parts: an address may contain a password."""
    values = [value for name, value in os.environ.items() if name.startswith("WENCANG_") and name != "WENCANG_DATA"]
    with suppress(OSError, ValueError):
        values += re.findall(r'"([^"\n]*)"', (data / "wencang.toml").read_text(encoding="utf-8"))
    return {part for value in values for part in (value, *re.split(r"[/:@,\s]+", value)) if len(part) > 3}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
