"""Entries for a feed reader, the newest hits of a watch for example: as Atom (RFC 4287) and as JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID, uuid5

from archive.article import Revision
from archive.settings import version
from archive.text.escaping import is_page, legible, xml
from indexer.snippet import Snippet
from wencang.desk.export.citation import responsible

_OURS = UUID("6a3c1f0e-51c4-4d0f-9a53-3d8f1f2f6b1b")


class Entry(NamedTuple):
    """`id` is a URN, `updated` and `published` are aware, `url` is "" where it is not an address of the web."""

    id: str
    title: str
    updated: datetime
    published: datetime | None
    authors: tuple[str, ...]
    source: str
    section: str
    rights: str
    url: str
    text: str
    html: str


class Feed(NamedTuple):
    """`address` is its own, or `folder` that under which it is served as a file; "" if unknown. `begun` is aware."""

    name: str
    query: str
    id: str  # UUID
    begun: datetime
    entries: Sequence[Entry]
    folder: str = ""
    address: str = ""


def entry(revision: Revision, snippet: Snippet) -> Entry:
    """An article, with the passages that show why it is there."""
    article = revision.article
    return Entry(
        urn(article.id), article.title or article.id, revision.fetched, article.published, responsible(article),
        article.source, article.section, article.rights, article.url if is_page(article.url) else "", snippet.text,
        marked(snippet),
    )  # fmt: skip


def urn(id: str) -> str:
    """The URN of an article in every feed, made of its id: the same for each of its versions."""
    return uuid5(_OURS, id).urn


def atom(feed: Feed) -> bytes:
    lines = ['<?xml version="1.0" encoding="utf-8"?>', '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh">']
    lines += [_element("id", UUID(feed.id).urn), _element("title", feed.name), _element("subtitle", feed.query)]
    newest = max((entry.updated for entry in feed.entries), default=feed.begun)
    lines += [_element("updated", _time(newest)), "<author><name>wencang</name></author>"]
    lines += [f'<generator version="{xml(version())}">wencang</generator>']
    address = _address(feed, "atom")
    lines += [f'<link rel="self" href="{xml(address)}"/>'] if address else []
    return "\n".join([*lines, *map(_entry, feed.entries), "</feed>\n"]).encode()


def _entry(entry: Entry) -> str:
    lines = ["<entry>", _element("id", entry.id), _element("title", entry.title)]
    lines += [_element("updated", _time(entry.updated))]
    lines += [_element("published", entry.published.isoformat())] if entry.published else []
    lines += [f"<author>{_element('name', name)}</author>" for name in entry.authors or (entry.source or "-",)]
    lines += [f'<category term="{xml(entry.section)}"/>'] if legible(entry.section) else []
    lines += [_element("rights", entry.rights)] if entry.rights else []
    lines += [f'<link rel="alternate" type="text/html" href="{xml(entry.url)}"/>'] if entry.url else []
    element = "summary" if entry.url else "content"  # an entry needs a content or an alternate link
    lines += [f'<{element} type="html">{xml(entry.html)}</{element}>', "</entry>"]
    return "\n".join(lines)


def json_feed(feed: Feed) -> bytes:
    values = {
        "version": "https://jsonfeed.org/version/1.1", "title": feed.name, "description": feed.query,
        "feed_url": _address(feed, "json") or None, "language": "zh",
        "items": list(map(_item, feed.entries)),
    }  # fmt: skip
    return json.dumps(_without_none(values), ensure_ascii=False, indent=1).encode() + b"\n"


def _item(entry: Entry) -> dict[str, Any]:
    return _without_none({
        "id": entry.id, "url": entry.url or None, "title": legible(entry.title),
        "content_text": legible(entry.text), "content_html": entry.html,
        "date_published": entry.published and entry.published.isoformat(),
        "date_modified": _time(entry.updated),
        "authors": [{"name": legible(name)} for name in entry.authors] or None,
        "tags": [legible(entry.section)] if entry.section else None,
    })  # fmt: skip


def marked(snippet: Snippet) -> str:
    """A snippet in HTML, escaped; its marks are <mark> elements."""
    text, html, last = snippet.text, "", 0
    for start, end in snippet.marks:
        html += f"{xml(text[last:start])}<mark>{xml(text[start:end])}</mark>"
        last = end
    return html + xml(text[last:])


def _element(name: str, text: str) -> str:
    return f"<{name}>{xml(text)}</{name}>"


def _address(feed: Feed, ending: str) -> str:
    return feed.address or (feed.folder and f"{feed.folder}{quote(feed.name)}.{ending}")


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


FORMS: Mapping[str, Callable[[Feed], bytes]] = {"atom": atom, "json": json_feed}
