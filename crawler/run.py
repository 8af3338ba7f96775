"""Run spiders in this process and give back what they did."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from twisted.python.failure import Failure

from archive.errors import Busy, NotAnArticle, NotFetched, Unusable
from archive.translation import gettext as _
from archive.url import canonical
from crawler import settings, sources
from crawler.extract.extractor import Reading
from crawler.http.addresses import host_of, refuse_nameless
from crawler.http.failures import reason
from crawler.pipelines import Fetched
from crawler.report import Report
from crawler.sources import Source
from crawler.spiders import ArticleSpider, spider_of

_NO_ADDRESS = re.compile(r"(?!)")


def crawl(
    chosen: Sequence[Source], report: Report, *, urls: Iterable[str] = (), since: date | None = None,
    until: date | None = None, due: bool = False, images: bool = False, max_pages: int = 0, max_time: float = 0,
) -> None:  # fmt: skip
    """Fetch these sources, or only these addresses, into the archive of the settings.

    `since` and `until` are the first and the last day of publication, as far as an address
    tells it; with `due` nothing is asked for that is not due (crawler/frontier.py); with `images`
    the pictures of the articles are kept too.
    A page limit or a time limit (seconds) of 0 is none; both end the run cleanly, after
    what is under way. Raises WencangError where the archive can't be written. Can run once
    in a process: Twisted's reactor does not start again.
    """
    common: dict[str, Any] = {"report": report, "since": since, "until": until, "due": due, "images": images}
    jobs = [(spider_of(source), common | {"urls": urls}) for source, urls in _by_source(urls)]
    jobs = jobs or [(spider_of(source), common) for source in chosen]
    for spider in run(jobs, CLOSESPIDER_PAGECOUNT=max_pages, CLOSESPIDER_TIMEOUT=max_time):
        report.interrupted |= (
            spider.crawler.stats is not None and spider.crawler.stats.get_value("finish_reason") == "shutdown"
        )
        if spider.fault:
            raise spider.fault


def fetch(url: str) -> Reading:
    """The article at an address, of all its pages; nothing is archived.

    Raises NotAnArticle or NotFetched. Can run once, as crawl.
    """
    found: list[Reading] = []
    report = Report()
    jobs = [(spider_of(source), {"report": report, "urls": urls}) for source, urls in _by_source([url])]
    run(jobs, lambda item: found.append(item.reading), ITEM_PIPELINES={})
    if found:
        return found[0]
    outcome, subject, why = next(iter(report.notes), ("failed", url, _("nothing came back")))
    raise (NotAnArticle if outcome == "skipped" else NotFetched)(subject, why)


def run(
    jobs: Iterable[tuple[type[ArticleSpider], dict[str, Any]]], take: Callable[[Fetched], None] | None = None,
    **options: Any,
) -> list[ArticleSpider]:  # fmt: skip
    """Run spiders side by side until all have ended; the spiders, with what they found.

    `take` is called with each article.
    """
    jobs = list(jobs)
    for spider_class, arguments in jobs:
        refuse_nameless(settings.CONTACT, arguments.get("urls") or spider_class.source.lists)
    logging.getLogger("scrapy").setLevel(logging.CRITICAL)  # what went wrong is in the report
    chosen = Settings()
    chosen.setmodule(settings, priority="project")
    chosen.update({"LOG_ENABLED": False, "LOG_INSTALL_ROOT_HANDLER": False} | options, priority="cmdline")
    process = AsyncCrawlerProcess(chosen)
    crawlers = [(process.create_crawler(spider_class), arguments) for spider_class, arguments in jobs]
    for crawler, arguments in crawlers:
        crawler.signals.connect(_count_fault, signals.spider_error)
        crawler.signals.connect(_count_fault, signals.item_error)
        crawler.signals.connect(_note_dropped, signals.request_dropped)
        if take:
            crawler.signals.connect(take, signals.item_scraped)
        process.crawl(crawler, **arguments)
    process.start()
    return [crawler.spider for crawler, _arguments in crawlers if isinstance(crawler.spider, ArticleSpider)]


def _count_fault(failure: Failure, response: Any, spider: ArticleSpider) -> None:
    """A fault of ours on one page: the page failed, the run goes on, if the archive can be used."""
    if isinstance(failure.value, Unusable | Busy):
        spider.fault = failure.value
    else:
        spider.report.count(spider.source.site, "failed", response.url, reason(failure), response.meta.get("list", ""))


def _note_dropped(request: Request, spider: ArticleSpider) -> None:
    """Nothing is asked for twice in a run, whatever redirects there."""
    spider.dropped(request)


def _by_source(urls: Iterable[str]) -> list[tuple[Source, tuple[str, ...]]]:
    """The addresses, each with its source or, where it has none, its host's."""
    found: dict[str, tuple[Source, list[str]]] = {}
    for url in urls:
        host = host_of(url)
        source = sources.of(url) or _unknown(urlsplit(canonical(url)).hostname or host)
        found.setdefault(source.name, (source, []))[1].append(url)
    return [(source, tuple(some)) for source, some in found.values()]


def _unknown(host: str) -> Source:
    """A site that no source describes: its pages are read by general means."""
    site = host.removeprefix("www.")
    return Source(site, site, site, hosts=frozenset(), article=_NO_ADDRESS, forms=())
