"""Extracts the article of a page, by the rules of its source or else by general means.

Pure: no network, no disk, no clock; the time of fetching is a parameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.article import Article
from archive.errors import NotAnArticle
from archive.text.messages import Reason
from archive.url import canonical, untracked
from crawler.extract.document import Page
from crawler.extract.fields import PageReader
from crawler.extract.plaintext import read_text
from crawler.extract.reading import VERSION, Reading, join
from crawler.extract.soft_errors import format_of
from crawler.sources import SHIPPED, Source, Sources

__all__ = ["VERSION", "Listing", "Reading", "extract", "join", "read", "read_list", "read_text"]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list: the addresses of its rows, as linked, and the number of pages it states, else 0."""

    rows: tuple[str, ...]
    pages: int


def extract(page: bytes, url: str) -> Article:
    """The article of a page. Raises NotAnArticle."""
    return read(page, url).article


def read(
    page: bytes, url: str, fetched: datetime | None = None, part_of: str = "", source: Source | None = None,
    sources: Sources = SHIPPED,
) -> Reading:  # fmt: skip
    """The article of a page and how it was read; `url` may be empty.

    `part_of` is the address of the first page if this is a further page of an article (`join` makes
    one article of them). The rules are those of `source`, by default of the one of `sources` that owns
    the address. Raises NotAnArticle, with the reason.
    """
    parsed = Page(page, url)
    parsed.decoded.checked(url)
    if format := format_of(parsed.source):
        raise NotAnArticle(url, Reason.NOT_HTML.format(format=format))
    url = parsed.url = untracked(url or parsed.own_address())
    source = source or (sources.of(url) if url else _named_in(parsed, sources))
    if source and source.is_list(url):
        raise NotAnArticle(url, Reason.ADDRESS_OF_LIST)
    forms = source.forms if source else ()
    form = next((form for form in forms if form.served(fetched) and parsed.first(form.mark) is not None), None)
    if source and not form and not url and parsed.links(source.rows):
        raise NotAnArticle(url, Reason.IS_LIST)
    return PageReader(parsed, url, source, form, fetched).read(canonical(part_of or url))


def read_list(page: bytes, url: str, source: Source) -> Listing:
    """The rows of one page of a source's list."""
    parsed = Page(page, url)
    count = source.page_count.search(parsed.source) if source.page_count else None
    hrefs = parsed.hrefs(source.rows)
    if source.row:
        hrefs = [match[1] for href in hrefs if (match := source.row.search(href))]
    return Listing(tuple(parsed.addresses(hrefs)), int(count[1]) if count else 0)


def _named_in(page: Page, sources: Sources) -> Source | None:
    """The source whose name is in the title of a page that was saved without its address."""
    return next((source for source in sources.every() if source.title in page.title), None)
