"""Memento (RFC 7089): the captures in a TimeMap, and which capture an archive answered with. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crawler.past.cdx import moment

_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]*))*)')
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s",;]*))')
_STAMPED = re.compile(r"/(\d{14})([a-z]{2}_)?/(?=https?:)")
ORIGINAL = "id_"  # the modifier of the page as it was captured, without the archive's own additions


@dataclass(frozen=True, slots=True)
class Memento:
    """The address of a capture, and its time (UTC)."""

    url: str
    captured: datetime


@dataclass(frozen=True, slots=True)
class TimeMap:
    """The captures of one address, and further TimeMaps of it."""

    mementos: tuple[Memento, ...]
    further: tuple[str, ...] = ()


def parse(body: bytes) -> TimeMap:
    """A TimeMap in link format or in JSON. Raises ValueError for a form that is neither."""
    text = body.decode("utf-8", errors="replace").strip()
    return _of_json(json.loads(text)) if text.startswith("{") else _of_links(text)


def _of_links(text: str) -> TimeMap:
    mementos, further = [], []
    for url, relations, time in _links(text):
        captured = http_date(time)
        if "memento" in relations and captured:
            mementos.append(Memento(url, captured))
        elif "timemap" in relations:
            further.append(url)
    if text and not (mementos or further or _LINK.search(text)):
        raise ValueError(text[:100])
    return TimeMap(tuple(mementos), tuple(further))


def _links(text: str) -> Iterator[tuple[str, frozenset[str], str]]:
    """The target, the relations and the time of each link."""
    for match in _LINK.finditer(text):
        values = {name: quoted or bare for name, quoted, bare in _PARAMETER.findall(match[2])}
        yield match[1], frozenset(values.get("rel", "").split()), values.get("datetime", "")


def _of_json(values: object) -> TimeMap:
    """The form of the Memento aggregator: mementos.list, and timemap_index."""
    try:
        rows = values.get("mementos", {}).get("list", [])  # type: ignore[attr-defined]  # else caught below
        times = ((row["uri"], datetime.fromisoformat(row["datetime"])) for row in rows)
        further = [row["uri"] for row in values.get("timemap_index", [])]  # type: ignore[attr-defined]
        mementos = [Memento(url, time if time.tzinfo else time.replace(tzinfo=UTC)) for url, time in times]
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(str(values)[:100]) from error
    return TimeMap(tuple(mementos), tuple(further))


def http_date(text: str) -> datetime | None:
    """The time (UTC) of an HTTP header; None for what is none."""
    with suppress(ValueError):
        return parsedate_to_datetime(text).astimezone(UTC)
    return None


def stamped(url: str) -> datetime | None:
    """The time in the address of a capture; None if it has none."""
    match = _STAMPED.search(url)
    return moment(match[1]) if match else None


def original(url: str) -> str:
    """The address of the page as it was captured, for an archive whose addresses have the time in them."""
    return _STAMPED.sub(rf"/\1{ORIGINAL}/", url, count=1)


def shown(url: str) -> str:
    """The address at which an archive shows a capture to people."""
    return _STAMPED.sub(r"/\1/", url, count=1)


def beside(url: str, other: str) -> str:
    """The address at which an archive shows the capture of another page that is the nearest in time."""
    match = _STAMPED.search(url)
    return url[: match.end()] + other if match else ""


def captured_url(url: str) -> str:
    """The address that was captured, which follows the time; "" if there is none."""
    match = _STAMPED.search(url)
    return url[match.end() :] if match else ""
