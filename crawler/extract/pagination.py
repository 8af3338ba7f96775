"""The further pages of an article: 【1】【2】, 下一页, _1.html, ?page=2."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from archive.url import canonical
from crawler.extract.document import Page

MOST = 50  # pages of one article
_PRINTED = re.compile(
    r"[\[【(（第]?\s*\d{1,3}\s*[\]】)）页頁]?|(?:下一?|后一?|尾|末|最后一?|Next)\s*[页頁]?\s*[>»]*|[>»]+|"
)
_ENDING = re.compile(r"\.\w{3,5}$")
_NUMBERS = {"page", "p", "pn", "pageno", "page_no", "pageindex", "curpage"}
# TRS, the CMS of many government sites, writes its pager by a script: pages, this page, name, ending.
_SCRIPT = re.compile(r"createPageHTML\(\s*(\d+)\s*,\s*\d+\s*,\s*[\"']([\w-]+)[\"']\s*,\s*[\"'](\w+)[\"']")


def next_pages(page: Page, first: str) -> list[str]:
    """The further pages, in order, that a page names of the article whose first page has this canonical address.

    If it names the second and the fifth, the third and the fourth are included.
    """
    stem, ending = _parted(urlsplit(first).path)
    if not stem or stem.endswith("/"):
        return []
    links = (page.absolute(href) for href, text in page.anchors(8) if _PRINTED.fullmatch(text))
    urls = {number: url for url in links if url and (number := part_number(url, first)) is not None}
    urls |= dict(_in_script(page, stem, ending))
    return _all_between(urls)[: MOST - 1]


def _parted(path: str) -> tuple[str, str]:
    """A path without its ending, and the ending: /a/t1_2 and .html."""
    ending = _ENDING.search(path)
    return (path[: ending.start()], ending[0]) if ending else (path, "")


def part_number(url: str, first: str) -> int | None:
    """The number of a further page of an article, as the site counts; None for another address."""
    here, there = urlsplit(canonical(url)), urlsplit(first)
    if here.hostname != there.hostname or url == first:
        return None
    (stem, ending), (own, own_ending) = _parted(here.path), _parted(there.path)
    if here.query == there.query and ending == own_ending:
        match = re.fullmatch(re.escape(own) + r"[_-](\d{1,3})", stem)
        return int(match[1]) if match else None
    if here.path == there.path:
        return _number_in_query(here.query, there.query)
    return None


def _number_in_query(query: str, first: str) -> int | None:
    values, own = dict(parse_qsl(query)), dict(parse_qsl(first))
    names = [name for name in values if name.lower() in _NUMBERS and values[name].isdecimal()]
    for name in names:
        number = int(values.pop(name))
        own.pop(name, None)
        if urlencode(values) == urlencode(own) and 2 <= number < 1000:
            return number
    return None


def _in_script(page: Page, stem: str, ending: str) -> list[tuple[int, str]]:
    """The further pages that a script of the page names, by number."""
    match = _SCRIPT.search(page.source) if "createPageHTML" in page.source else None
    name = stem.rpartition("/")[2]
    if not match or match[2] != name or f".{match[3]}" != ending:
        return []
    return [(n, page.absolute(f"{name}_{n}{ending}")) for n in range(1, min(int(match[1]), MOST))]


def _all_between(urls: dict[int, str]) -> list[str]:
    """The addresses by number, with those between that are not named."""
    numbers = sorted(urls)
    if not urls or "?" in urls[numbers[0]]:
        return [urls[number] for number in numbers]
    before, _number, after = urls[numbers[-1]].rpartition(str(numbers[-1]))
    every = range(min(numbers[0], 2), min(numbers[-1], MOST) + 1)
    return [urls.get(number) or f"{before}{number}{after}" for number in every]
