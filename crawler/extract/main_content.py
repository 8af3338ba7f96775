"""Finds the headline, the line below it and the body on a page of any site.

All texts of the page are cut into blocks as a browser would, in a single pass; the rest works on
these blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice, takewhile
from typing import Any

from lxml import etree

from crawler.extract.boilerplate import FOOTER, SENTENCE, ends, is_digest_heading
from crawler.extract.bylines import labels
from crawler.extract.dates import find_date
from crawler.extract.document import BLOCKS, BREAKS, NOT_TEXT, Page, is_hidden, plain

_FURNITURE = {"nav", "aside", "footer"}
_HEADINGS = {"h1", "h2", "h3"}
_PARAGRAPHS = {"p", "li", "blockquote", "pre", "h3", "h4", "dd"}
_OF_A_PARAGRAPH, _OF_A_DIV = (0, 1.0, 0.5, 0.25), (1.0, 0.75, 0.4, 0.2)  # shares of a node, its parent, ...
_MARKS = re.compile("[，。！？；：、“”,.!?]")
_SENTENCE_END = re.compile("[。！？!?；…”]$")
# Weights of text, and the factor for a node that contains the page's description.
_ABOVE, _COMMENT, _WHOLE, _DESCRIBED = 0.5, 0.1, 0.3, 5
_PROPOSED = 12
_CHANGING = re.compile(r"\d{3}")  # a number in a name differs from page to page
_SEPARATOR = re.compile(r"\s*[_|｜]\s*|\s+[-–—]+\s*|\s*[-–—]+\s+|\s*--+\s*|\s*[-–—](?=\S{1,10}$)")
_NOT_LETTERS = re.compile(r"[\W_]+")
_PARTS = re.compile("[-–_|｜]")
_SITE = re.compile(
    ".*(?:网|網|报|報|在线|在線|频道|頻道|门户|门户网站|电视台|電視台|广播|论坛|論壇|博客|新闻|新聞|资讯|資訊|客户端|政府|杂志|周刊|社|online|news)站?",
    re.IGNORECASE,
)
_LONGEST_SITE, _LONGEST_NOTICES = 15, 2_000  # characters
_NO_HEADLINE = re.compile(
    "|首页|正文|标题|新闻|要闻|(?:新闻|文章|信息|资讯|内容)(?:详情|内容|正文|中心|页|页面)?|详情页?|详细(?:内容|信息)?|无标题(?:文档|页|页面)?"
    "|untitled.*|(?:new )?document|index|home",
    re.IGNORECASE,
)
_CRUMBS = re.compile("[>＞»]|位置")
_MOST_LINES = 4  # of a headline


class Block:
    """A run of text that a browser shows as one block, with `linked` characters in links.

    `running` is the number of characters of running text it counts for.
    """

    __slots__ = ("_parts", "heading", "linked", "node", "running", "text")

    def __init__(self, place: _Place, parts: list[str], linked: int) -> None:
        self.node, what = place
        self.heading = bool(what & _HEADING)
        self.linked = linked
        self.text = plain("".join(parts))
        self.running = 0.0 if what & _OUTSIDE else _running(self.text, linked)
        self._parts = parts

    @property
    def spaced(self) -> str:
        """The text with a blank between nodes: 来源：<a>新华社</a>举报."""
        return plain(" ".join(self._parts))


def _running(text: str, linked: int) -> float:
    own = len(text) - linked
    if own < 5 or linked > own or FOOTER.search(text):
        return 0
    return own if len(text) >= 25 or _MARKS.search(text) else own * 0.15


# The block that contains a text, and what the text is. A plain pair because there is one for each node
# with text: making them takes a good part of the time of a page.
_Place = tuple[etree._Element, int]
_LINKED, _OUTSIDE, _HEADING, _BLOCK, _HIDDEN = 1, 2, 4, 8, 16
_KINDS: dict[Any, int] = (  # by tag; any other tag is inline
    dict.fromkeys(BLOCKS, _BLOCK)
    | {"a": _LINKED}
    | dict.fromkeys(_FURNITURE, _BLOCK | _OUTSIDE)
    | dict.fromkeys(_HEADINGS, _BLOCK | _HEADING)
    | dict.fromkeys(NOT_TEXT, _HIDDEN)
)


def _texts(root: etree._Element) -> Iterator[tuple[str, _Place, bool]]:
    """The visible texts of a page, each with its place and whether a break precedes it."""
    body = next(root.iter("body"), root)
    place: _Place = body, 0
    around: list[_Place] = []
    nodes = etree.iterwalk(body, events=("start", "end"))
    for event, node in nodes:
        if event == "start":
            around.append(place)
            kind = _KINDS.get(node.tag, 0)
            if kind == _HIDDEN or is_hidden(node):
                nodes.skip_subtree()
                continue
            text = node.text
            if kind:
                place = node if kind & _BLOCK else place[0], place[1] | kind
        else:
            text = node.tail
            place = around.pop()
        if text and not text.isspace():
            yield text, place, event == "end" and node.tag in BREAKS


class Located:
    """The blocks of a page, and what they are likely to be, for any site."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @cached_property
    def blocks(self) -> list[Block]:
        return [block for block in self._all_blocks() if block.text]

    def _all_blocks(self) -> Iterator[Block]:
        parts: list[str] = []
        linked = 0
        last: _Place | None = None
        for text, place, broken in _texts(self._page.root):
            if last and (broken or place[0] is not last[0]):
                yield Block(last, parts, linked)
                parts, linked = [], 0
            parts.append(text)
            linked += len(text.strip()) if place[1] & _LINKED else 0
            last = place
        if last:
            yield Block(last, parts, linked)

    @cached_property
    def short_texts(self) -> list[str]:
        """The texts of at most 150 characters, which are about the page rather than its text."""
        return [block.text for block in self.blocks if len(block.text) <= 150]

    # Headline

    @cached_property
    def headline(self) -> tuple[str, int]:
        """The headline as printed and the number of its block; ("", -1) if none fits the page's title.

        The longest block that is in the title of the page, which has the names of the site and the
        section too. If the title is truncated, a heading that begins with it.
        """
        title, short = _letters(self._page.title), _letters(self.short_title)
        best, at = "", -1
        for number, block in enumerate(self.blocks):
            if not 2 <= len(block.text) <= 150 or block.text[0] not in self._page.title:
                continue
            text = _letters(block.text)
            if len(text) < 4 and not (text == short and _is_heading(block)):
                continue
            if not (text in title or (block.heading and self._is_truncated_to(text))):
                continue
            if self.names_site(block.text) or (block.text.endswith("。") and not block.heading):
                continue
            better = len(text) - len(_letters(best)) or (block.heading and not self.blocks[at].heading)
            if better > 0 and (block.linked * 2 <= len(block.text) or block.heading):
                best, at = block.text, number
        if len(_letters(best)) * 3 < len(short) or at < 0:
            return "", -1
        if find_date(best) and not find_date(self.short_title):  # the heading contains date and credit too
            return self.short_title, at
        return self._all_lines(at)

    def _all_lines(self, at: int) -> tuple[str, int]:
        """The headline of which block `at` is a line, and the number of its first block."""
        first = last = at
        while first and self._in_title(first - 1, last):
            first -= 1
        while last + 1 < len(self.blocks) and self._in_title(first, last + 1):
            last += 1
        return (self._in_title(first, last), first) if first < last else self._whole_heading(at)

    def _in_title(self, first: int, last: int) -> str:
        """These blocks as they stand side by side in a part of the page's title; "" if they do not."""
        texts = [block.text for block in self.blocks[first : last + 1]]
        lines = [_letters(text) for text in texts]
        if not all(lines) or "".join(lines) not in _letters(self._page.title):
            return ""
        match = re.search(r"[\W_]*".join(map(re.escape, "".join(lines))), self._page.title)
        if not match or set(_PARTS.findall(match[0])).difference("".join(texts)):  # the next line is the section's name
            return ""
        before, after = texts[0].partition(lines[0][0])[0], texts[-1].rpartition(lines[-1][-1])[2]
        return before + match[0] + after

    def _whole_heading(self, at: int) -> tuple[str, int]:
        """The lines of the heading of which block `at` is one, and the number of the first."""
        node = self.blocks[at].node
        first = last = at
        while first and self.blocks[first - 1].node is node:
            first -= 1
        while last + 1 < len(self.blocks) and self.blocks[last + 1].node is node:
            last += 1
        others = [block for block in self.blocks[first : last + 1] if _may_be_headline(block)]
        if not _is_heading(self.blocks[at]) or self.blocks[at] not in others or last - first >= _MOST_LINES:
            return self.blocks[at].text, at
        text = "".join(block.text if _NOT_LETTERS.match(block.text) else f" {block.text}" for block in others)
        return text.strip(), first

    def _is_truncated_to(self, heading: str) -> bool:
        """Whether the page's title is the beginning of a heading."""
        beginning = _letters(self.short_title).removesuffix("…")
        return len(beginning) >= 8 and heading.startswith(beginning)

    @cached_property
    def short_title(self) -> str:
        """The page's title without the names of the site and the section."""
        parts = self._title_parts
        names = [part for part in parts if not (_NO_HEADLINE.fullmatch(part) or self.names_site(part))]
        return max([part for part in parts[:2] if part in names] or names[:1] or parts[:2], key=len)

    @cached_property
    def _title_parts(self) -> list[str]:
        return [part.strip() for part in _SEPARATOR.split(self._page.title)]

    def names_site(self, text: str) -> bool:
        """Whether a text is the site's name: one of the last parts of the title, or in the notice at the foot."""
        if len(text) > _LONGEST_SITE:
            return False
        return text in self._site_names or bool(_SITE.fullmatch(text) and text in self._notices)

    @cached_property
    def _site_names(self) -> set[str]:
        first, *others = self._title_parts
        names = {self._page.meta(name) for name in ("og:site_name", "application-name", "sitename")}
        return (names | set(filter(_SITE.fullmatch, others))) - {first, ""}

    @cached_property
    def _notices(self) -> str:
        """The notices of the page's footer."""
        return "\n".join(block.text for block in self.blocks if FOOTER.search(block.text))[:_LONGEST_NOTICES]

    @property
    def title_of_article(self) -> str:
        """The page's title if it is not just that of the site, or the beginning of the text."""
        title = self.short_title
        if _NO_HEADLINE.fullmatch(title) or self.names_site(title) or title.endswith("。"):
            return ""
        first = next((block for block in self.blocks if block.running >= 10 and SENTENCE.search(block.text)), None)
        is_beginning = first and not _is_heading(first) and _letters(first.text).startswith(_letters(title) or "\0")
        return "" if is_beginning else title

    # Body

    @cached_property
    def bodies(self) -> list[etree._Element]:
        """The nodes with the most running text, best first, at most three.

        A paragraph counts for its parent, and less for the ancestors; one in a div of its own
        counts for that too. Text in links, navigation and footers does not count, and text above
        the headline counts half.
        """
        scores: dict[etree._Element, float] = {}
        for block, size in self._sizes():
            shares = _OF_A_PARAGRAPH if block.node.tag in _PARAGRAPHS else _OF_A_DIV
            above = (block.node, *islice(block.node.iterancestors(), 3))
            for holder, share in zip(above, shares, strict=False):
                if share and holder.tag != "html":
                    # The body tag only if no part of it contains the text.
                    scores[holder] = scores.get(holder, 0) + size * (share if holder.tag != "body" else share * _WHOLE)
        for node in self._described():
            if node in scores:
                scores[node] *= _DESCRIBED
        return sorted(scores, key=lambda node: -scores[node])[:3]

    @property
    def likely_text(self) -> list[Block]:
        """The blocks in the node with the most running text; all blocks if there is no such node."""
        return [self.blocks[n] for n in self._inside(self.bodies[0])] if self.bodies else self.blocks

    def _sizes(self) -> Iterator[tuple[Block, float]]:
        """The blocks with running text, and their weighted size."""
        _text, headline = self.headline
        seen = 0.0
        factor = 1.0
        for number, block in enumerate(self.blocks):
            if seen >= 50 and factor == 1 and ends(block.text) == "comments":
                factor = _COMMENT
            if block.running:
                above = number < headline
                seen += 0 if above else block.running
                yield block, block.running * (_ABOVE if above else factor)

    def _described(self) -> set[etree._Element]:
        """The nodes that contain the page's description, which mostly is the first sentence of the article."""
        description = _letters(self._page.meta("description", "og:description"))[:16]
        if len(description) < 16 or description in _letters(self._page.title):
            return set()
        _text, headline = self.headline
        nodes = (b.node for b in self.blocks[headline + 1 :] if b.running >= 25 and description in _letters(b.text))
        return {holder for node in nodes for holder in (node, *node.iterancestors())}

    def widened(self, node: etree._Element) -> etree._Element:
        """The node, or an ancestor if a good part of the text is beside the node."""
        for parent in islice(node.iterancestors(), 3):
            if parent.tag in ("body", "html"):
                break
            if len(parent) > 1 and self._has_text_beside(node, parent):
                node = parent
        return node

    def _inside(self, node: etree._Element) -> list[int]:
        """The numbers of the blocks in a node."""
        inside = set(node.iter())
        return [number for number, block in enumerate(self.blocks) if block.node in inside]

    def _has_text_beside(self, node: etree._Element, parent: etree._Element) -> bool:
        own = self._inside(node)
        if not own:
            return False
        _text, headline = self.headline
        above = range(own[0] - 1, max(headline, own[0] - 12), -1)
        before = takewhile(lambda block: _stands_in(block.node, parent), (self.blocks[n] for n in above))
        below = takewhile(lambda block: _stands_in(block.node, parent), islice(self.blocks, own[-1] + 1, None))
        after = takewhile(lambda block: not ends(block.text) or is_digest_heading(block.text), below)
        size = sum(self.blocks[n].running for n in own)
        return _is_text(list(before), 40) or _is_text(list(after), 0.3 * size)

    def heading_above(self, body: etree._Element) -> str:
        """The nearest heading, or block whose class contains "title", above the body."""
        first = next(iter(self._inside(body)), 0)
        for number in range(min(first, len(self.blocks) - 1), max(0, first - 15) - 1, -1):
            block = self.blocks[number]
            if _is_heading(block) and 4 <= len(block.text) <= 100 and not self.names_site(block.text):
                return self._whole_heading(number)[0]
        return ""

    def line_above(self, body: etree._Element) -> str:
        """The line above the date or, without a date, above the text, if it looks like a headline."""
        blocks = self._above(body)
        dated = [number for number, block in enumerate(blocks) if find_date(block.spaced)]
        above = blocks[dated[-1] :] + blocks[: dated[-1]] if dated else blocks
        lines = (block for block in reversed(above) if _may_be_headline(block) and not block.linked)
        return next((line.text for line in lines if not self.names_site(line.text)), "")

    def above(self, node: etree._Element) -> list[str]:
        """The texts between the headline and the body, with date, credit and authors."""
        return [block.spaced for block in self._above(node)]

    def info(self) -> etree._Element | None:
        """The block above the body that contains a date."""
        blocks = self._above(self.widened(self.bodies[0])) if self.bodies else []
        return next((block.node for block in blocks if find_date(block.spaced)), None)

    def _above(self, node: etree._Element) -> list[Block]:
        _text, headline = self.headline
        sentences = (n for n in self._inside(node) if (b := self.blocks[n]).running >= 25 and SENTENCE.search(b.text))
        first = next(sentences, len(self.blocks))
        start = headline if 0 <= headline < first else max(0, first - 15)
        return [block for block in self.blocks[start : min(first, start + 40)] if len(block.text) <= 200]


