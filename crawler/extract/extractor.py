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
from crawler import sources
from crawler.extract.document import Page
from crawler.extract.fields import PageReader
from crawler.extract.indata import drawn, outweighs, text_in_data
from crawler.extract.plaintext import read_text
from crawler.extract.reading import VERSION, Reading, join
from crawler.extract.soft_errors import format_of
from crawler.sources import Source

__all__ = ["VERSION", "Listing", "Reading", "extract", "join", "read", "read_list", "read_text"]

_NO_TEXT = {Reason.NO_TEXT.code, Reason.SHORT.code, Reason.NO_TITLE.code}
_SHORT = 200  # characters of a body that may be the beginning of a longer one in data


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list: the addresses of its rows, as linked, and the number of pages it states, else 0."""

    rows: tuple[str, ...]
    pages: int


def extract(page: bytes, url: str) -> Article:
    """The article of a page. Raises NotAnArticle."""
    return read(page, url).article


def read(
    page: bytes, url: str, fetched: datetime | None = None, part_of: str = "", source: Source | None = None
) -> Reading:
    """The article of a page and how it was read; `url` may be empty.

    `part_of` is the address of the first page if this is a further page of an article (`join` makes
    one article of them). The rules are those of `source`, by default of the source that owns the
    address. Raises NotAnArticle, with the reason.
    """
    parsed = Page(page, url)
    parsed.decoded.checked(url)
    if format := format_of(parsed.source):
        raise NotAnArticle(url, Reason.NOT_HTML.format(format=format))
    url = parsed.url = untracked(url or parsed.own_address())
    source = source or (sources.of(url) if url else _named_in(parsed))
    if source and source.is_list(url):
        raise NotAnArticle(url, Reason.ADDRESS_OF_LIST)
    forms = source.forms if source else ()
    form = next((form for form in forms if form.served(fetched) and parsed.first(form.mark) is not None), None)
    if source and not form and not url and parsed.links(source.rows):
        raise NotAnArticle(url, Reason.IS_LIST)
    first = canonical(part_of or url)
    try:
        reading = PageReader(parsed, url, source, form, fetched).read(first)
    except NotAnArticle as error:
        if error.reason.code not in _NO_TEXT or not (prose := text_in_data(parsed)):
            raise
    else:
        if reading.path == "rules" or len(reading.article.body) > _SHORT or not (prose := text_in_data(parsed)):
            return reading
        if not outweighs(prose, reading.article.title, reading.article.body):
            return reading
    return PageReader(drawn(parsed, prose, fetched), url, source, None, fetched, prose.where).read(first)


def read_list(page: bytes, url: str, source: Source) -> Listing:
    """The rows of one page of a source's list."""
    parsed = Page(page, url)
    count = source.page_count.search(parsed.source) if source.page_count else None
    hrefs = parsed.hrefs(source.rows)
    if source.row:
        hrefs = [match[1] for href in hrefs if (match := source.row.search(href))]
    return Listing(tuple(parsed.addresses(hrefs)), int(count[1]) if count else 0)


def _named_in(page: Page) -> Source | None:
    """The source whose name is in the title of a page that was saved without its address."""
    return next((source for source in sources.every() if source.title in page.title), None)
