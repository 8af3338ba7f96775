"""A page's bytes as a tree that can be asked: the one place that knows lxml and BeautifulSoup.

lxml locates, on the whole page; BeautifulSoup takes the article's fragment apart, which is
small: parsing the whole page with it costs twenty times as much.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from urllib.parse import urljoin

import lxml.html
from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, PageElement, Tag
from lxml import etree

from crawler.boilerplate import Line

_SPACE = re.compile(r"[\s\u3000\xa0]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200c\u200d\u2060\ufeff\ud800-\udfff]")
_NOT_TEXT = {"script", "style", "noscript", "template", "iframe", "textarea", "select", "button", "svg"}
_INLINE = {
    "a", "abbr", "b", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "label",
    "mark", "q", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "u", "var", "o:p",
}  # fmt: skip
_FURNITURE = _NOT_TEXT | {"head", "header", "footer", "nav", "aside", "form"}
_PARAGRAPHS = {"p", "li", "blockquote", "pre", "h3", "h4", "dd"} | _INLINE
_OF_A_PARAGRAPH, _OF_A_DIV = (0, 1.0, 0.5, 0.25), (1.0, 0.75, 0.4, 0.2)  # for itself, its parent, ...
_MARKS = re.compile("[，。！？；：、“”,.!?]")
_FOOTER = re.compile(
    r"ICP备|版[权權](?:所有|[声聲]明|归)|许可证|Copyright|©|免责声明|公网安备|All Rights|举报电话|未经授权",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def decode(page: bytes) -> str:
    """The page's text: UTF-8, else GB18030, whatever it claims to be.

    Half of the pages that claim to be GB are UTF-8, and a UTF-8 page may hold a broken byte.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if page.startswith(mark):
            return page.decode(encoding, "replace").removeprefix("\ufeff")
    text = page.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    others = sum(not character.isascii() for character in text)
    return text if broken * 50 <= others else page.decode("gb18030", "replace")


def plain(text: str) -> str:
    """One line of text: no control characters, runs of white space as one blank."""
    return _SPACE.sub(" ", _CONTROL.sub("", text)).strip()


class Page:
    """A parsed page; XPaths find, text comes out as one plain line."""

    def __init__(self, page: bytes, url: str) -> None:
        self.url = url
        text = _CONTROL.sub("", decode(page))
        # Handed over as UTF-8 again: lxml refuses a str that declares an encoding of its own.
        parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
        self.source = text
        try:
            self._root = lxml.html.document_fromstring(text.encode(), parser=parser)
        except etree.ParserError:  # nothing in it
            self._root = lxml.html.Element("html")

    def first(self, xpath: str) -> etree._Element | None:
        """The first node with text in it, or any first node."""
        nodes = [node for node in _compiled(xpath)(self._root) if isinstance(node, etree._Element)]
        return next((node for node in nodes if text_of(node)), nodes[0] if nodes else None)

    def text(self, xpath: str) -> str:
        node = self.first(xpath) if xpath else None
        return "" if node is None else text_of(node)

    def links(self, xpath: str) -> list[str]:
        """Absolute addresses, in the page's order, without repetition."""
        found = [urljoin(self.url, str(href).strip()) for href in _compiled(xpath)(self._root)] if xpath else []
        return list(dict.fromkeys(found))

    def meta(self, *names: str) -> str:
        """The content of the first of these meta tags (by name or property) that has one."""
        for name in names:
            for content in self._root.xpath("//meta[@name=$n or @property=$n]/@content", n=name):
                if value := plain(str(content)):
                    return value
        return ""

    def own_address(self) -> str:
        """The address that a saved page names as its own; "" where it names none."""
        if saved := re.search(r"<!-- saved from url=\(\d+\)(\S+) -->", self.source[:2000]):
            return saved[1]
        named = self._root.xpath("(//link[@rel='canonical']/@href | //meta[@property='og:url']/@content)[1]")
        return str(named[0]) if named and str(named[0]).startswith("http") else ""

    def first_with(self, pattern: re.Pattern[str], longest: int) -> str:
        """The first text of at most `longest` characters that the pattern is found in."""
        for node in self._root.iter("p", "div", "span", "td", "li", "time", "em", "i", "h4", "h5"):
            if len(node) < 30 and len(text := text_of(node)) <= longest and pattern.search(text):
                return text
        return ""

    def densest(self) -> list[etree._Element]:
        """The nodes that hold the most running text, best first, at most three.

        A paragraph counts for its parent, less for those above; one that stands in a div of
        its own counts for that too. Text in links, navigation and footers does not count.
        """
        scores: dict[etree._Element, float] = {}
        for node, size in self._blocks():
            shares = _OF_A_PARAGRAPH if node.tag in _PARAGRAPHS else _OF_A_DIV
            above = (node, *islice(node.iterancestors(), 3))
            for holder, share in zip(above, shares, strict=False):
                if share and holder.tag not in ("body", "html"):
                    scores[holder] = scores.get(holder, 0) + size * share
        return sorted(scores, key=lambda node: -scores[node])[:3]

    def _blocks(self) -> Iterator[tuple[etree._Element, float]]:
        """Each node with running text of its own, and how much."""
        outside: set[etree._Element] = set()  # below links and the page's furniture
        for node in self._root.iter(etree.Element):
            parent = node.getparent()
            if parent in outside or node.tag in _FURNITURE or node.tag == "a":
                outside.add(node)
            elif not (node.tag in _INLINE and parent is not None and parent.tag in _INLINE | _PARAGRAPHS):
                text = _own_text(node)
                if len(text) >= 5 and not _FOOTER.search(text):
                    running = len(text) >= 25 or _MARKS.search(text)
                    yield node, len(text) if running else len(text) * 0.15

    def lines(self, node: etree._Element) -> list[Line]:
        """The paragraphs and images below a node, in order."""
        soup = BeautifulSoup(etree.tostring(node, encoding="unicode", with_tail=False), "lxml")
        return list(_Lines(self.url).of(soup))


