"""The last step of every way in: a reading goes into the archive and is counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from archive.errors import WencangError
from archive.store import ArticleStore
from crawler.report import Report

if TYPE_CHECKING:  # an import of saved pages comes by here too, and needs no Scrapy
    from scrapy.crawler import Crawler

    from crawler.extractor import Reading


def keep(store: ArticleStore, reading: Reading, report: Report) -> None:
    """Put a reading's article and count it as new, changed or unchanged."""
    article = reading.article
    revision = store.put(article, reading.fetched, extractor=reading.extractor)
    if revision is None:
        report.count(article.source, "unchanged")
    else:
        first = store.versions(revision.article.id) == 1
        report.count(article.source, "new" if first else "changed")
    if reading.path == "general":
        report.general.append(article.url)


class ArchivePipeline:
    """Scrapy's item pipeline. An archive that can't be written ends the crawl at the spider's next page."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def open_spider(self) -> None:
        self._store = ArticleStore.create(Path(self._crawler.settings["DATA_FOLDER"]))

    def close_spider(self) -> None:
        self._store.close()

    def process_item(self, reading: Reading) -> Reading:
        spider: Any = self._crawler.spider
        try:
            keep(self._store, reading, spider.report)
        except WencangError as error:
            spider.fault = error
        return reading
