"""A page's bytes as a tree that can be asked: the one place that knows lxml and BeautifulSoup.

lxml locates, on the whole page; BeautifulSoup takes the article's fragment apart, which is
small: parsing the whole page with it costs twenty times as much.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import urljoin

import lxml.html
from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, PageElement, Tag
from lxml import etree

from crawler.boilerplate import Line

_SPACE = re.compile(r"[\s\u3000\xa0]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200c\u200d\u2060\ufeff]")
_NOT_TEXT = {"script", "style", "noscript", "template", "iframe", "textarea", "select", "button", "svg"}
_INLINE = {
    "a", "abbr", "b", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "label",
    "mark", "q", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "u", "var", "o:p",
}  # fmt: skip
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

    def shortest_with(self, pattern: re.Pattern[str], longest: int) -> str:
        """The first text of at most `longest` characters that the pattern is found in."""
        for node in self._root.iter("p", "div", "span", "td", "li", "time", "em", "i", "h4", "h5"):
            if len(node) < 30 and len(text := text_of(node)) <= longest and pattern.search(text):
                return text
        return ""

    def densest(self) -> etree._Element | None:
        """The node whose own paragraphs hold the most running text; None where there is none.

        A paragraph counts for its parent, and half for the parent of that; text in links not.
        """
        scores: dict[etree._Element, float] = {}
        for node in self._root.iter("p", "div", "td", "section", "article", "span"):
            size = _own_text(node)
            parent = node.getparent()
            if node.tag != "p":
                scores[node] = scores.get(node, 0) + size
            elif parent is not None:
                scores[parent] = scores.get(parent, 0) + size
                if (above := parent.getparent()) is not None:
                    scores[above] = scores.get(above, 0) + size / 2
        best = max(scores, key=lambda node: scores[node], default=None)
        return best if best is not None and scores[best] > 0 else None

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


def _own_text(node: etree._Element) -> int:
    """The length of running text in a node, not that of blocks or links in it."""
    texts = [node.text or ""]
    for child in node:
        if child.tag in _INLINE and child.tag != "a":
            texts.append(text_of(child))
        texts.append(child.tail or "")
    return len(plain("".join(texts)))


@cache
def _compiled(xpath: str) -> etree.XPath:
    return etree.XPath(xpath)


class _Lines:
    """Walks a fragment and breaks it into lines where a browser would."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._text: list[str] = []

    def of(self, soup: BeautifulSoup) -> Iterator[Line]:
        # A stack of its own: a page may nest deeper than Python's.
        stack: list[PageElement | str] = [soup]
        while stack:
            node = stack.pop()
            if isinstance(node, Tag):
                if _is_hidden(node):
                    continue
                if node.name == "img":
                    yield from self._image(node)
                    continue
                before, after = self._edges(node)
                if before == "\n":
                    yield from self._line()
                else:
                    self._text.append(before)
                stack.append(after)
                stack.extend(reversed(node.contents))
            elif isinstance(node, NavigableString):
                if not isinstance(node, Comment):
                    self._text.append(str(node))
            elif node == "\n":
                yield from self._line()
            else:
                self._text.append(str(node))
        yield from self._line()

    def _edges(self, node: Tag) -> tuple[str, str]:
        """What stands before and after a node's text: nothing, a blank, or a line's end."""
        if node.name in _INLINE:
            return "", ""
        if (row := node.find_parent("tr")) and len(row.find_all(("td", "th"), recursive=False)) > 1:
            return " ", " "  # a table's row stays one line; a lone cell is layout
        return "\n", "\n"

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
