"""Lists in the formats of machines: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed, sitemaps and their indexes, gzipped or not.

The format is detected from the bytes, as the addresses and content types of feeds are unreliable. Pure.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from html import escape, unescape
from html.entities import html5
from io import BytesIO
from itertools import islice
from typing import Any, Literal
from urllib.parse import urljoin

from lxml import etree, html

from archive.errors import NotAnArticle
from archive.text.messages import Reason
from archive.url import untracked
from crawler.extract.dates import Moment, time_of
from crawler.extract.document import plain
from crawler.extract.encoding import decode
from crawler.sources import Form, Source

Kind = Literal["html", "rss", "atom", "json", "sitemap", "index"]

# The limits of a sitemap by its standard (sitemaps.org).
MOST_BYTES, _MOST_ENTRIES = 50 << 20, 50_000
_GZIP = b"\x1f\x8b"
_WRAPPINGS = 2  # of a .gz file that the server compresses again
_HEAD = 1 << 16  # characters in which the first tag of a feed stands
_LONGEST_LINE = 500  # characters of a title or a date
FORM = Form(  # of the page that `page_of` makes of an entry
    "feed",
    mark="//div[@id='wencang-entry']",
    title="//h1",
    body="//div[@id='wencang-entry']",
    info="//h1/following::p[1]",
)

_ROOT = re.compile(r"<(?:\w+:)?(rss|RDF|feed|urlset|sitemapindex)(?=[\s>/])", re.IGNORECASE)
_KINDS: dict[str, Kind] = {"rss": "rss", "rdf": "rss", "feed": "atom", "urlset": "sitemap", "sitemapindex": "index"}
_ROWS = {"rss": "item", "atom": "entry", "sitemap": "url", "index": "sitemap"}
_HTTP = ("http://", "https://")
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_DECLARATION = re.compile(r"^<\?xml[^>]*\?>")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOSE = re.compile(r"<!\[CDATA\[(?:.*?\]\]>|.*)|&(?:#?\w{1,30};)?", re.DOTALL)  # to the end where it never ends
_OF_XML = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}
_TAG = re.compile(r"<[^<>]*>")
_CUT = re.compile(r"(?:\.{3}|…|\[…\]|\[\.{3}\]|\[&#8230;\])\s*(?:</\w+>\s*)*$")  # how an excerpt ends

_NAMESPACES = {  # in which the names of tags have no prefix here, and those that have one
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "",
    "https://www.sitemaps.org/schemas/sitemap/0.9": "",
    "http://www.google.com/schemas/sitemap/0.84": "",
    "http://www.google.com/schemas/sitemap-news/0.9": "news:",
    "https://www.google.com/schemas/sitemap-news/0.9": "news:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dc:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
}
_PUBLISHED = ("pubdate", "published", "issued", "dc:date", "dc:created", "dc:issued")
_MODIFIED = ("updated", "modified", "lastmod", "dc:modified")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list: the address as linked, and what a feed says of the article.

    `modified` is when the page was changed last; `text` is the whole 正文 as HTML, "" where the list has none.
    """

    url: str
    title: str = ""
    published: Moment | None = None
    modified: Moment | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Further:
    """A list that a list names; `modified` is a time before which it was changed last, None if unknown."""

    url: str
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list: its rows, the number of pages it states, else 0, and the further lists it names.

    `next` is the address of the next page where the list names it (RFC 5005, JSON Feed).
    """

    entries: tuple[Entry, ...]
    pages: int = 0
    kind: Kind = "html"
    lists: tuple[Further, ...] = ()
    next: str = ""

    @property
    def rows(self) -> tuple[str, ...]:
        """The addresses of the rows, as linked."""
        return tuple(entry.url for entry in self.entries)


def unzipped(body: bytes, url: str) -> bytes:
    """The bytes of a list without gzip. Raises NotAnArticle for more than 50 MB; what is cut short is read as it is."""
    for _wrapping in range(_WRAPPINGS):
        if body.startswith(_GZIP):
            body = _gunzipped(body, url)
    return body


def _gunzipped(body: bytes, url: str) -> bytes:
    parts, size = list[bytes](), 0
    while body.startswith(_GZIP):
        member = zlib.decompressobj(31)
        try:
            parts.append(member.decompress(body, MOST_BYTES - size + 1))
        except zlib.error as error:
            raise NotAnArticle(url, Reason.NOT_TEXT) from error
        size += len(parts[-1])
        if size > MOST_BYTES:
            raise NotAnArticle(url, Reason.LARGE.format(most=MOST_BYTES >> 20))
        body = member.unused_data
    return b"".join(parts)


def read_feed(body: bytes, url: str, source: Source) -> Listing | None:
    """The listing of a feed or a sitemap, given without gzip; None for anything else, such as an HTML page.

    Raises NotAnArticle for one that declares entities, is too large, or not text.
    """
    if len(body) > MOST_BYTES:
        raise NotAnArticle(url, Reason.LARGE.format(most=MOST_BYTES >> 20))
    if not (start := _start(body)):
        return None
    text = decode(body).checked(url).lstrip("\ufeff \t\r\n")
    if start == "json":
        return _json_feed(text, url, source)
    if start == "text":
        return _text_sitemap(text, url)
    return _xml(text, url, source)


def _start(body: bytes) -> str:
    """What the first bytes may be the beginning of: xml, json, or a sitemap of plain text; "" if of none."""
    head = decode(body[:_HEAD]).text.lstrip("\ufeff \t\r\n")
    if head.startswith("{"):
        return "json"
    root, page = _ROOT.search(head), _PAGE.search(head)
    if root and (not page or root.start() < page.start()):
        return "xml"
    return "text" if re.match(r"https?://\S+\s*(?:$|[\r\n])", head) else ""


# XML


def _xml(text: str, url: str, source: Source) -> Listing:
    root = _ROOT.search(text)
    assert root
    refuse_entities(text[: root.start()], url)
    kind = _KINDS[root[1].lower()]
    feed = _Feed(kind, url, source)
    markup = _CONTROL.sub("", text[root.start() :])
    try:
        feed.read(markup, recover=False)
    except etree.XMLSyntaxError:
        feed = _Feed(kind, url, source)
        feed.read(_LOOSE.sub(_mended, markup), recover=True)
    return feed.listing()


def refuse_entities(head: str, url: str) -> None:
    """Raises NotAnArticle for XML whose head, before its first tag, declares entities."""
    if _ENTITY.search(head):
        raise NotAnArticle(url, Reason.ENTITIES)


def _mended(match: re.Match[str]) -> str:
    """An ampersand that begins no entity of XML: as a character, or as that which HTML has of the name."""
    loose = match[0]
    if loose in _OF_XML or loose.startswith(("&#", "<")):
        return loose
    return escape(html5.get(loose[1:], "")) or escape(loose)


class _Feed:
    """What is read of one document. Its rows are taken as they end, and freed: a sitemap may have 50,000 of them."""

    def __init__(self, kind: Kind, url: str, source: Source) -> None:
        self._kind, self._url, self._source = kind, url, source
        self._entries: dict[str, Entry] = {}
        self._lists: dict[str, Further] = {}
        self._next = ""
        self._count = 0

    def read(self, markup: str, *, recover: bool) -> None:
        events = etree.iterparse(
            BytesIO(markup.encode(errors="replace")), events=("end",), recover=recover, encoding="utf-8",
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True, remove_comments=True,
            remove_pis=True,
        )  # fmt: skip
        row = _ROWS[self._kind]
        for _event, node in events:
            name = _name(node)
            if name == row:
                self._count += 1
                if self._count > _MOST_ENTRIES:
                    return
                self._take(node)
                _free(node)
            elif name == "link" and node.get("rel") in ("next", "prev-archive") and not _within(node, row):
                self._next = self._next or _joined(self._url, node.get("href") or "")

    def listing(self) -> Listing:
        return Listing(tuple(self._entries.values()), 0, self._kind, tuple(self._lists.values()), self._next)

    def _take(self, node: etree._Element) -> None:
        parts = _parts(node)
        if self._kind == "index":
            if address := _joined(self._url, _text(parts, "loc")):
                self._lists.setdefault(address, Further(address, _latest(time_of(_text(parts, *_MODIFIED)))))
        elif address := self._address(node, parts):
            self._entries.setdefault(address, _entry(address, parts))

    def _address(self, node: etree._Element, parts: _Parts) -> str:
        """Of the addresses of a row that of an article, else the first."""
        base = urljoin(self._url, node.base) if node.base else self._url
        return _chosen([_joined(base, href) for href in _hrefs(node, parts)], self._source)


_Parts = dict[str, list[etree._Element]]


def _parts(node: etree._Element) -> _Parts:
    """The tags within a row by name; those of its news tag too."""
    parts: _Parts = {}
    for part in node:
        if isinstance(part.tag, str):
            parts.setdefault(name := _name(part), []).append(part)
            if name == "news:news":
                for field in part:
                    if isinstance(field.tag, str):
                        parts.setdefault(_name(field), []).append(field)
    return parts


def _name(node: etree._Element) -> str:
    """The name of a tag in lower case, with a prefix of ours that does not depend on the document's."""
    return _prefixed(str(node.tag))