def text_of(node: etree._Element) -> str:
    return plain("".join(_texts(node)))


def _texts(node: etree._Element) -> Iterator[str]:
    for part in node.iter():
        visible = isinstance(part.tag, str) and part.tag not in _NOT_TEXT
        if visible and part.text:
            yield part.text
        if part is not node and part.tail:
            yield part.tail


def _own_text(node: etree._Element) -> str:
    """The running text in a node, not that of blocks or links in it."""
    texts = [node.text or ""]
    for child in node:
        if child.tag in _INLINE and child.tag != "a":
            texts.append(text_of(child))
        texts.append(child.tail or "")
    return plain("".join(texts))


@cache
def _compiled(xpath: str) -> etree.XPath:
    return etree.XPath(xpath)


_ROW_END = "end of a table's row"


class _Lines:
    """Walks a fragment and breaks it into lines where a browser would."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._text: list[str] = []
        self._rows = 0  # open table rows with several cells: each stays one line; a lone cell is layout

    def of(self, soup: BeautifulSoup) -> Iterator[Line]:
        # A stack of its own, with what ends each node: a page may nest deeper than Python's.
        stack: list[PageElement | str] = [soup]
        while stack:
            node = stack.pop()
            if isinstance(node, Tag):
                if _is_hidden(node):
                    continue
                if node.name == "img":
                    yield from self._image(node)
                    continue
                end = self._end_of(node)
                if end == _ROW_END:
                    yield from self._line()
                    self._rows += 1
                elif end == "\n":
                    yield from self._line()
                else:
                    self._text.append(end)
                stack.append(end)
                stack.extend(reversed(node.contents))
            elif isinstance(node, NavigableString):
                if not isinstance(node, Comment):
                    self._text.append(str(node))
            elif node in ("\n", _ROW_END):
                self._rows -= node == _ROW_END
                yield from self._line()
            else:
                self._text.append(str(node))
        yield from self._line()

    def _end_of(self, node: Tag) -> str:
        """What parts a node from its neighbours: nothing, a blank, or the end of a line."""
        if node.name in _INLINE:
            return ""
        if self._rows:
            return " "
        if node.name == "tr" and len(node.find_all(("td", "th"), recursive=False)) > 1:
            return _ROW_END
        return "\n"

    def _line(self) -> Iterator[Line]:
        text = plain("".join(self._text))
        self._text.clear()
        if text:
            yield Line(text)

    def _image(self, node: Tag) -> Iterator[Line]:
        addresses = (str(node.get(name) or "").strip() for name in ("data-src", "data-original", "src"))
        address = next((a for a in addresses if a and not a.startswith("data:")), "")
        if address:
            yield from self._line()
            yield Line(image=urljoin(self._url, address))


def _is_hidden(node: Tag) -> bool:
    return node.name in _NOT_TEXT or bool(_HIDDEN.search(str(node.get("style") or "")))
