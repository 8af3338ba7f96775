"""Proposes a source from a few saved pages of its site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit

from archive.errors import NotAnArticle, UsageFault
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from crawler.extract.document import Page
from crawler.propose.forms import Sample, form
from crawler.sources import Source

_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d[-/]?[01]\d[-/]?[0-3]\d(?!\d)")
_NUMBER = re.compile(r"[\d-]{2,}")  # a folder that is a month or a day
_POWERED = re.compile(r"\s*-\s*Powered by .*")  # a forum's program
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
    layout = form([Sample(page.page, page.url) for page in pages])
    titles = [Page(page.page, page.url).title for page in pages]
    host = urlsplit(pages[0].url).hostname or ""
    site = host.removeprefix("www.")
    return Source(
        name=name, site=site, title=site_name(titles) or site, hosts=frozenset({host}),
        article=(re.compile(_article(pages)),), forms=(layout,), lists=tuple(lists), rows="//a/@href",
    )  # fmt: skip


def site_name(titles: Sequence[str]) -> str:
    """The end that all titles share; "" if they share none, or one that is too long for a name."""
    ends = {re.split(r"\s*[_|｜—–-]+\s*", _POWERED.sub("", title))[-1].strip() for title in titles}
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
