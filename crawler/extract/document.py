"""A page as a tree that can be queried; with main_content.py and lines.py the only modules that use lxml.

lxml searches the whole page; BeautifulSoup reads the article's fragment only (lines.py), because
parsing the whole page with it takes twenty times as long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, lru_cache
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from archive.errors import NotAnArticle
from archive.text.messages import Reason
from archive.url import canonical, untracked
from crawler.extract.encoding import decode

# The largest of a hundred real news pages has 0.9 MB and 15,400 tags.
MOST_BYTES = 8 << 20
_MOST_TAGS = 150_000
# libxml2 compares each attribute of a tag with all before it.
_MOST_ATTRIBUTES = 2_000
_MANY_ATTRIBUTES = re.compile(rb"<[a-zA-Z](?:[^<>=]*=){%d}" % _MOST_ATTRIBUTES)

_C0 = bytes({*range(32)} - {*b"\t\n\f\r"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200c\u200d\u2060\ufeff\ud800-\udfff]")
NOT_TEXT = {"script", "style", "noscript", "template", "iframe", "textarea", "select", "button", "svg", "title"}
INLINE = {
    "a", "abbr", "b", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "label",
    "mark", "q", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "u", "var", "o:p",
}  # fmt: skip
_INDEXED = ("title", "meta", "link", "script", "a")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NEWS = re.compile("(?:News|Blog|Report|Analysis|Opinion)?.*(?:Article|Posting)")


def plain(text: str) -> str:
    """One line of text: no control characters, runs of white space as one blank."""
    line = " ".join(text.split())
    return line if line.isprintable() else " ".join(_CONTROL.sub("", line).split())


class Page:
    """A parsed page, queried by XPath; texts are one plain line.

    Raises NotAnArticle for a page that is too large, or nested too deep, to be read in bounded time.
    """

    def __init__(self, page: bytes, url: str) -> None:
        self.url = url
        _refuse_excess(page, url)
        self.decoded = decode(page)
        self.source = self.decoded.text
        # As UTF-8, because lxml refuses a str that declares an encoding.
        text = self.source.encode(errors="replace").translate(None, _C0)
        parser = etree.HTMLParser(
            encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
        )
        root = etree.fromstring(text, parser) if text.strip() else None
        self.root = etree.Element("html") if root is None else root
        if any("Excessive depth" in error.message for error in parser.error_log.filter_from_fatals()):
            raise NotAnArticle(url, Reason.NESTED)

    def first(self, xpath: str) -> etree._Element | None:
        """The first node with text, else the first node."""
        nodes = [node for node in _compiled(xpath)(self.root) if isinstance(node, etree._Element)]
        return next((node for node in nodes if text_of(node)), nodes[0] if nodes else None)

    def text(self, xpath: str) -> str:
        """The first text that is not empty, of a node or, as for h1/text() and meta/@content, of the value itself."""
        nodes = _compiled(xpath)(self.root) if xpath else []
        texts = (text_of(node) if isinstance(node, etree._Element) else plain(str(node)) for node in nodes)
        return next(filter(None, texts), "")

    @cached_property
    def _tags(self) -> dict[Any, list[etree._Element]]:
        """The tags with data about the page, by name, from a single pass."""
        tags: dict[Any, list[etree._Element]] = {name: [] for name in _INDEXED}
        for node in self.root.iter(*_INDEXED):
            tags[node.tag].append(node)
        return tags

    @cached_property
    def title(self) -> str:
        """The text of the title tag."""
        return plain(self._tags["title"][0].text or "") if self._tags["title"] else ""

    def links(self, xpath: str) -> list[str]:
        """The addresses of links, in the page's order, without repetition."""
        return self.addresses(self.hrefs(xpath))

    def hrefs(self, xpath: str) -> list[str]:
        """The values of attributes, as printed."""
        return [str(href) for href in _compiled(xpath)(self.root)] if xpath else []

    def addresses(self, hrefs: Iterable[str]) -> list[str]:
        """The addresses of links as met, in their order, each once in whatever spelling."""
        urls: dict[str, str] = {}
        for url in filter(None, map(self.absolute, hrefs)):
            urls.setdefault(canonical(url), untracked(url))
        return list(urls.values())

    def anchors(self, hint: str) -> Iterator[tuple[str, str]]:
        """The links whose address contains `hint` or a query: the address as printed, and the text."""
        for node in self._tags["a"]:
            href = node.get("href") or ""
            if hint in href or "?" in href:
                yield href, text_of(node)

    @cached_property
    def _site(self) -> str:
        return urljoin(self.url, "/")

    def absolute(self, href: str) -> str:
        href = href.strip()
        from_root = href.startswith(("/", "http://", "https://"))  # cached for all pages of the site
        try:
            return _joined(self._site if from_root else self.url, href)
        except ValueError:  # http://[
            return ""

    @cached_property
    def metas(self) -> dict[str, str]:
        """The meta tags by name, property or itemprop in lower case; the first of each that is not empty."""
        metas: dict[str, str] = {}
        for node in self._tags["meta"]:
            name = node.get("name") or node.get("property") or node.get("itemprop") or ""
            if value := plain(node.get("content") or ""):
                metas.setdefault(name.strip().lower(), value)
        return metas

    def meta(self, *names: str) -> str:
        """The content of the first of these meta tags that exists."""
        return next((self.metas[name] for name in names if name in self.metas), "")

    @cached_property
    def structured(self) -> dict[str, Any]:
        """The schema.org object of the article (JSON-LD); empty if there is none."""
        for script in self._tags["script"]:
            if script.get("type") != "application/ld+json":
                continue
            try:
                values = json.loads(script.text or "", strict=False)
            except (ValueError, RecursionError):
                continue
            for value in _objects(values):
                if isinstance(kind := value.get("@type"), str) and _NEWS.fullmatch(kind):
                    return value
        return {}

    def own_address(self) -> str:
        """The address that a saved page names as its own; "" if it names none."""
        if saved := re.search(r"<!-- saved from url=\(\d+\)(\S+) -->", self.source[:2000]):
            return saved[1]
        links = (node.get("href", "") for node in self._tags["link"] if node.get("rel") == "canonical")
        address = next(links, "") or self.meta("og:url")
        return address if address.startswith("http") else ""


