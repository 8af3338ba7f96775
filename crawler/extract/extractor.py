"""A page's bytes, or plain text, to an article: by the source's rules, else by general means.

Pure: no network, no disk, no clock; the time a page was fetched is a parameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.article import Article
from archive.errors import NotAnArticle
from archive.text.messages import Reason
from archive.url import canonical
from crawler import sources
from crawler.extract.document import Page
from crawler.extract.encoding import is_binary
from crawler.extract.fields import PageReader
from crawler.extract.plaintext import read_text
from crawler.extract.reading import VERSION, Reading, join
from crawler.sources import Source

__all__ = ["VERSION", "Listing", "Reading", "extract", "join", "read", "read_list", "read_text"]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list: the addresses of its rows (canonical), and how many pages it says there are, or 0."""

    rows: tuple[str, ...]
    pages: int


def extract(page: bytes, url: str) -> Article:
    """The article of a page; raises NotAnArticle."""
    return read(page, url).article


def read(
    page: bytes, url: str, fetched: datetime | None = None, part_of: str = "", source: Source | None = None
) -> Reading:
    """The article of a page and how it was read; `url` may be empty.

    `part_of` is the first page's address where this is a further page of an article: join
    makes one of them; `source` is whose rules are used, else that of the address. Raises NotAnArticle, with the reason.
    """
    parsed = Page(page, url)
    if is_binary(parsed.source):
        raise NotAnArticle(url, Reason.NOT_TEXT)
    url = parsed.url = canonical(url) or canonical(parsed.own_address())
    source = source or (sources.of(url) if url else _named_in(parsed))
    if source and source.is_list(url):
        raise NotAnArticle(url, Reason.ADDRESS_OF_LIST)
    forms = source.forms if source else ()
    form = next((form for form in forms if form.served(fetched) and parsed.first(form.mark) is not None), None)
    if source and not form and not url and parsed.links(source.rows):
        raise NotAnArticle(url, Reason.IS_LIST)
    return PageReader(parsed, url, source, form, fetched).read(canonical(part_of) or url)


def read_list(page: bytes, url: str, source: Source) -> Listing:
    """The rows of one page of a source's list."""
    parsed = Page(page, url)
    said = source.page_count.search(parsed.source) if source.page_count else None
    hrefs = parsed.hrefs(source.rows)
    if source.row:
        hrefs = [match[1] for href in hrefs if (match := source.row.search(href))]
    return Listing(tuple(parsed.addresses(hrefs)), int(said[1]) if said else 0)


def _named_in(page: Page) -> Source | None:
    """The source that a page saved without its address names in its title."""
    return next((source for source in sources.every() if source.title in page.title), None)
