"""The articles of a feed (RSS 0.9 to 2.0, RSS 1.0, Atom) whose items hold their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from archive.article import Article
from archive.errors import NotAnArticle
from archive.text.messages import Reason
from archive.url import untracked
from crawler.extract.boilerplate import Step
from crawler.extract.bylines import people
from crawler.extract.dates import time_of
from crawler.extract.document import refuse_size
from crawler.extract.encoding import decode
from crawler.extract.feeds import refuse_entities
from crawler.extract.fields import site, urn
from crawler.extract.parts.fragment import cleaned, plain_text
from crawler.extract.reading import Reading

_ITEMS = {"item", "entry"}
# Where each field is, the best place first.
_TEXTS = ("encoded", "content", "description", "summary")
_TIMES = ("pubDate", "published", "date", "issued", "created", "updated", "modified")
_FIRST = re.compile(r"<(?=[A-Za-z])")  # the first tag
_MOST_ITEMS = 10_000


def read_feed(data: bytes, name: str, source: str, fetched: datetime) -> list[Reading | NotAnArticle]:
    """The article of each item, or why it has none. Raises NotAnArticle if this is not a feed or has no items."""
    refuse_size(len(data), name)
    items = [node for node in _root(data, name).iter() if _tag(node) in _ITEMS][:_MOST_ITEMS]
    if not items:
        raise NotAnArticle(name, Reason.NO_ITEMS)
    return [_read(item, name, source, fetched) for item in items]


def _root(data: bytes, name: str) -> etree._Element:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    decoded = decode(data)
    text = decoded.checked(name)
    refuse_entities(_FIRST.split(text, maxsplit=1)[0], name)
    root = etree.fromstring(_undeclared(text.encode(errors="replace")), parser)
    if root is None:
        raise NotAnArticle(name, Reason.NOT_TEXT)
    return root


def _undeclared(text: bytes) -> bytes:
    """The document without its declaration, which names the encoding it had before it was decoded."""
    text = text.lstrip(b"\xef\xbb\xbf \t\r\n")
    return text.partition(b"?>")[2] if text.startswith(b"<?xml") else text


def _tag(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _read(item: etree._Element, name: str, source: str, fetched: datetime) -> Reading | NotAnArticle:
    title = plain_text(_text(item, "title"))
    url = _link(item)
    subject = url or f"{name}: {title}"
    try:
        tag, text = next(((tag, text) for tag in _TEXTS if (text := _text(item, tag).strip())), ("", ""))
        parts = cleaned(text, title, url)
    except NotAnArticle as error:
        return NotAnArticle(subject, error.reason)
    if not (title and parts.body):
        return NotAnArticle(subject, Reason.NO_TEXT if title else Reason.NO_TITLE)
    moment = next(filter(None, (time_of(_text(item, tag), fetched) for tag in _TIMES)), None)
    article = Article(
        url=url or urn(title, parts.body), source=site(url) if url else source, title=title, body=parts.body,
        published=moment.time if moment else None, day_only=bool(moment and not moment.timed),
        authors=_authors(item) or parts.authors, images=parts.images, credit=parts.fields.get("credit", ""),
        editor=parts.fields.get("editor", ""), rights=parts.fields.get("rights", ""),
        original_title=parts.fields.get("original_title", ""),
    )  # fmt: skip
    return Reading(article, "feed", (Step("body", f"<{tag}> of the feed"), *parts.steps), fetched)


def _children(item: etree._Element, tag: str) -> Iterator[etree._Element]:
    return (node for node in item if _tag(node) == tag)


def _text(item: etree._Element, tag: str) -> str:
    """The text of a child; of Atom's XHTML its markup."""
    for node in _children(item, tag):
        if len(node):
            return "".join([node.text or "", *(etree.tostring(part, encoding="unicode") for part in node)])
        if node.text and node.text.strip():
            return node.text
    return ""


def _link(item: etree._Element) -> str:
    """The address of the article: RSS has it as text, Atom as an attribute; or a guid that is one."""
    links = [node for node in _children(item, "link") if node.get("rel", "alternate") == "alternate"]
    texts = [node.get("href") or node.text or "" for node in links]
    texts += [node.text or "" for tag in ("guid", "id") for node in _children(item, tag)]
    return next((untracked(text) for text in map(str.strip, texts) if text.startswith(("http://", "https://"))), "")


def _authors(item: etree._Element) -> tuple[str, ...]:
    names = []
    for tag in ("author", "creator"):
        for node in _children(item, tag):
            names.append(_text(node, "name") or node.text or "")
    return people("、".join(filter(None, map(plain_text, names))))
