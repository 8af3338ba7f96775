"""What a line of JSON Lines holds of an article, out and in: keys in a fixed order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from gettext import gettext as _
from typing import Any

from archive.article import Article, Revision, from_json, time_in, to_json
from archive.errors import BadRecord


def values(revision: Revision) -> dict[str, Any]:
    """The fields of the article plus `fetched` and `gone` (ISO 8601, UTC, or null): what a line holds."""
    return to_json(revision.article) | times(revision)


def times(revision: Revision) -> dict[str, str | None]:
    """When a version was fetched, and since when it is gone, as JSON values."""
    gone = revision.gone_since
    return {"fetched": revision.fetched.isoformat(), "gone": gone.isoformat() if gone else None}


def read(lines: Iterable[bytes], name: str) -> Iterator[tuple[Article, datetime | None, bool] | BadRecord]:
    """Each line's article, the time it was fetched, and whether it was gone; or what is wrong with the line.

    A line is trusted: it needs url, title and body, nothing is cleaned.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                kept = json.loads(line)
                if not isinstance(kept, dict):
                    raise ValueError(_("is not a JSON object"))
                yield from_json(kept), _fetched(kept.get("fetched")), bool(kept.get("gone"))
            except (ValueError, KeyError, OverflowError, RecursionError) as error:
                yield BadRecord(f"{name}:{number}", _reason(error))


def _reason(error: Exception) -> str:
    match error:
        case KeyError():
            return _("{key} is missing").format(key=error.args[0])
        case json.JSONDecodeError():
            return _("is not valid JSON from character {place} on").format(place=error.colno)
        case RecursionError():
            return _("is nested too deeply")
    return str(error)


def _fetched(text: str | None) -> datetime | None:
    if text is None:
        return None
    time = time_in("fetched", text)
    if time.utcoffset() is None:
        raise ValueError(_("fetched needs a time zone: {text}").format(text=text))
    return time.astimezone(UTC)