@lru_cache(maxsize=1 << 10)
def _prefixed(tag: str) -> str:
    space, _brace, name = tag.lstrip("{").lower().rpartition("}")
    if not space:
        return name  # where the prefix is not declared, it is a part of the name
    prefix = _NAMESPACES.get(space)
    return name if prefix == "" else f"{prefix or 'other:'}{name}"


def _hrefs(node: etree._Element, parts: _Parts) -> Iterator[str]:
    """The addresses of a row, the likeliest first."""
    for link in parts.get("link", ()):
        if not link.get("href"):
            yield link.text or ""
        elif link.get("rel", "alternate") == "alternate":
            yield link.get("href") or ""
    yield _text(parts, "loc")
    yield _text(parts, "feedburner:origlink")
    for guid in (*parts.get("guid", ()), *parts.get("id", ())):
        if (guid.get("isPermaLink") or "").lower() != "false" and (guid.text or "").strip().startswith("http"):
            yield guid.text or ""
    yield next((value for name, value in node.attrib.items() if str(name).endswith("}about")), "")  # RSS 1.0


def _text(parts: _Parts, *names: str) -> str:
    """The text of the first of these tags that has any."""
    for name in names:
        for node in parts.get(name, ()):
            if text := (_content(node) if len(node) else node.text or "").strip():
                return text
    return ""


