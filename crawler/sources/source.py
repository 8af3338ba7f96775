"""The values: a source describes where the lists of a site are, what the address of an article looks like, and
where on the page each field is. It is data: nothing in it fetches or parses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit

from archive.article import SHANGHAI
from archive.url import canonical

_ENDING = re.compile(r"(?<=[^/:]/)([^/?#]*?)(?:(?<=\D)1)?\.\w{2,5}$")


@dataclass(frozen=True, slots=True)
class Form:
    """One layout of a site's article pages; each field is an XPath, "" if the layout has none.

    The first form whose `mark` is on the page reads it. What its XPath does not find is looked for
    by general means, which the reading notes. `since` and `until` are the first and the last day
    (Asia/Shanghai) on which the site served this layout, None if unknown.
    """

    name: str
    mark: str
    title: str
    body: str
    info: str  # the line with date and credit
    authors: str = ""
    crumbs: str = ""  # "site > channel > section", the section last
    related: str = ""  # addresses of other articles
    rights: str = ""  # the rights notice, if it is inside the body
    editor: str = ""  # the line with the editor, if it is outside the body
    since: date | None = None
    until: date | None = None

    def served(self, fetched: datetime | None) -> bool:
        """Whether a page fetched at this time may have this layout; True if the time is unknown."""
        if fetched is None:
            return True
        day = fetched.astimezone(SHANGHAI).date()
        return (self.since or day) <= day <= (self.until or day)


@dataclass(frozen=True, slots=True)
class Source:
    """One news site. The addresses in its fields are canonical; its methods take any spelling.

    One of `article` matches the whole address of an article, with the groups `section`, `key` (the
    site's own number for it) and, if the address has one, `date`: the eight digits of a day, with
    any separators; a month or a day may lack its zero: 2025/1/1.
    """

    name: str
    site: str
    title: str
    hosts: frozenset[str]
    article: tuple[re.Pattern[str], ...]
    forms: tuple[Form, ...]
    lists: tuple[str, ...] = ()
    rows: str = ""  # XPath: the links of a list's rows
    row: re.Pattern[str] | None = None  # group 1: the address in such a link, if that is a script
    page_count: re.Pattern[str] | None = None  # group 1: how many pages the list has
    page_url: str = ""  # of a further page, with {list} or {stem}, and {n} from 1 or {next} from 2
    skip: re.Pattern[str] | None = None  # addresses on these hosts that are never articles
    sections: Mapping[str, str] = field(default_factory=dict)  # the name of each section
    key_prefixes: Mapping[str, str] = field(default_factory=dict)  # by host, for one that numbers separately
    browser: bool = False  # whether scripts fetch the text of its pages, so that a browser has to draw them
    verified: date | None = None  # the day on which its rules were last found right on the live site

    def day(self, url: str) -> str:
        """The day in an article's address, YYYYMMDD; "" if it has none."""
        match = self.match(url)
        date = (match.groupdict().get("date") or "") if match else ""
        return re.sub(r"\D", "", re.sub(r"(?<!\d)\d(?!\d)", r"0\g<0>", date))

    def match(self, url: str) -> re.Match[str] | None:
        """The parts of an article's address; None for any other."""
        url = canonical(url)
        return next((match for pattern in self.article if (match := pattern.fullmatch(url))), None)

    def owns(self, url: str) -> bool:
        return urlsplit(canonical(url)).hostname in self.hosts

    def is_article(self, url: str) -> bool:
        return self.match(url) is not None

    def is_skipped(self, url: str) -> bool:
        """Whether this is the address of something that is never an article."""
        return bool(self.skip and self.skip.fullmatch(canonical(url)))

    def is_list(self, url: str) -> bool:
        """Whether this is the address of a list or of the front page."""
        url = canonical(url)
        is_index = url in self.lists or re.search(r"/(?:index(?:_\d+)?\.s?html?)?$", urlsplit(url).path)
        return bool(is_index) and not self.is_article(url)

    def article_id(self, url: str) -> str:
        """The article's id by its address; "" if the address has no key."""
        match = self.match(url)
        if not match:
            return ""
        prefix = self.key_prefixes.get(urlsplit(canonical(url)).hostname or "", "")
        return f"{self.site}-{prefix}{match['key']}"

    def list_page(self, list_url: str, n: int) -> str:
        """The address of the n-th page of a list, from 0."""
        if n == 0:
            return list_url
        return self.page_url.format(list=list_url, stem=stem(list_url), n=n, next=n + 1)


def stem(list_url: str) -> str:
    """The address of a list without its ending and, before that, the number of its first page: .../list-17-."""
    return _ENDING.sub(r"\1", list_url)
