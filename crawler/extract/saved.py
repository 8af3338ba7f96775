"""What the program that saved a page wrote into it: the address of the page, and when it was saved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_HEAD = 4000  # characters in which such a comment is
# Browsers; monolith; SingleFile, which writes the time as JavaScript prints it.
_BY_BROWSER = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->", re.IGNORECASE)
_BY_MONOLITH = re.compile(r"<!--\s*Saved from (https?://\S+|local source) at (\S+) using \w+")
_BY_SINGLEFILE = re.compile(
    r"<!--\s*Page saved with SingleFile\s+url:\s*(?P<url>\S+)\s+"
    r"(?:saved date:\s*\w{3}\s+(?P<month>\w{3})\s+(?P<day>\d{1,2})\s+(?P<year>\d{4})\s+(?P<clock>[\d:]{8})"
    r"\s+GMT(?P<zone>[+-]\d{4}))?"
)


@dataclass(frozen=True, slots=True)
class Saved:
    """The address is "" and the time None where the page does not tell them; the time is UTC."""

    url: str = ""
    time: datetime | None = None


def saved_as(source: str) -> Saved:
    """What a page tells of its saving; `source` is its text, or the beginning of it."""
    head = source[:_HEAD]
    if match := _BY_SINGLEFILE.search(head):
        return Saved(_address(match["url"]), _printed(match))
    if match := _BY_MONOLITH.search(head):
        return Saved(_address(match[1]), _iso(match[2]))
    match = _BY_BROWSER.search(head)
    return Saved(_address(match[1])) if match else Saved()


def _address(text: str) -> str:
    return text if text.startswith(("http://", "https://")) else ""


def _printed(match: re.Match[str]) -> datetime | None:
    if not match["year"]:
        return None
    try:
        time = parsedate_to_datetime("{day} {month} {year} {clock} {zone}".format(**match.groupdict()))
    except ValueError:
        return None
    return time.astimezone(UTC)


def _iso(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else None
