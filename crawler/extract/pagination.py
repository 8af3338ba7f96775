"""The further pages of an article, by any numbering: 【1】【2】, 下一页, _1.html, show-17-345-2.html, ?page=2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from archive.url import canonical
from crawler.extract.document import Page

MOST = 50  # pages of one article
_MOST_LINKS = 500  # of a pager
_NUMBER = re.compile(r"[\[【(（<第]?\s*(?P<number>\d{1,3})\s*[\]】)）>页頁]?")
_NEXT = re.compile(r"(?:下一?|后一?|後一?|Next)\s*(?:[页頁]|page)?\s*[>»›→]*|[>»›→]+|", re.IGNORECASE)
_LAST = re.compile(r"(?:尾|末|最后一?|最後一?|Last)\s*(?:[页頁]|page)?\s*[>»›→]*", re.IGNORECASE)
_BACK = re.compile(r"[<«‹←]*\s*(?:上一?|前一?|首|第一|Prev(?:ious)?|First)\s*(?:[页頁]|page)?", re.IGNORECASE)
_ENDING = re.compile(r"\.\w{3,5}$")
_IN_QUERY = re.compile(
    r"(?:^|(?<=&))(?:(?:cur|current|now)?_?page_?(?:no|num|index|number|id)?|p|pn|pg|pages)=", re.IGNORECASE
)
_DAY = re.compile(r"(?:19|20)\d\d[-/_]?[01]\d(?:[-/_]?[0-3]\d(?!\d))?")
# TRS, the CMS of many government sites, writes its pager by a script: pages, this page, name, ending.
_SCRIPT = re.compile(r"createPageHTML\(\s*(\d+)\s*,\s*\d+\s*,\s*[\"']([\w-]+)[\"']\s*,\s*[\"'](\w+)[\"']")


class _Numbering(NamedTuple):
    """How the addresses of an article's pages differ; `replaces` is the number of the first page, if that has one."""

    before: str
    after: str
    width: int = 1  # digits: 02
    replaces: str = ""

    def address(self, number: int) -> str:
        return f"{self.before}{number:0{self.width}}{self.after}"


def next_pages(page: Page, first: str) -> list[str]:
    """The further pages, in order, that a page names of the article whose first page has this canonical address.

    If it names the second and the fifth, the third and the fourth are included.
    """
    if not urlsplit(first).path.strip("/"):
        return []
    series: dict[_Numbering, set[int]] = {}
    for numbering, number, text in _links(page, first):
        if _agrees(numbering, number, text):
            series.setdefault(numbering, set()).add(number)
    if in_script := _in_script(page, first):
        series.setdefault(in_script[0], set()).update(in_script[1])
    if not series:
        return []
    numbering = max(series, key=lambda each: len(series[each]))
    numbers = series[numbering]
    start = 2 if numbering.replaces.endswith("1") else min(min(numbers), 2)
    return [canonical(numbering.address(number)) for number in range(start, max(numbers) + 1)][: MOST - 1]


def first_page(page: Page, url: str) -> str:
    """The first page of the article of which this address is a further page, if a link leads back there; else ""."""
    for href, text in islice(page.short_links, _MOST_LINKS):
        number = _NUMBER.fullmatch(text)
        is_first = number and int(number["number"]) == 1
        if is_first or _BACK.fullmatch(text):
            first = canonical(page.absolute(href))
            path = urlsplit(first).path
            if path.strip("/") and (is_first or not path.endswith("/")) and any(_ways(url, first)):
                return first
    return ""


def _links(page: Page, first: str) -> Iterator[tuple[_Numbering, int, str]]:
    """The links of the page's pager: how the address differs from the first page's, its number, the link's text."""
    pager = ((href, text) for href, text in page.short_links if _is_pager(text))
    for href, text in islice(pager, _MOST_LINKS):
        for numbering, number in _ways(canonical(page.absolute(href)), first):
            yield numbering, number, text


def _is_pager(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text) or _NEXT.fullmatch(text) or _LAST.fullmatch(text))


