"""Which pages are lists, where their rows are, and what the addresses of their further pages look like."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from archive.url import canonical
from crawler.extract.document import Page, text_of
from crawler.extract.indata import unfold
from crawler.propose.addresses import Link
from crawler.sources.source import stem

FEWEST_ROWS = 3
_EVERYWHERE = 0.5  # the share of lists from which a link that they all show is none of their rows
_FITS = 0.9  # the score of an XPath below which every link of a page is taken
# What an article below the list's own folder, one with a date beside it, and one next to the pager counts more.
_BELOW, _DATED, _PAGED = 3, 1, 5
_LONGEST_ROW = 100  # characters
_DAY = re.compile(r"(?<!\d)(?:(?:19|20)?\d\d[-/.年])?(?:0?[1-9]|1[0-2])[-/.月](?:0?[1-9]|[12]\d|3[01])(?!\d)")
_MOST_LINKS = 3_000  # of a page
_CHANGING = re.compile(r"\d{3}")  # a number in a name differs from page to page
ANY_LINK = "//a/@href"
IN_SCRIPT = re.compile(r"""['"]([^'"\s]+\.\w{2,5}(?:\?[^'"\s]*)?)['"]""")  # an address in a script
_SCRIPT = re.compile(r"createPageHTML\(\s*(\d+)\s*,\s*\d+\s*,\s*[\"']([\w-]+)[\"']\s*,\s*[\"'](\w+)[\"']")
_NUMBER = re.compile(r"[\[【(（<第]?\s*(\d{1,4})\s*[\]】)）>页頁]?")
_NEXT = re.compile(
    r"(?:下一?|后一?|後一?|Next|Older)\s*(?:[页頁]|page|posts)?\s*[>»›→]*|[>»›→]+|较早的?文章|更早的?文章",
    re.IGNORECASE,
)
_NEXT_CLASS = re.compile(r"(?:^|[\s_-])(?:next|nxt)(?:$|[\s_-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link on a page: where it is, by the names of the tags around it, and its canonical address.

    The address stands in `attribute`: href, or onclick if a script follows the link.
    """

    node: Any
    url: str
    text: str
    place: tuple[str, ...]
    attribute: str = "href"


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page that was fetched, with its links."""

    url: str
    page: Page
    anchors: tuple[Anchor, ...]

    @property
    def links(self) -> Iterator[Link]:
        return (Link(anchor.url, anchor.text) for anchor in self.anchors)


@dataclass(frozen=True, slots=True)
class Paging:
    """How a list goes on: `page_url` and `page_count` of a source.

    `first` is the address to give the list, where its further pages can't be named by the address it was met under.
    """

    page_url: str
    page_count: str
    first: str = ""


def list_page(page: Page, url: str) -> ListPage:
    unfold(page)
    anchors = (_anchor(node, page) for node in islice(page.root.iter("a"), _MOST_LINKS))
    return ListPage(url, page, tuple(anchor for anchor in anchors if anchor.url.startswith("http")))


def _anchor(node: Any, page: Page) -> Anchor:
    text = text_of(node)
    label = (node.get("title") or node.get("aria-label") or "").strip()
    shown = label if len(label) > len(text) and text[:6].rstrip(".…") in label else text
    href, attribute = (node.get("href") or "").strip(), "href"
    if href.startswith(("javascript:", "#")) and (match := IN_SCRIPT.search(node.get("onclick") or "")):
        href, attribute = match[1], "onclick"
    place = tuple(_name(each) for each in [node, *node.iterancestors()])
    return Anchor(node, canonical(page.absolute(href)) if href else "", shown, place, attribute)


def _name(node: Any) -> str:
    names = [name for name in (node.get("class") or "").split() if not _CHANGING.search(name)]
    return f"{node.tag}.{names[0]}" if names else str(node.tag)


# Rows


def rows_of(page: ListPage, is_article: Callable[[str], bool], common: Container[str] = ()) -> list[Anchor]:
    """The links of a page's rows: those to articles at like places, where most of them stand that are not `common`."""
    groups: dict[tuple[str, ...], dict[str, Anchor]] = defaultdict(dict)
    for anchor in page.anchors:
        if is_article(anchor.url):
            groups[anchor.place].setdefault(anchor.url, anchor)

    folder = page.url[: page.url.rindex("/") + 1]

    beside = pager(page)
    closest = max((closeness(beside, next(iter(rows.values()))) for rows in groups.values()), default=0)

    def weight(rows: Mapping[str, Anchor]) -> tuple[int, int]:
        own = [row for row in rows.values() if row.url not in common]
        below = sum(row.url.startswith(folder) for row in own) if folder.count("/") > 3 else 0
        paged = len(own) if closest and closeness(beside, next(iter(rows.values()))) == closest else 0
        count = len(own) + _BELOW * below + _DATED * sum(map(_is_dated, own)) + _PAGED * paged
        return count, sum(len(row.text) for row in own)

    best = max(groups.values(), key=weight, default={})
    return list(best.values()) if weight(best)[0] and len(best) >= FEWEST_ROWS else []


def pager(page: ListPage) -> Anchor | None:
    """The link to the next page, else the last one with a number only."""
    ahead = (anchor for anchor in page.anchors if _NEXT.fullmatch(anchor.text))
    numbered = (anchor for anchor in reversed(page.anchors) if _NUMBER.fullmatch(anchor.text))
    return next(ahead, None) or next(numbered, None)


def closeness(pager: Anchor | None, row: Anchor) -> int:
    """How deep the innermost node is that holds both."""
    above = {*pager.node.iterancestors()} if pager else set()
    holder = next((node for node in row.node.iterancestors() if node in above), None)
    return 0 if holder is None else sum(1 for _node in holder.iterancestors())


def _is_dated(row: Anchor) -> bool:
    """Whether a day stands beside a link."""
    around = row.node.getparent()
    return around is not None and bool(_DAY.search("".join(around.itertext())[: 3 * _LONGEST_ROW]))


def everywhere(pages: Sequence[ListPage], is_article: Callable[[str], bool]) -> frozenset[str]:
    """The articles that most pages link to: the hottest, the newest of the site."""
    if len(pages) < 3:
        return frozenset()
    counts = Counter(url for page in pages for url in {anchor.url for anchor in page.anchors if is_article(anchor.url)})
    return frozenset(url for url, count in counts.items() if count > _EVERYWHERE * len(pages))


def rows_xpath(rows: Mapping[ListPage, Sequence[Anchor]], is_article: Callable[[str], bool]) -> tuple[str, float]:
    """The XPath of the rows' links on these pages, and how well it fits: 1.0 if it selects these and no other article.

    That of a node around all rows is preferred: a class of the single rows may say that one is new, or read.
    """
    for proposed in (_around_rows, _of_rows):
        scores = {xpath: _fit(xpath, rows, is_article) for own in rows.values() for xpath in proposed(own)}
        best = max(scores, key=lambda xpath: (round(scores[xpath], 2), -len(xpath)), default="")
        if best and scores[best] >= _FITS:
            return best, scores[best]
    return ANY_LINK, 0.0


def _around_rows(rows: Sequence[Anchor]) -> Iterator[str]:
    """XPaths by the id or a class of a node around all rows."""
    steps = ["/", *(f"//{tag}" for tag in _steps(rows[0].place))]
    for node in _around([row.node for row in rows]):
        yield from (f"{place}{step}/a/@{rows[0].attribute}" for place in _named(node) for step in steps)


def _of_rows(rows: Sequence[Anchor]) -> Iterator[str]:
    """XPaths by a class of the rows or of their links."""
    own, *above = rows[0].place[:4]
    link = f"a[{_has_class(own.partition('.')[2])}]" if "." in own else "a"
    if "." in own:
        yield f"//{link}/@{rows[0].attribute}"
    for tag, _dot, name in (step.partition(".") for step in above):
        if name:
            yield f"//{tag}[{_has_class(name)}]//{link}/@{rows[0].attribute}"


def _steps(place: Sequence[str]) -> Iterator[str]:
    """The tags directly around a row's link, where they tell it from others in the same row."""
    yield from dict.fromkeys(
        name.partition(".")[0] for name in place[1:3] if not name.startswith(("div", "body", "html"))
    )


def _around(nodes: Sequence[Any]) -> list[Any]:
    """The nodes that hold all of these, the closest first."""
    ways = [list(node.iterancestors()) for node in nodes]
    shared = set(ways[0]).intersection(*ways[1:])
    return [node for node in ways[0] if node in shared and node.tag not in ("body", "html")]


def _named(node: Any) -> list[str]:
    id, classes = node.get("id") or "", (node.get("class") or "").split()
    places = [f"//{node.tag}[@id='{id}']"] if id and "'" not in id else []
    places += [f"//{node.tag}[{_has_class(name)}]" for name in classes if re.fullmatch(r"[\w-]+", name)]
    return [place for place in places if not _CHANGING.search(place)]


def _has_class(name: str) -> str:
    return f"has-class('{name}')"


def _fit(xpath: str, rows: Mapping[ListPage, Sequence[Anchor]], is_article: Callable[[str], bool]) -> float:
    """The mean over the pages of precision and recall (F1) of the articles that an XPath selects."""
    scores = []
    for page, own in rows.items():
        selected = {url for url in map(canonical, links_at(page.page, xpath)) if is_article(url)}
        wanted = {row.url for row in own}
        scores.append(2 * len(selected & wanted) / (len(selected) + len(wanted)))
    return sum(scores) / max(len(scores), 1)


def links_at(page: Page, xpath: str) -> list[str]:
    """The addresses that an XPath selects, also those in scripts."""
    hrefs = page.hrefs(xpath)
    if xpath.endswith("/@onclick"):
        hrefs = [match[1] for href in hrefs if (match := IN_SCRIPT.search(href))]
    return page.addresses(hrefs)


# Paging


def paging(page: ListPage) -> Paging | None:
    """How the list of which this is the first page goes on; None if it names no further page."""
    return _by_script(page) or _by_links(page)


def _by_script(page: ListPage) -> Paging | None:
    """The pager of TRS, which a script writes: index_1.html is the second page."""
    match = _SCRIPT.search(page.page.source) if "createPageHTML" in page.page.source else None
    if not match:
        return None
    base = "{list}" if page.url.endswith("/") else "{stem}"
    return Paging(f"{base}{match[2] if base == '{list}' else ''}_{{n}}.{match[3]}", r"createPageHTML\(\s*(\d+)")


def _by_links(page: ListPage) -> Paging | None:
    """From links with a number, 下一页 and the like: the way to write their addresses that most of them agree on."""
    ways: Counter[Paging] = Counter()
    for anchor in page.anchors:
        number = _NUMBER.fullmatch(anchor.text)
        is_next = bool(_NEXT.fullmatch(anchor.text) or _NEXT_CLASS.search(anchor.node.get("class") or ""))
        if number or is_next:
            ways.update(list(dict.fromkeys(_ways(page.url, anchor.url, int(number[1]) if number else 2))))
    return max(ways, key=lambda way: (ways[way], not way.first, way.page_url.startswith("{list}")), default=None)


def _ways(first: str, url: str, n: int) -> Iterator[Paging]:
    """How the address of the list's n-th page can be made of that of the first."""
    if url == first or n < 2:
        return
    for name, base in {"{list}": first, "{stem}": stem(first)}.items():
        if url.startswith(base) and not (name == "{stem}" and base == first):
            yield from _numbered(name, url[len(base) :], url, n)
    yield from _in_query(first, url, n)
    yield from _renamed(first, url, n)


def _numbered(name: str, rest: str, url: str, n: int) -> Iterator[Paging]:
    """/news/index_2.html of /news/, list-17-2.html of list-17-1.html: a number behind the list's address."""
    match = re.fullmatch(r"(\D*)(\d+)(\D*)", rest)
    if match and int(match[2]) in (n - 1, n):
        is_next = int(match[2]) == n
        number = "{next}" if is_next else "{n}"
        start = len(url) - len(rest) + match.start(2)
        yield Paging(f"{name}{_braced(match[1])}{number}{_braced(match[3])}", _count(url[:start], match[3], is_next))


def _in_query(first: str, url: str, n: int) -> Iterator[Paging]:
    """?fid=2&page=3 of ?fid=2, wherever the parameter stands."""
    here, there = urlsplit(url), urlsplit(first)
    if (here.hostname, here.path) != (there.hostname, there.path):
        return
    pairs, own = here.query.split("&"), there.query.split("&") if there.query else []
    added = [pair for pair in pairs if pair not in own]
    match = re.fullmatch(r"(\w+)=(\d+)", added[0]) if len(added) == 1 and len(pairs) == len(own) + 1 else None
    if match and int(match[2]) in (n - 1, n):
        is_next = int(match[2]) == n
        mark, number = "&" if own else "?", "{next}" if is_next else "{n}"
        yield Paging(f"{{list}}{mark}{match[1]}={number}", _count(f"?{match[1]}=", "", is_next, query=True))


def _renamed(first: str, url: str, n: int) -> Iterator[Paging]:
    """/news/list_3_2.html of /news/: the first page has an address of this kind too, by which the list is named."""
    folder = first[: first.rindex("/") + 1]
    match = (
        re.fullmatch(r"([\w-]*\d+[\w-]*?[_-])(\d+)(\.\w{2,5})", url[len(folder) :]) if url.startswith(folder) else None
    )
    if match and int(match[2]) == n and stem(first) != folder + match[1]:
        before = f"{folder}{match[1]}"
        yield Paging(f"{{stem}}{{next}}{match[3]}", _count(before, match[3], True), f"{before}1{match[3]}")


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _count(before: str, after: str, is_next: bool, query: bool = False) -> str:
    """A pattern of the number of pages in a page's source, by the last link of its pager.

    That is at least the next page where there is one, and the page before where this is the last.
    """
    last = re.split(r"[/?&]", before)[-1]
    opening = "[?&;]" if query else "[\"'/?&;=]"
    folder = before.rstrip("/").rpartition("/")[2]
    names = opening + re.sub(r"\d+", r"\\d+", re.escape(last)) if last else re.escape(folder) + "/"
    names = names.replace(r"\-", "-")
    end = re.escape(after.split("?")[0].split("&")[0])
    if is_next:
        return rf"(?s)\A.*{names}([2-9]\d*|1\d+){end}"
    return rf"(?s)\A.*{names}\d+{end}[^<>]*>\s*(\d+)\s*</a>"
