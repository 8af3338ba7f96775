"""Articles as lines of JSON Lines, written and read; the order of keys is fixed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import IO, Any

from archive.article import Article, Origin, Revision, from_json, time_in, to_json
from archive.errors import BadRecord
from archive.text.translation import gettext as _

LONGEST = 32 << 20  # bytes of a line


def bounded(file: gzip.GzipFile | IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, each cut after LONGEST bytes."""
    while line := file.readline(LONGEST):
        yield line
        while len(line) == LONGEST and not line.endswith(b"\n"):
            line = file.readline(LONGEST)


def values(revision: Revision) -> dict[str, Any]:
    """The JSON values of a line: the article, `fetched`, `gone` (UTC, or null), tags, notes and any origin."""
    return to_json(revision.article) | times(revision) | tags_and_notes(revision) | origin(revision)


def times(revision: Revision) -> dict[str, str | None]:
    """When a version was fetched and since when it is gone, as JSON values."""
    gone = revision.gone_since
    return {"fetched": revision.fetched.isoformat(), "gone": gone.isoformat() if gone else None}


def origin(revision: Revision) -> dict[str, dict[str, str]]:
    """The web archive that captured a version, as a JSON value; no key for one that this program fetched."""
    return {"origin": revision.origin.to_json()} if revision.origin else {}


def origin_in(values: Mapping[str, Any]) -> Origin | None:
    """The web archive that JSON values name. Raises ValueError."""
    stated = values.get("origin")
    if not stated:
        return None
    if not isinstance(stated, Mapping) or not isinstance(url := stated.get("url"), str) or ":" not in url:
        raise ValueError(_("{name} is not an object with url and taken").format(name="origin"))
    return Origin(url, instant_in("origin.taken", stated.get("taken")))


def tags_and_notes(revision: Revision) -> dict[str, list[Any]]:
    """The labels and the texts of the notes of an article, and of both who wrote them and when, as JSON values."""
    annotations = [asdict(each) | {"time": each.time and each.time.isoformat()} for each in revision.annotations]
    return {"tags": list(revision.tags), "notes": list(revision.notes), "annotations": annotations}


def read(
    lines: Iterable[bytes], name: str, published: Callable[[Any], Any] = lambda value: value
) -> Iterator[tuple[Article, datetime | None, bool] | BadRecord]:
    """The article of each line, when it was fetched (or None) and whether it was gone; or what is wrong with the line.

    Lines are trusted: they need url, title and body, and are taken as they are; `published` may
    bring a time into ISO 8601. A line of LONGEST bytes or more, of which `lines` may give the
    beginning only, is refused.
    """
    for number, line in enumerate(lines, 1):
        if len(line) >= LONGEST:
            yield BadRecord(f"{name}:{number}", _("is longer than {most} MB").format(most=LONGEST >> 20))
        elif line.strip():
            try:
                values = json.loads(line)
                if not isinstance(values, dict):
                    raise ValueError(_("is not a JSON object"))
                values["published"] = published(values.get("published"))
                yield article_of(values)
            except (ValueError, KeyError, OverflowError, RecursionError) as error:
                yield BadRecord(f"{name}:{number}", reason_of(error))


def article_of(values: Mapping[str, Any]) -> tuple[Article, datetime | None, bool]:
    """The article of JSON values, when it was fetched (or None) and whether it was gone.

    Raises ValueError, KeyError or OverflowError, of which `reason_of` says what is wrong.
    """
    return from_json(values), _fetched(values.get("fetched")), bool(values.get("gone"))


def reason_of(error: Exception) -> str:
    """What is wrong with the values of an article."""
    match error:
        case KeyError():
            return _("{key} is missing").format(key=error.args[0])
        case json.JSONDecodeError():
            return _("is not valid JSON from character {place} on").format(place=error.colno)
        case RecursionError():
            return _("is nested too deeply")
    return str(error)


def _fetched(text: str | None) -> datetime | None:
    return None if text is None else instant_in("fetched", text)


def instant_in(name: str, text: Any) -> datetime:
    """A time with its zone in ISO 8601, as UTC. Raises ValueError, which names the field."""
    time = time_in(name, text)
    if time.utcoffset() is None:
        raise ValueError(_("{name} needs a time zone: {text}").format(name=name, text=text))
    return time.astimezone(UTC)
