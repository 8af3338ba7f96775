"""Proposes a source from a few saved pages of its site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import repeat, takewhile
from operator import is_
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.errors import NotAnArticle, UsageFault
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from crawler.extract.document import Page
from crawler.extract.extractor import read
from crawler.extract.main_content import Located, xpath_of
from crawler.sources import Form, Source

_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d[-/]?[01]\d[-/]?[0-3]\d(?!\d)")
_NUMBER = re.compile(r"[\d-]{2,}")  # a folder that is a month or a day
_LONGEST_NAME = 40  # characters; a longer end of a page's title is not the name of a site


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page in a file, and the address it was saved from."""

    path: Path
    page: bytes
    url: str


def saved_page(argument: str) -> SavedPage:
    """The page of FILE or ADDRESS=FILE. Raises UsageFault if it can't be read or has no address."""
    address, _equals, file = argument.rpartition("=") if "://" in argument else ("", "", argument)
    try:
        page = Path(file).read_bytes()
        url = address or Page(page, file).own_address()
    except OSError as error:
        raise UsageFault(file, of_error(error), _("name a saved page")) from error
    except NotAnArticle as error:
        raise UsageFault(file, error.reason, _("name a saved page")) from error
    if not url:
        raise UsageFault(file, _("does not name its address"), _("write ADDRESS=FILE"))
    return SavedPage(Path(file), page, url)


def propose(name: str, pages: Sequence[SavedPage], lists: Sequence[str] = ()) -> Source:
    """A source that reads these pages. Raises UsageFault if they have no layout in common."""
    parsed = [Page(page.page, page.url) for page in pages]
    located = [Located(page) for page in parsed]
    for page, content in zip(pages, located, strict=True):
        if not content.bodies:
            raise UsageFault(page.path, _("has no text"), _("name pages that hold an article"))
    bodies = [content.widened(content.bodies[0]) for content in located]
    body = _common(parsed, bodies)
    if not body:
        raise UsageFault(name, _("the pages have no common layout"), _("name pages of one layout"))
    title, info = _title(parsed, located), _common(parsed, [content.info() for content in located])
    host = urlsplit(pages[0].url).hostname or ""
    site = host.removeprefix("www.")
    source = Source(
        name=name, site=site, title=_site_name([page.title for page in parsed]) or site, hosts=frozenset({host}),
        article=re.compile(_article(pages)),
        forms=(Form(name="page", mark=body, title=title, body=body, info=info),),
        lists=tuple(lists), rows="//a/@href",
    )  # fmt: skip
    for page in pages:
        _check_body(page, source)
    return source


def _check_body(page: SavedPage, source: Source) -> None:
    """Raises UsageFault for a page whose text by the proposed rule differs from its text by general means."""
    by_rule = read(page.page, page.url, source=source)
    general = read(page.page, page.url, source=replace(source, forms=()))
    if (by_rule.path, by_rule.article.body) != ("rules", general.article.body):
        raise UsageFault(page.path, _("has another layout than the other pages"), _("name pages of one layout"))


def _title(pages: Sequence[Page], located: Sequence[Located]) -> str:
    """The XPath of the headline on most pages: of a node, or of its own text if it holds more than that."""
    nodes = [content.blocks[content.headline[1]].node for content in located if content.headline[1] >= 0]
    xpaths = [xpath for node in nodes for xpath in xpath_of(node)]
    proposed = ["//h1", *xpaths, *(f"{xpath}/text()" for xpath in xpaths)]
    headlines = [content.headline[0] for content in located]
    return max(proposed, key=lambda xpath: sum(map(str.__eq__, (page.text(xpath) for page in pages), headlines)))


def _common(pages: Sequence[Page], nodes: Sequence[Any]) -> str:
    """The XPath that selects these nodes on most pages, and some text on all of them; "" if there is none."""
    proposed = [xpath for node in nodes if node is not None for xpath in xpath_of(node)]
    everywhere = [xpath for xpath in proposed if all(page.text(xpath) for page in pages)]
    fits = {xpath: sum(map(is_, map(Page.first, pages, repeat(xpath)), nodes)) for xpath in everywhere}
    return max(everywhere, key=lambda xpath: fits[xpath], default="")


def _site_name(titles: Sequence[str]) -> str:
    """The end that all titles share; "" if they share none, or one that is too long for a name."""
    ends = {re.split(r"\s*[_|｜—–-]+\s*", title)[-1].strip() for title in titles}
    return "".join(ends) if len(ends) == 1 and max(map(len, ends)) <= _LONGEST_NAME else ""


def _article(pages: Sequence[SavedPage]) -> str:
    """A pattern of the addresses: the section, a date if there is one, and the last number as key."""
    pattern = _pattern(pages[0].url)
    for page in pages:
        if not re.fullmatch(pattern, page.url):
            reason = _("its address {url} has another form than the first page's").format(url=page.url)
            raise UsageFault(page.path, reason, _("name pages of one form, then widen the pattern by hand"))
    return pattern


def _pattern(url: str) -> str:
    parts = urlsplit(url)
    folders, _slash, file = parts.path.lstrip("/").rpartition("/")
    names = list(takewhile(lambda part: not _NUMBER.fullmatch(part), folders.split("/"))) if folders else []
    section = r"(?P<section>\w+(?:/\w+)*)/" if names else "(?P<section>)"
    rest = "/".join([*folders.split("/")[len(names) :], file] if folders else [file])
    return rf"http://{re.escape(parts.hostname or '')}/{section}{_digits(rest)}"


def _digits(rest: str) -> str:
    """A pattern of the rest of an address, with any digits: the last number is the key, a date the date."""
    date = _DATE.search(rest)
    start, end = date.span() if date else (0, 0)
    day = f"(?P<date>{_same_length(rest[start:end])})" if date else ""
    number = re.search(r"\d+(?=\D*$)", rest[end:])
    if not number:
        return _any_digits(rest[:start]) + day + _any_digits(rest[end:])
    first, last = number.span()
    before, after = _any_digits(rest[end:][:first]), _any_digits(rest[end:][last:])
    return _any_digits(rest[:start]) + day + before + r"(?P<key>\d+)" + after


def _same_length(date: str) -> str:
    """A pattern of as many digits in each number."""
    return re.sub(r"\d+", lambda digits: rf"\d{{{len(digits[0])}}}", date)


def _any_digits(text: str) -> str:
    return re.sub(r"[0-9]+", lambda _match: r"\d+", re.escape(text))
