"""A page as a tree that can be queried; with main_content.py and lines.py the only modules that use lxml.

lxml searches the whole page; BeautifulSoup reads the article's fragment only (lines.py), because
parsing the whole page with it takes twenty times as long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, lru_cache
from itertools import chain
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from archive.errors import NotAnArticle
from archive.text.messages import Reason
from archive.url import canonical, untracked
from crawler.extract.encoding import decode
from crawler.extract.saved import saved_as

# The largest of a hundred real news pages has 0.9 MB and 15,400 tags. A page within the limits takes at most 2 s.
MOST_BYTES = 4 << 20
# A rule may take the text of each node: time by size and depth. Unclosed tags nest old pages hundreds deep.
_LARGE, _DEEPEST_OF_LARGE = 500_000, 256
_MOST_TAGS = 100_000
_LONGEST_TITLE = 500  # characters
_MOST_TITLES = 20
_SHORT_LINK = 12  # characters
# libxml2 compares each attribute of a tag with all before it.
_MOST_ATTRIBUTES = 2_000
_MANY_ATTRIBUTES = re.compile(rb"<[a-zA-Z](?:[^<>=]*=){%d}" % _MOST_ATTRIBUTES)

_C0 = bytes({*range(32)} - {*b"\t\n\f\r"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200c\u200d\u2060\ufeff\ud800-\udfff]")
# Not shown, or shown only by a browser that can't do something.
NOT_TEXT = {
    "script", "style", "noscript", "template", "iframe", "textarea", "select", "button", "svg", "title", "datalist",
    "rt", "rp", "rtc", "video", "audio", "object", "applet", "canvas", "dialog", "noframes", "noembed",
}  # fmt: skip
# All other tags are inline, also those of Word (o:p, st1:place) and of scripts (my-element).
BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1", "h2", "h3", "h4", "h5", "h6",
    "head", "header", "hgroup", "html", "legend", "li", "listing", "main", "menu", "nav", "ol", "optgroup", "option",
    "p", "plaintext", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul", "xmp",
}  # fmt: skip
BREAKS = {"br", "hr"}
_INDEXED = ("title", "meta", "link", "script", "a", "base")
_EARLY_ENDS = re.compile(rb"</(?:body|html)\s*>", re.IGNORECASE)
_DISPLAY_NONE = re.compile(r"(?<![\w-])display\s*:\s*none", re.IGNORECASE)
_INVISIBLE = re.compile(
    r"(?<![\w-])(?:visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0*)?\s*(?:[;!]|$))", re.IGNORECASE
)
_PREFORMATTED = {"pre", "listing", "xmp", "plaintext"}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # &#1; is such: lxml raises
_KEEPS_LINES = re.compile(r"(?<![\w-])white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
# The share of the running text above which a script is going to show it. A hidden dialog may be longer than an article.
_SHOWN_BY_SCRIPT, _SHOWN_THOUGH_NONE = 0.5, 0.9
_MOST_SHOWN = 8  # nested nodes that a script shows
_SENTENCE_MARK = re.compile("[，。！？；,.!?;]")
_DIGIT = re.compile(r"\d")
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
        # Browsers ignore them too; libxml2 would move what follows out of the tags around it.
        text = _EARLY_ENDS.sub(b"", text)
        parser = etree.HTMLParser(
            encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, collect_ids=False
        )
        root = etree.fromstring(text, parser) if text.strip() else None
        self.root = etree.Element("html") if root is None else root
        if any("Excessive depth" in error.message for error in parser.error_log.filter_from_fatals()):
            raise NotAnArticle(url, Reason.NESTED)
        if len(text) > _LARGE and _depth(self.root) > _DEEPEST_OF_LARGE:
            raise NotAnArticle(url, Reason.NESTED)
        styled = _styled(self.root)
        _mark_hidden(self.root, styled)
        _break_lines(styled)

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
        """The text of the title tag; of the longest where another document precedes this one."""
        titles = [node for node in self._tags["title"][:_MOST_TITLES] if next(node.iterancestors("svg"), None) is None]
        return max((plain(node.text or "")[:_LONGEST_TITLE] for node in titles), key=len, default="")

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

    @cached_property
    def short_links(self) -> list[tuple[str, str]]:
        """The links of few characters whose address has a digit, as those of a pager: address as printed, text."""
        nodes = (node for node in self._tags["a"] if len((node.text or "").strip()) <= _SHORT_LINK)
        links = ((href, text_of(node)) for node in nodes if _DIGIT.search(href := node.get("href") or ""))
        return [(href, text) for href, text in links if len(text) <= _SHORT_LINK]

    @cached_property
    def _base(self) -> str:
        """The address that relative links are relative to."""
        href = next((node.get("href", "") for node in self._tags["base"] if node.get("href")), "")
        try:
            return urljoin(self.url, href.strip())
        except ValueError:
            return self.url

    @cached_property
    def _site(self) -> str:
        return urljoin(self._base, "/")

    def absolute(self, href: str) -> str:
        href = href.strip()
        from_root = href.startswith(("/", "http://", "https://"))  # cached for all pages of the site
        try:
            return _joined(self._site if from_root else self._base, href)
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
        if address := saved_as(self.source).url:
            return address
        links = (node.get("href", "") for node in self._tags["link"] if node.get("rel") == "canonical")
        address = next(links, "") or self.meta("og:url")
        return address if address.startswith("http") else ""


def refuse_size(size: int, name: str, most: int = MOST_BYTES) -> None:
    """Raises NotAnArticle for a page of more bytes than the limit."""
    if size > most:
        raise NotAnArticle(name, Reason.LARGE.format(most=most >> 20))


def _refuse_excess(page: bytes, url: str) -> None:
    """Raises NotAnArticle for too many bytes, tags or attributes."""
    refuse_size(len(page), url)
    if len(page) > _MOST_TAGS and (tags := page.count(b"<")) > _MOST_TAGS:
        raise NotAnArticle(url, Reason.MANY_TAGS.format(count=tags, most=_MOST_TAGS))
    if page.count(b"=") > _MOST_TAGS // 10 and _MANY_ATTRIBUTES.search(page):
        raise NotAnArticle(url, Reason.MANY_ATTRIBUTES.format(most=_MOST_ATTRIBUTES))


def _depth(root: etree._Element) -> int:
    depth = deepest = 0
    for event, _node in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD script: a single one, a list, or a @graph."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each
            if isinstance(graph := each.get("@graph"), list):
                yield from (node for node in graph if isinstance(node, dict))


def is_hidden(node: etree._Element) -> bool:
    """Whether a node of a Page is not shown."""
    return node.get("hidden") is not None


def _mark_hidden(root: etree._Element, styled: Iterable[etree._Element]) -> None:
    """Give the nodes that are not shown the attribute `hidden`; take it from those that a script is going to show.

    These contain most of the page's running text: WeChat's container is visibility:hidden until it is loaded.
    """
    hidden = [(node, share) for node in styled if (share := _shown_from(node))]
    if not hidden:
        return
    total, shown = 0, 0
    inside: set[etree._Element] = set()  # nested ones are not measured again, which would take quadratic time
    for node, share in hidden:
        if node in inside:
            continue
        own = _running(node)
        total = total or (_running(root) if own else 0)
        if own and shown < _MOST_SHOWN and own >= share * total:
            node.attrib.pop("hidden", None)
            shown += 1
        else:
            node.set("hidden", "")
            inside.update(node.iter())


def _shown_from(node: etree._Element) -> float:
    """The share of the running text from which a hidden node is taken as shown later; 0 if it is not hidden."""
    style = node.get("style") or ""
    if node.get("hidden") is not None or _DISPLAY_NONE.search(style):
        return _SHOWN_THOUGH_NONE
    # An image is invisible until it is loaded.
    return _SHOWN_BY_SCRIPT if node.tag != "img" and _INVISIBLE.search(style) else 0


def _running(node: etree._Element) -> int:
    """The characters of the texts below a node that have punctuation and are not in links."""
    # Not by XPath, which takes quadratic time to sort the texts of deeply nested nodes.
    texts = (part.text for part in node.iter() if part.tag != "a" and part.tag not in NOT_TEXT)
    tails = (part.tail for part in node.iter() if part is not node)
    return sum(len(text) for text in chain(texts, tails) if text and _SENTENCE_MARK.search(text))


def _break_lines(styled: Iterable[etree._Element]) -> None:
    """Put a break tag at the end of each line of preformatted text."""
    inside: set[etree._Element] = set()
    for node in styled:
        if node not in inside and (node.tag in _PREFORMATTED or _KEEPS_LINES.search(node.get("style") or "")):
            parts = list(node.iter())
            inside.update(parts)
            for part in parts:
                _break_at_newlines(part, is_root=part is node)


def _break_at_newlines(node: etree._Element, is_root: bool) -> None:
    # Backwards, always at the same place: finding the place of each break would take quadratic time.
    if "\n" in (text := node.text or ""):
        node.text, *lines = _NOT_IN_XML.sub("", text).split("\n")
        for line in _without_blank(lines):
            node.insert(0, _break_before(line))
    if not is_root and "\n" in (text := node.tail or ""):
        first, *lines = _NOT_IN_XML.sub("", text).split("\n")
        node.tail = None
        for line in _without_blank(lines):
            node.addnext(_break_before(line))
        node.tail = first


def _without_blank(lines: list[str]) -> list[str]:
    """The lines from the last to the first, without blank ones except the last, which a tag may go on."""
    return [lines[-1], *(line for line in reversed(lines[:-1]) if not line.isspace() and line)]


def _break_before(line: str) -> etree._Element:
    tag = etree.Element("br")
    tag.tail = line
    return tag


def text_of(node: etree._Element) -> str:
    return plain("".join(_texts(node)) if len(node) else node.text or "")


def _texts(node: etree._Element) -> Iterator[str]:
    """The shown texts below a node, even if that is not shown itself."""
    nodes = etree.iterwalk(node, events=("start", "end"))
    for event, part in nodes:
        if event == "end":
            text = part.tail if part is not node else None
        elif part is not node and (part.tag in NOT_TEXT or is_hidden(part)):
            nodes.skip_subtree()
            continue
        else:
            text = part.text
        if text:
            yield text


@lru_cache(maxsize=1 << 14)
def _joined(base: str, href: str) -> str:
    return urljoin(base, href)


@cache
def _compiled(xpath: str) -> etree.XPath:
    return etree.XPath(xpath, smart_strings=False)


_styled = etree.XPath("//*[@style or @hidden or self::pre or self::listing or self::xmp or self::plaintext]")