def _content(node: etree._Element) -> str:
    return "".join(map(str, node.itertext()))


def _entry(url: str, parts: _Parts) -> Entry:
    published = time_of(_text(parts, "news:publication_date", *_PUBLISHED))
    return Entry(
        url, _title(_text(parts, "title", "news:title", "dc:title")), published,
        time_of(_text(parts, *_MODIFIED)), _whole(_markup(parts)),
    )  # fmt: skip


def _markup(parts: _Parts) -> str:
    """The 正文 in a row, as HTML."""
    for node in (*parts.get("content:encoded", ()), *parts.get("content", ())):
        kind = (node.get("type") or "html").lower()
        if kind in ("xhtml", "application/xhtml+xml"):
            return "".join(etree.tostring(part, encoding="unicode") for part in node)
        text = _content(node)
        return _paragraphs(text) if kind in ("text", "text/plain") and node.get("type") else text
    return ""


def _free(node: etree._Element) -> None:
    node.clear()
    while node.getprevious() is not None:
        parent = node.getparent()
        assert parent is not None
        del parent[0]


def _within(node: etree._Element, name: str) -> bool:
    return any(_name(parent) == name for parent in node.iterancestors())


# JSON and plain text


def _json_feed(text: str, url: str, source: Source) -> Listing | None:
    """A JSON Feed (jsonfeed.org); None for any other JSON."""
    try:
        feed = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or not isinstance(items := feed.get("items"), list):
        return None
    if "jsonfeed.org" not in str(feed.get("version", "")):
        return None
    entries: dict[str, Entry] = {}
    for item in islice((item for item in items if isinstance(item, dict)), _MOST_ENTRIES):
        value = _strings(item)
        urls = [value("url"), value("external_url"), value("id") if value("id").startswith("http") else ""]
        if address := _chosen([_joined(url, href) for href in urls], source):
            content = value("content_html") or _paragraphs(value("content_text"))
            entries.setdefault(address, Entry(
                address, _title(value("title")), time_of(value("date_published")),
                time_of(value("date_modified")), _whole(content),
            ))  # fmt: skip
    return Listing(tuple(entries.values()), 0, "json", next=_joined(url, _strings(feed)("next_url")))


def _strings(item: dict[str, Any]) -> Callable[[str], str]:
    return lambda key: value if isinstance(value := item.get(key), str) else ""


def _text_sitemap(text: str, url: str) -> Listing | None:
    """A sitemap of plain text, which is an address a line."""
    lines = text.split()
    if not all(line.startswith(_HTTP) for line in lines):
        return None
    addresses = dict.fromkeys(_joined(url, line) for line in lines[:_MOST_ENTRIES])
    return Listing(tuple(map(Entry, filter(None, addresses))), 0, "sitemap")


# Values


def _joined(base: str, href: str) -> str:
    """An HTTP address without what tracks its readers; "" for none."""
    href = href.strip()
    try:
        address = href if not href or href.startswith(_HTTP) else urljoin(base, href)
    except ValueError:  # //[
        return ""
    if not address.lower().startswith(_HTTP):
        return ""
    return untracked(address) if "?" in address or "#" in address else address


def _chosen(urls: list[str], source: Source) -> str:
    urls = list(dict.fromkeys(filter(None, urls)))
    if len(urls) == 1:
        return urls[0]
    return next((url for url in urls if source.is_article(url)), urls[0] if urls else "")


def _title(text: str) -> str:
    return plain(unescape(_TAG.sub("", text)))[:_LONGEST_LINE]


def _latest(moment: Moment | None) -> datetime | None:
    """The end of a day where only the day is known."""
    return moment.time + (timedelta() if moment.timed else timedelta(days=1)) if moment else None


def _whole(markup: str) -> str:
    """The 正文, unless it is an excerpt by its end."""
    return "" if _CUT.search(markup[-_LONGEST_LINE:]) else markup.strip()


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())


def page_of(entry: Entry) -> bytes:
    """A page of an entry's title, time and 正文, which FORM reads."""
    text = html.fragment_fromstring(_CONTROL.sub("", entry.text), create_parent="div")
    text.set("id", "wencang-entry")
    time = entry.published
    printed = f"发布时间：{time.time:{'%Y-%m-%d %H:%M' if time.timed else '%Y-%m-%d'}}" if time else ""
    title = escape(entry.title)
    body = html.tostring(text, encoding="unicode")
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{printed}</p>{body}</body></html>".encode()
    )
