"""The last step of every way in: an article and its raw pages go into the archive and are counted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from archive.errors import WencangError
from archive.ledger import Ledger
from archive.pages import FetchedPage, Pages
from archive.store import ArticleStore
from crawler.frontier import Frontier
from crawler.report import Report

if TYPE_CHECKING:  # an import of saved pages comes by here too, and needs no Scrapy
    from scrapy.crawler import Crawler

    from crawler.extractor import Reading


@dataclass(frozen=True, slots=True)
class Fetched:
    """A reading, and the raw pages it was read from, the article's own address first."""

    reading: Reading
    pages: tuple[FetchedPage, ...] = ()
    address: str = ""  # that a crawl asked for


def keep(store: ArticleStore, pages: Pages, fetched: Fetched, report: Report) -> None:
    """Put a reading's article, with its raw pages if it is a new version; count it as new, changed or unchanged."""
    reading = fetched.reading
    article = reading.article
    if reading.missing:
        report.incomplete.append((article.url, reading.missing))
        if store.get(article.url):  # a whole one may be kept
            report.count(article.source, "failed", article.url, "pages of it are missing")
            return
    revision = store.put(
        article, reading.fetched, extractor=reading.extractor,
        keep=lambda earlier: tuple(pages.append(page, earlier) for page in fetched.pages),
    )  # fmt: skip
    if revision is None:
        report.count(article.source, "unchanged")
    else:
        first = store.versions(revision.article.id) == 1
        report.count(article.source, "new" if first else "changed")
    if reading.path == "general":
        report.general.append((article.source, article.url))


class ArchivePipeline:
    """Scrapy's item pipeline. An archive that can't be written ends the crawl at the spider's next page."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def open_spider(self) -> None:
        data = Path(self._crawler.settings["DATA_FOLDER"])
        self._store, self._pages = ArticleStore.create(data), Pages(data)
        spider: Any = self._crawler.spider
        spider.frontier = Frontier(Ledger(self._store), spider.source, spider.due)

    def close_spider(self) -> None:
        self._store.close()
        self._pages.close()

    def process_item(self, fetched: Fetched) -> Fetched:
        spider: Any = self._crawler.spider
        try:
            keep(self._store, self._pages, fetched, spider.report)
            spider.frontier.read(fetched.address)  # after it is kept: a crash between asks for it once more
        except WencangError as error:
            spider.fault = error
        return fetched
