"""Extracts the article of a page, by the rules of its source or else by general means.

Pure: no network, no disk, no clock; the time of fetching is a parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from archive.article import Article
from archive.errors import NotAnArticle
from archive.text.messages import Reason
from archive.url import canonical, untracked
from crawler.extract.dates import Moment, find_compact, find_date
from crawler.extract.document import Page, text_of
from crawler.extract.feeds import FORM, Entry, Listing, page_of, read_feed, unzipped
from crawler.extract.fields import PageReader
from crawler.extract.indata import drawn, outweighs, text_in_data, unfold
from crawler.extract.plaintext import read_text
from crawler.extract.reading import VERSION, Reading, join
from crawler.extract.soft_errors import format_of
from crawler.sources import SHIPPED, Source, Sources

__all__ = [
    "VERSION", "Entry", "Listing", "Reading", "extract", "join", "read", "read_entry", "read_from_feed", "read_list",
    "read_text",
]  # fmt: skip

_NO_TEXT = {Reason.NO_TEXT.code, Reason.SHORT.code, Reason.NO_TITLE.code}
_ROW_DEPTH, _ROW_REST = 3, 60  # nodes around a link, and characters beside it, in which the date of a row is
_SHORT = 200  # characters of a body that may be the beginning of a longer one in data


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


def read_list(body: bytes, url: str, source: Source) -> Listing:
    """The rows of one page of a source's list, whatever kind of list its bytes are.

    Raises NotAnArticle for what is not text, is too large, or is XML that declares entities.
    """
    body = unzipped(body, url)
    if feed := read_feed(body, url, source):
        return feed
    parsed = Page(body, url)
    unfold(parsed)
    count = source.page_count.search(parsed.source) if source.page_count else None
    hrefs = parsed.hrefs(source.rows)
    if source.row:
        hrefs = [match[1] for href in hrefs if (match := source.row.search(href))]
    urls = parsed.addresses(hrefs)
    dates = _dates(parsed, {canonical(url) for url in urls if source.is_article(url) and not source.day(url)})
    entries = tuple(Entry(url, published=dates.get(canonical(url))) for url in urls)
    return Listing(entries, int(count[1]) if count else 0)


def _dates(page: Page, wanted: set[str]) -> dict[str, Moment]:
    """The dates that stand beside the links to these addresses, each in a row of its own."""
    if not wanted:
        return {}
    links = {node: url for node in page.root.iter("a") if (url := _target(page, node)) in wanted}
    moments = ((url, _beside(node, url, links)) for node, url in links.items())
    return {url: moment for url, moment in moments if moment}


def _target(page: Page, link: Any) -> str:
    return canonical(page.absolute(link.get("href") or ""))


def _beside(link: Any, url: str, links: Mapping[Any, str]) -> Moment | None:
    """The date in the row of a link: a node around it with little more text, and no other article."""
    own = text_of(link)
    for holder in islice(link.iterancestors(), _ROW_DEPTH):
        if holder.tag in ("body", "html") or any(links.get(other, url) != url for other in holder.iter("a")):
            return None
        rest = text_of(holder).replace(own, " ", 1)
        if len(rest) > _ROW_REST:
            return None
        stated = (find_compact(text_of(time)) for time in holder.iter("time"))
        if moment := next(filter(None, stated), None) or find_date(rest):
            return moment
    return None


def read_entry(entry: Entry, source: Source, fetched: datetime | None = None) -> Reading:
    """The article of which a feed holds the 正文. Raises NotAnArticle."""
    reading = PageReader(Page(page_of(entry), entry.url), entry.url, source, FORM, fetched).read(canonical(entry.url))
    return replace(reading, path="feed")


def read_from_feed(body: bytes, url: str, address: str, sources: Sources, fetched: datetime | None = None) -> Reading:
    """The article at an address, of the bytes of a feed that holds its 正文. Raises NotAnArticle."""
    source, key = sources.of(address), canonical(address)
    entries = read_list(body, url, source).entries if source else ()
    entry = next((entry for entry in entries if entry.text and canonical(entry.url) == key), None)
    if not source or not entry:
        raise NotAnArticle(address, Reason.NO_TEXT)
    return read_entry(entry, source, fetched)


def _named_in(page: Page, sources: Sources) -> Source | None:
    """The source whose name is in the title of a page that was saved without its address."""
    return next((source for source in sources.every() if source.title in page.title), None)