def _agrees(numbering: _Numbering, number: int, text: str) -> bool:
    """Whether the text of a link fits the number in its address, from which alone a page can't be told from an article.

    The second page has the number 2, or 1 where the first has none or 0.
    """
    printed = _NUMBER.fullmatch(text)
    if not numbering.replaces:
        return not printed or int(printed["number"]) - number in (0, 1)
    second = int(numbering.replaces) + 1
    if not printed:
        # Without another number, which is the article's, this one is the article's.
        has_key = re.search(r"\d", urlsplit(numbering.before).path + numbering.after)
        is_next = bool(text) and number == second and _NEXT.fullmatch(text)
        return bool(has_key and (is_next or _LAST.fullmatch(text)))
    return int(printed["number"]) - number == 2 - second


def _ways(url: str, first: str) -> Iterator[tuple[_Numbering, int]]:
    """How an address can be that of a further page: by a number behind, or in place of, one of the first page's."""
    here, there = urlsplit(url), urlsplit(first)
    if here.hostname != there.hostname or url == first:
        return
    if here.query != there.query:
        if here.path == there.path:
            yield from _in_query(url, here.query, there.query)
        return
    yield from _appended(url, here.path, there.path)
    yield from _replaced(url, first)


def _appended(url: str, path: str, first: str) -> Iterator[tuple[_Numbering, int]]:
    """345_2.html, 345-2.html, 345/2.html, 345p2.html, 345.html/2 or 345/index_2.html for 345.html or 345/."""
    ending = _ENDING.search(first)
    stem = (first[: ending.start()] if ending else first).rstrip("/")
    if not path.startswith(stem):
        return
    rest, end = path[len(stem) :], ending[0] if ending else ""
    between = rf"(?:[_/-]|[_/-]?p(?:age|g)?[_/-]?|{re.escape(end)}/|/index[_-])"
    if match := re.fullmatch(
        rf"(?P<between>{between})(?P<number>\d{{1,3}})(?P<end>{re.escape(end)}|\.s?html?)?/?", rest
    ):
        if (match["end"] or "") not in ("", end) and "index" not in match["between"]:
            return
        if int(match["number"]):
            yield _numbering(url, url.index(path) + len(stem) + match.start("number"), match["number"])


def _replaced(url: str, first: str) -> Iterator[tuple[_Numbering, int]]:
    """show-17-345-2.html for show-17-345-1.html: one number differs, which is 0 or 1 in the first page's address."""
    if len(url) > len(first) + 2:
        return
    days = [match.span() for match in _DAY.finditer(first)]
    for match in re.finditer(r"\d{1,3}", first):
        start, end = match.span()
        if int(match[0]) > 1 or re.search(r"\d$", first[:start]) or re.match(r"\d", first[end:]):
            continue
        if any(a <= start < b for a, b in days) or not (url.startswith(first[:start]) and url.endswith(first[end:])):
            continue
        number = url[start : len(url) - len(first) + end]
        if number.isdecimal() and len(number) <= 3 and int(number) > int(match[0]):
            yield _numbering(url, start, number, match[0])


def _in_query(url: str, query: str, first: str) -> Iterator[tuple[_Numbering, int]]:
    """?id=345&page=2 for ?id=345 or ?id=345&page=1."""
    for match in _IN_QUERY.finditer(query):
        value = re.match(r"\d{1,3}(?=&|$)", query[match.end() :])
        if not value or int(value[0]) < 1:
            continue
        others = query[: match.start()].rstrip("&") + query[match.end() + value.end() :]
        own = re.sub(rf"(?:^|&){re.escape(match[0])}[01]?(?=&|$)", "", first)
        if others.strip("&") == own.strip("&"):
            yield _numbering(url, url.index("?") + 1 + match.end(), value[0])


def _numbering(url: str, start: int, number: str, replaces: str = "") -> tuple[_Numbering, int]:
    width = len(number) if number.startswith("0") or (replaces.startswith("0") and len(replaces) > 1) else 1
    return _Numbering(url[:start], url[start + len(number) :], width, replaces), int(number)


def _in_script(page: Page, first: str) -> tuple[_Numbering, range] | None:
    """The further pages that a script of the page names."""
    match = _SCRIPT.search(page.source) if "createPageHTML" in page.source else None
    if not match or not first.endswith(f"/{match[2]}.{match[3]}"):
        return None
    stem = first.removesuffix(f".{match[3]}")
    count = min(int(match[1]), MOST)
    return (_Numbering(f"{stem}_", f".{match[3]}"), range(1, count)) if count > 1 else None
