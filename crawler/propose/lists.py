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
from crawler.propose.addresses import Link
from crawler.sources.source import stem

FEWEST_ROWS = 3
_EVERYWHERE = 0.5  # the share of lists from which a link that they all show is none of their rows
_FITS = 0.9  # the score of an XPath below which every link of a page is taken
_MOST_LINKS = 3_000  # of a page
_CHANGING = re.compile(r"\d{3}")  # a number in a name differs from page to page
_ANY_LINK = "//a/@href"
_SCRIPT = re.compile(r"createPageHTML\(\s*(\d+)\s*,\s*\d+\s*,\s*[\"']([\w-]+)[\"']\s*,\s*[\"'](\w+)[\"']")
_NUMBER = re.compile(r"[\[【(（<第]?\s*(\d{1,4})\s*[\]】)）>页頁]?")
_NEXT = re.compile(
    r"(?:下一?|后一?|後一?|Next|Older)\s*(?:[页頁]|page|posts)?\s*[>»›→]*|[>»›→]+|较早的?文章|更早的?文章", re.IGNORECASE
)
_NEXT_CLASS = re.compile(r"(?:^|[\s_-])(?:next|nxt)(?:$|[\s_-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link on a page: where it is, by the names of the tags around it, and its canonical address."""

    node: Any
    url: str
    text: str
    place: tuple[str, ...]


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
    nodes = islice(page.root.iter("a"), _MOST_LINKS)
    anchors = (_anchor(node, page) for node in nodes if (node.get("href") or "").strip())
    return ListPage(url, page, tuple(anchor for anchor in anchors if anchor.url.startswith("http")))


def _anchor(node: Any, page: Page) -> Anchor:
    text, title = text_of(node), (node.get("title") or "").strip()
    shown = title if len(title) > len(text) and title.startswith(text[:6].rstrip(".…")) else text
    url = canonical(page.absolute(node.get("href")))
    return Anchor(node, url, shown, tuple(_name(each) for each in [node, *node.iterancestors()]))


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

    def weight(rows: Mapping[str, Anchor]) -> tuple[int, int]:
        own = [row for row in rows.values() if row.url not in common]
        return len(own), sum(len(row.text) for row in own)

    best = max(groups.values(), key=weight, default={})
    return list(best.values()) if weight(best)[0] and len(best) >= FEWEST_ROWS else []


def everywhere(pages: Sequence[ListPage], is_article: Callable[[str], bool]) -> frozenset[str]:
    """The articles that most pages link to: the hottest, the newest of the site."""
    if len(pages) < 3:
        return frozenset()
    counts = Counter(url for page in pages for url in {anchor.url for anchor in page.anchors if is_article(anchor.url)})
    return frozenset(url for url, count in counts.items() if count > _EVERYWHERE * len(pages))


def rows_xpath(rows: Mapping[ListPage, Sequence[Anchor]], is_article: Callable[[str], bool]) -> tuple[str, float]:
    """The XPath of the rows' links on these pages, and how well it fits: 1.0 if it selects the rows and no other article."""
    proposed = dict.fromkeys(xpath for page, own in rows.items() for xpath in _proposed(own))
    scores = {xpath: _fit(xpath, rows, is_article) for xpath in proposed}
    best = max(scores, key=lambda xpath: (round(scores[xpath], 2), -len(xpath)), default=_ANY_LINK)
    fit = scores.get(best, 0.0)
    return (best, fit) if fit >= _FITS else (_ANY_LINK, fit)


def _proposed(rows: Sequence[Anchor]) -> Iterator[str]:
    """XPaths by the id or a class of a node around all rows, of one around each, or of the links themselves."""
    around = _around([row.node for row in rows])
    inside = [row.place for row in rows][0]
    own = next((name for name in inside[:1] if "." in name), "")
    link = f"a[{_has_class(own.partition('.')[2])}]" if own else "a"
    for node in around:
        for place in _named(node):
            yield f"{place}//a/@href"
            if own:
                yield f"{place}//{link}/@href"
            yield from (f"{place}//{tag}/{link}/@href" for tag in _steps(inside))
    if own:
        yield f"//{link}/@href"
    for name in inside[1:4]:
        tag, _dot, class_ = name.partition(".")
        if class_:
            yield f"//{tag}[{_has_class(class_)}]//{link}/@href"
            yield f"//{tag}[{_has_class(class_)}]/{link}/@href"


def _steps(place: Sequence[str]) -> Iterator[str]:
    """The tags directly around a row's link, where they tell it from others in the same row."""
    yield from dict.fromkeys(name.partition(".")[0] for name in place[1:3] if not name.startswith(("div", "body", "html")))


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
        selected = {canonical(url) for url in page.page.links(xpath) if is_article(url)}
        wanted = {row.url for row in own}
        scores.append(2 * len(selected & wanted) / (len(selected) + len(wanted)))
    return sum(scores) / max(len(scores), 1)


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
            ways.update(set(_ways(page.url, anchor.url, int(number[1]) if number else 2)))
    return max(ways, key=lambda way: (ways[way], way.page_url.startswith("{list}")), default=None)


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
    match = re.fullmatch(r"(\D*)(\d+)(\D*)", rest)
    if match and int(match[2]) in (n - 1, n) and match[1] + match[3] != "" or (match and name == "{stem}" and int(match[2]) == n):
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
    if len(added) == 1 and len(pairs) == len(own) + 1 and (match := re.fullmatch(r"(\w+)=(\d+)", added[0])):
        if int(match[2]) in (n - 1, n):
            is_next = int(match[2]) == n
            mark = "&" if own else "?"
            number = "{next}" if is_next else "{n}"
            yield Paging(f"{{list}}{mark}{match[1]}={number}", _count(f"?{match[1]}=", "", is_next, query=True))


def _renamed(first: str, url: str, n: int) -> Iterator[Paging]:
    """/news/list_3_2.html of /news/: the first page has an address of this kind too, by which the list is named."""
    folder = first[: first.rindex("/") + 1]
    match = re.fullmatch(r"([\w-]*\d+[\w-]*?[_-])(\d+)(\.\w{2,5})", url[len(folder) :]) if url.startswith(folder) else None
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
    opening = "[?&;]" if query else "[\"'/?&;]" if last else "/"
    folder = "" if last else re.escape(before.rstrip("/").rpartition("/")[2])
    names = folder + ("/" if folder else opening) if not last else opening + re.sub(r"\d+", r"\\d+", re.escape(last))
    names = names.replace(r"\-", "-")
    end = re.escape(after.split("?")[0].split("&")[0])
    if is_next:
        return rf"(?s)\A.*{names}([2-9]\d*|1\d+){end}"
    return rf"(?s)\A.*{names}\d+{end}[^<>]*>\s*(\d+)\s*</a>"