def refuse_size(size: int, name: str) -> None:
    """Raises NotAnArticle for a page of more bytes than the limit."""
    if size > MOST_BYTES:
        raise NotAnArticle(name, Reason.LARGE.format(most=MOST_BYTES >> 20))


def _refuse_excess(page: bytes, url: str) -> None:
    """Raises NotAnArticle for too many bytes, tags or attributes."""
    refuse_size(len(page), url)
    if len(page) > _MOST_TAGS and (tags := page.count(b"<")) > _MOST_TAGS:
        raise NotAnArticle(url, Reason.MANY_TAGS.format(count=tags, most=_MOST_TAGS))
    if page.count(b"=") > _MOST_TAGS // 10 and _MANY_ATTRIBUTES.search(page):
        raise NotAnArticle(url, Reason.MANY_ATTRIBUTES.format(most=_MOST_ATTRIBUTES))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD script: a single one, a list, or a @graph."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each
            if isinstance(graph := each.get("@graph"), list):
                yield from (node for node in graph if isinstance(node, dict))


def is_hidden(node: etree._Element) -> bool:
    """Whether the style attribute of a node hides it."""
    style = node.get("style")
    return style is not None and _HIDDEN.search(style) is not None


def text_of(node: etree._Element) -> str:
    return plain("".join(_texts(node)))


def _texts(node: etree._Element) -> Iterator[str]:
    for part in node.iter():
        if part.text and part.tag not in NOT_TEXT:
            yield part.text
        if part is not node and part.tail:
            yield part.tail


@lru_cache(maxsize=1 << 14)
def _joined(base: str, href: str) -> str:
    return urljoin(base, href)


@cache
def _compiled(xpath: str) -> etree.XPath:
    return etree.XPath(xpath, smart_strings=False)
