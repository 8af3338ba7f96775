"""Tries the patterns of a source on attacks, in a process that is ended where one takes too long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from archive.errors import UsageFault
from archive.processes import Ended, Worker
from archive.text.translation import gettext as _
from crawler.sources import Source
from crawler.sources.runaway import attacks

_SECONDS = 1.0  # of processor time for a text
_LENGTH = 200_000  # characters of a text
_REPEATED = ("0", "a", "/", " ", "\n", "<", ".html", "西")
_SEARCHED = {"article": False, "skip": False, "row": True, "page_count": True}


def refuse_slow(source: Source, path: Path) -> None:
    """Raises UsageFault for a pattern that takes too long on a text; the automaton of a pattern may miss one."""
    worker = Worker[None](_SECONDS)
    try:
        for name, searched in _SEARCHED.items():
            for pattern in _patterns(source, name):
                for text in _texts(pattern, searched):
                    (result,) = worker.run([partial(_match, pattern, searched, text)])
                    if isinstance(result, Ended):
                        reason = _("takes longer than {seconds} s on a text like {text}")
                        text = ascii(text[:40])
                        raise UsageFault(f"{path}: {name}", reason.format(seconds=round(_SECONDS), text=text))
    finally:
        worker.close()


def _patterns(source: Source, name: str) -> tuple[re.Pattern[str], ...]:
    value: re.Pattern[str] | tuple[re.Pattern[str], ...] | None = getattr(source, name)
    return value if isinstance(value, tuple) else (value,) if value else ()


def _texts(pattern: re.Pattern[str], searched: bool) -> Iterator[str]:
    """Texts that match nowhere at their end."""
    for beginning, word in (*attacks(pattern, searched), *(("", word) for word in _REPEATED)):
        yield beginning + word * (_LENGTH // len(word)) + "\0"


def _match(pattern: re.Pattern[str], searched: bool, text: str) -> None:
    (pattern.search if searched else pattern.fullmatch)(text)
