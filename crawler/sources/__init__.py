"""What a source is, and the sources there are: one file each, found by its name.

A source says where a site's lists are, what an article's address looks like, and where on
the page each field stands. It is data: nothing in it fetches or parses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from urllib.parse import urlsplit

from archive.article import SHANGHAI
from archive.errors import UsageFault
from archive.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Form:
    """One layout of a site's article pages; each field is an XPath, "" where it has none.

    The first form whose `mark` is on the page reads it. What a rule does not find is looked
    for by general means, and the reading says so. `since` and `until` are the first and the
    last day, in China, on which the site served this layout, None where that is not known.
    """

    name: str
    mark: str
    title: str
    body: str
    info: str  # the line that tells date and credit
    authors: str = ""
    crumbs: str = ""  # "site > channel > section", the section last
    related: str = ""  # addresses of other articles
    rights: str = ""  # the notice, where it stands inside the body
    editor: str = ""  # the line that names the editor, where it stands outside the body
    since: date | None = None
    until: date | None = None

    def served(self, fetched: datetime | None) -> bool:
        """Whether a page fetched then may have this layout; True where no time is known."""
        if fetched is None:
            return True
        day = fetched.astimezone(SHANGHAI).date()
        return (self.since or day) <= day <= (self.until or day)


@dataclass(frozen=True, slots=True)
class Source:
    """One news site. Every address, in it and asked of it, is in its canonical spelling.

    `article` matches the whole address of an article, with the groups `section`, `key` (the
    site's own number for it) and, where the address carries one, `date`: the eight digits of
    a day, with whatever the site writes between them.
    """

    name: str
    site: str
    title: str
    hosts: frozenset[str]
    article: re.Pattern[str]
    forms: tuple[Form, ...]
    lists: tuple[str, ...] = ()
    rows: str = ""  # XPath: the links of a list's rows
    row: re.Pattern[str] | None = None  # group 1: the address in such a link, where that is a script
    page_count: re.Pattern[str] | None = None  # group 1: how many pages the list has
    page_url: str = ""  # of a further page: {list}, and {n} from 1 or {next} from 2
    skip: re.Pattern[str] | None = None  # addresses on these hosts that never are articles
    sections: Mapping[str, str] = field(default_factory=dict)  # the name of each section
    key_prefixes: Mapping[str, str] = field(default_factory=dict)  # host: prefix of its own count

    def day(self, url: str) -> str:
        """The day in an article's address, YYYYMMDD; "" where it carries none."""
        match = self.article.fullmatch(url)
        return re.sub(r"\D", "", match.groupdict().get("date") or "") if match else ""

    def owns(self, url: str) -> bool:
        return urlsplit(url).hostname in self.hosts

    def is_article(self, url: str) -> bool:
        return self.article.fullmatch(url) is not None

    def is_list(self, url: str) -> bool:
        """Whether this is the address of a list or of the front page."""
        looks_so = url in self.lists or re.search(r"/(?:index(?:_\d+)?\.s?html?)?$", urlsplit(url).path)
        return bool(looks_so) and not self.is_article(url)

    def article_id(self, url: str) -> str:
        """The article's id by its address; "" where the address holds no key."""
        match = self.article.fullmatch(url)
        if not match:
            return ""
        prefix = self.key_prefixes.get(urlsplit(url).hostname or "", "")
        return f"{self.site}-{prefix}{match['key']}"

    def list_page(self, list_url: str, n: int) -> str:
        return list_url if n == 0 else self.page_url.format(list=list_url, n=n, next=n + 1)


@cache
def names() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def load(name: str) -> Source:
    """The source of that name; UsageFault names those there are."""
    if name not in names():
        raise UsageFault(name, _("is no source"), _("sources: {names}").format(names=", ".join(names())))
    source = import_module(f"{__name__}.{name}").SOURCE
    assert isinstance(source, Source)
    return source


def every() -> Iterator[Source]:
    return map(load, names())


def of(url: str) -> Source | None:
    """The source that owns a canonical address."""
    return next((source for source in every() if source.owns(url)), None)