def _is_heading(block: Block) -> bool:
    return block.heading or "title" in (block.node.get("class") or "").lower()


def _may_be_headline(block: Block) -> bool:
    """Whether a line looks like a headline: not like a date, a label, crumbs or a sentence."""
    text = block.text
    if not 2 <= len(_letters(text)) <= 100 or text.endswith("。") or _CRUMBS.search(text):
        return False
    return not (_NO_HEADLINE.fullmatch(text) or find_date(text) or labels(text))


def _stands_in(node: etree._Element, holder: etree._Element) -> bool:
    return node is holder or holder in node.iterancestors()


def _is_text(blocks: Sequence[Block], least: float) -> bool:
    """Whether blocks contain at least so much running text, and few links."""
    total = sum(len(block.text) for block in blocks)
    running = sum(block.running for block in blocks if block.running >= 15 and _SENTENCE_END.search(block.text))
    return running >= least and sum(block.linked for block in blocks) <= 0.25 * total


def _letters(text: str) -> str:
    """The text without blanks and punctuation, which differ between the places that print a title."""
    return _NOT_LETTERS.sub("", text)


def xpath_of(node: etree._Element) -> list[str]:
    """XPaths whose first node this is, by id, class or ancestor; those likelier to fit other pages first."""
    path = ""
    found: list[str] = []
    holder: etree._Element | None = node
    while holder is not None and len(found) < _PROPOSED:
        found += [f"{place}{path}" for place in _named(holder)]
        parent = holder.getparent()
        same = [] if parent is None else [child for child in parent if child.tag == holder.tag]
        path = f"/{holder.tag!s}" + (f"[{same.index(holder) + 1}]" if len(same) > 1 else "") + path
        holder = parent
    root = node.getroottree()
    return [xpath for xpath in found if next(iter(root.xpath(xpath)), None) is node]


def _named(node: etree._Element) -> list[str]:
    id, names = node.get("id", ""), node.get("class", "").split()
    by_class = [f"//{node.tag!s}[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]" for name in names]
    places = ([f"//{node.tag!s}[@id='{id}']"] if id else []) + by_class
    return [place for place in places if not _CHANGING.search(place)]
