"""The lines of an article's fragment of a page, in order: the only module that uses BeautifulSoup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder import TreeBuilder
from bs4.element import NavigableString, PageElement, Tag
from lxml import etree

from archive.errors import NotAnArticle
from archive.text.messages import Reason
from crawler.extract.boilerplate import Line
from crawler.extract.document import BLOCKS, BREAKS, NOT_TEXT, Page, is_hidden, plain

# Words, in English and pinyin, in the class and id of what is not part of the article.
_HINT = re.compile(
    r"(?:^|[\W_])((?:re)?comm(?:ent|end)\w*|pinglun|repl(?:y|ies)|relat\w*|xiangguan|xgxw|xgyd|tuijian|hot(?:news|list|words?|tags?|spots?|search)?|rank\w*|paihang\w*|"
    r"shar(?:e|ing)\w*|fenxiang|bdshare\w*|jiathis\w*|social\w*|copyright|banquan|statement|shengming|disclaim\w*|breadcrumbs?|crumbs?|"
    r"nav|navbar|navigation|menu|sidebar|side|footer|toolbar|tools?|qrcode|erweima|ewm|advert\w*|ads?|guanggao|banner|"
    r"pager|paging|pagination|login|vote|tags?|keywords?|prev\w*|next\w*|player|subscribe|promo\w*|sponsor\w*|popup|modal|widget|references|reflist|infobox|navbox\w*|toc|noprint|metadata|hatnote)"
    r"(?=$|[\W_\d])"
)
_NOT_PRINTED = {"mw-editsection", "noprint"}  # MediaWiki's
_MOST_TAGS = 8_000  # below one node, without inline ones
_DEEPEST = 64  # levels of nested blocks that are distinguished
_FURNITURE = {"nav", "aside", "footer"}
_FILES = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|zip|rar|ofd|et)$", re.IGNORECASE)
_KEPT = {"a", "img", "tr", "td", "th", "figcaption", *_FURNITURE}  # tags that matter even if they contain only text
_INLINE, _FEW_INLINE = "span", 2_000
_STRUCTURE = BLOCKS | BREAKS | {"a", "img"}
_ROW_END = "end of a table's row"


def lines_of(page: Page, node: etree._Element) -> list[Line]:
    """The paragraphs and images below a node, in order. Raises NotAnArticle if they are too many."""
    fragment = _fragment(node)
    if (tags := sum(1 for part in fragment.iter() if part.tag != _INLINE)) > _MOST_TAGS:
        raise NotAnArticle(page.url, Reason.TAGS_IN_TEXT.format(count=tags, most=_MOST_TAGS))
    return list(_Lines(page).of(BeautifulSoup("", builder=_FromTree(fragment))))


def _fragment(node: etree._Element) -> etree._Element:
    """A copy without what is hidden and without inline tags, which are most of a page's tags.

    Many inline tags stay: lxml takes quadratic time to join the texts between them.
    """
    fragment = deepcopy(node)
    for part in list(_left_out(fragment)):
        part.clear(keep_tail=True)
    inline = [part for part in fragment.iterdescendants() if part.tag not in _STRUCTURE]
    for part in inline:
        part.tag = _INLINE  # one name: each tag is compared with all names to be stripped
    if len(inline) <= _FEW_INLINE:
        etree.strip_tags(fragment, _INLINE)
    return fragment


def _left_out(fragment: etree._Element) -> Iterator[etree._Element]:
    """The outermost nodes that are not shown: clearing nested ones too would take quadratic time."""
    nodes = etree.iterwalk(fragment, events=("start",))
    for _event, node in nodes:
        if _is_left_out(node):
            nodes.skip_subtree()
            yield node


class _Paragraph(NavigableString):
    """A block that contains only text, as most of an article: cheaper than a tag with a string."""


class _FromTree(TreeBuilder):
    """Builds BeautifulSoup's tree from lxml's, without serializing and parsing it again."""

    def __init__(self, node: etree._Element) -> None:
        super().__init__(multi_valued_attributes={})
        self._node = node

    def feed(self, _markup: str | bytes) -> None:
        soup = self.soup
        assert soup
        for event, node in etree.iterwalk(self._node, events=("start", "end")):
            tag: Any = node.tag
            if tag == _INLINE:
                soup.handle_data((node.text if event == "start" else node.tail) or "")
                continue
            paragraph = _is_paragraph(node)
            if event == "end":
                if not paragraph:
                    soup.handle_endtag(tag)
                text = node.tail
            elif paragraph:
                soup.endData()
                soup.handle_data(node.text or "")
                soup.endData(_Paragraph)
                continue
            else:
                soup.handle_starttag(tag, None, None, dict(node.items()))
                text = node.text
            if text and (tag == "a" or not text.isspace()):  # most texts are blanks between blocks
                soup.handle_data(text)


def _is_paragraph(node: etree._Element) -> bool:
    return not len(node) and node.tag not in _KEPT and not (node.get("class") or node.get("id"))


class _Lines:
    """Walks a fragment and breaks it into lines as a browser would."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._text: list[str] = []
        self._linked: list[str] = []  # the parts of the text in links to other pages
        self._links = 0
        self._rows = 0  # open table rows with several cells, which are one line each; a single cell is layout
        self._in_link = 0
        self._captions = 0
        self._path: list[int] = []  # the open blocks
        self._hints: list[str] = []  # of the open blocks
        self._numbers = 0

    def of(self, soup: BeautifulSoup) -> Iterator[Line]:
        # An explicit stack, with the end of each node: a page may nest deeper than Python's recursion limit.
        stack: list[PageElement | tuple[Tag, str]] = [soup]
        while stack:
            node = stack.pop()
            if isinstance(node, Tag):
                if node.name == "img":
                    yield from self._image(node)
                    continue
                end = self._end_of(node)
                yield from self._open(node, end)
                stack.append((node, end))
                stack.extend(reversed(node.contents))
            elif isinstance(node, tuple):
                yield from self._close(*node)
            elif isinstance(node, _Paragraph):
                yield from self._paragraph(node)
            elif isinstance(node, NavigableString):
                self._add(node)
        yield from self._line()

    def _add(self, text: str) -> None:
        self._text.append(text)
        if self._in_link:
            self._linked.append(text)

    def _paragraph(self, text: str) -> Iterator[Line]:
        if self._rows:
            self._add(f" {text} ")
            return
        yield from self._line()
        self._numbers += 1
        self._path.append(self._numbers)
        self._add(text)
        yield from self._line()
        self._path.pop()

    def _open(self, node: Tag, end: str) -> Iterator[Line]:
        if end in ("\n", _ROW_END):
            yield from self._line()
            self._rows += end == _ROW_END
            self._numbers += 1
            self._path.append(self._numbers)
            self._hints.append(_hint(node))
        else:
            self._text.append(end)
        self._captions += node.name == "figcaption"
        if _is_link(node):
            self._in_link += 1
            self._links += 1

    def _close(self, node: Tag, end: str) -> Iterator[Line]:
        if _is_link(node):
            self._in_link -= 1
        if end in ("\n", _ROW_END):
            self._rows -= end == _ROW_END
            yield from self._line()
            self._path.pop()
            self._hints.pop()
        else:
            self._text.append(end)
        self._captions -= node.name == "figcaption"

    def _end_of(self, node: Tag) -> str:
        """What separates a node from its neighbours: nothing, a blank, or the end of a line."""
        if node.name == "a":
            return ""
        if self._rows:
            return " "
        if node.name == "tr" and len(node.find_all(("td", "th"), recursive=False)) > 1:
            return _ROW_END
        return "\n"

    def _line(self) -> Iterator[Line]:
        text = plain("".join(self._text))
        if text:
            linked = len(plain("".join(self._linked)))
            # The outermost is the document that BeautifulSoup adds, the next is the node itself.
            hint = next(filter(None, self._hints[2:]), "")
            path = tuple(self._path[2:_DEEPEST])
            yield Line(text, linked=linked, links=self._links, path=path, hint=hint, caption=self._captions > 0)
        self._text.clear()
        self._linked.clear()
        self._links = self._in_link

    def _image(self, node: Tag) -> Iterator[Line]:
        names = ("data-src", "data-original", "data-lazy-src", "data-actualsrc", "src")
        addresses = (str(node.get(name) or "").strip() for name in names)
        address = next((a for a in addresses if a and not a.startswith("data:")), "")
        if address := self._page.absolute(address) if address else "":
            yield from self._line()
            yield Line(image=address, path=tuple(self._path[2:_DEEPEST]), hint=next(filter(None, self._hints[2:]), ""))


def _is_link(node: Tag) -> bool:
    """Whether a node links to another page, rather than to a note or to an attachment of the article."""
    href = str(node.get("href") or "").strip() if node.name == "a" else ""
    return bool(href) and not href.startswith("#") and not _FILES.search(href)


def _hint(node: Tag) -> str:
    if node.name in _FURNITURE:
        return node.name
    return _hint_in(f"{node.get('class') or ''} {node.get('id') or ''}") if node.attrs else ""


@lru_cache(1024)
def _hint_in(names: str) -> str:
    match = _HINT.search(names.lower())
    return match[1] if match else ""


def _is_left_out(node: etree._Element) -> bool:
    return node.tag in NOT_TEXT or is_hidden(node) or not _NOT_PRINTED.isdisjoint(node.get("class", "").split())
