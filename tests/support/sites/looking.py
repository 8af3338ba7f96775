"""Looks at a site, and crawls it by the proposed source, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from archive.article import Article
from archive.text.messages import worded
from archive.url import canonical
from crawler.extract.extractor import read, read_list
from crawler.propose.site import Answer, SourceProposal, look
from crawler.sources import Source
from tests.support.sites.stories import Site

NOW = datetime(2025, 11, 29, 2, tzinfo=UTC)
Ask = Callable[[str], bytes | None]


def proposal(url: str, ask: Ask, asked: list[str] | None = None) -> SourceProposal:
    """The proposal for a site whose pages `ask` returns, None for one that does not exist; notes what was asked."""
    steps = look(url, "site", NOW)
    address = next(steps)
    while True:
        if asked is not None:
            asked.append(address)
        page = ask(address)
        answer = Answer(address, reason=worded("HTTP 404")) if page is None else Answer(address, page)
        try:
            address = steps.send(answer)
        except StopIteration as end:
            found: SourceProposal = end.value
            return found


def asking(site: Site) -> Ask:
    def ask(url: str) -> bytes | None:
        status, _headers, body = site.answer(url)
        return body if status == 200 else None

    return ask


def crawled(site: Site, source: Source) -> dict[str, Article]:
    """The articles that all pages of the source's lists lead to, by canonical address."""
    articles: dict[str, Article] = {}
    for url in _rows(asking(site), source):
        if canonical(url) not in articles and (page := asking(site)(url)):
            articles[canonical(url)] = read(page, url, source=source).article
    return articles


def _rows(ask: Ask, source: Source) -> Iterator[str]:
    for url in source.lists:
        n, pages = 0, 1
        while n < pages and (page := ask(source.list_page(url, n))):
            listing = read_list(page, source.list_page(url, n), source)
            yield from filter(source.is_article, listing.rows)
            n, pages = n + 1, listing.pages
