"""Run spiders in this process, and return when all have ended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings as ScrapySettings
from twisted.python.failure import Failure

from archive.errors import Busy, NotAnArticle, NotFetched, Unusable
from archive.settings import Settings
from archive.text.translation import gettext as _
from crawler import reactor
from crawler import settings as scrapy_settings
from crawler.extract.extractor import Reading
from crawler.http.addresses import refuse_nameless
from crawler.http.failures import reason
from crawler.keeping import Fetched
from crawler.session import Scope, Session, scopes
from crawler.sources import sources_of
from crawler.spiders import ArticleSpider, spider_of


def crawl(sessions: Sequence[Session], settings: Settings) -> None:
    """Fetch what these sessions request, concurrently, with the contact and the delay of these settings.

    Raises the error that ended a session, such as WencangError if the archive can't be written. Like
    `run`, it can run once in a process.
    """
    for spider in run(sessions, settings):
        stats = spider.crawler.stats
        spider.session.report.interrupted |= bool(stats and stats.get_value("finish_reason") == "shutdown")
        if spider.session.fault:
            raise spider.session.fault


def fetch(url: str, settings: Settings) -> Reading:
    """The article at an address, of all its pages; nothing is archived.

    Raises NotAnArticle or NotFetched. Like `run`, it can run once in a process.
    """
    readings: list[Reading] = []
    sources = sources_of(settings)
    ((source, scope),) = scopes(Scope((url,)), (), sources)
    session = Session(source, sources, scope=scope)
    run([session], settings, lambda item: readings.append(item.reading), ITEM_PIPELINES={})
    if readings:
        return readings[0]
    outcome, subject, why = next(iter(session.report.notes), ("failed", url, _("nothing came back")))
    raise (NotAnArticle if outcome == "skipped" else NotFetched)(subject, why)


def run(
    sessions: Iterable[Session], settings: Settings, take: Callable[[Fetched], None] | None = None,
    base: type[ArticleSpider] = ArticleSpider, **options: Any,
) -> list[ArticleSpider]:  # fmt: skip
    """Run a spider of the class `base` for each session, concurrently; the spiders, once all have ended.

    `take` is called with each article; `options` are further settings of Scrapy. Raises UsageFault
    for a public site if no contact is set. It can run once in a process: Twisted's reactor does not
    start again.
    """
    sessions = list(sessions)
    for session in sessions:
        refuse_nameless(settings.contact, session.scope.urls or session.source.lists)
    logging.getLogger("scrapy").setLevel(logging.CRITICAL)  # what went wrong is in the report
    chosen = ScrapySettings()
    chosen.setmodule(scrapy_settings, priority="project")
    quiet = {"LOG_ENABLED": False, "LOG_INSTALL_ROOT_HANDLER": False}
    chosen.update(quiet | scrapy_settings.handed_over(settings) | options, priority="cmdline")
    reactor.use()
    process = AsyncCrawlerProcess(chosen)
    crawlers = [process.create_crawler(spider_of(session.source, session.scope, base)) for session in sessions]
    for crawler, session in zip(crawlers, sessions, strict=True):
        crawler.signals.connect(_count_fault, signals.spider_error)
        crawler.signals.connect(_count_fault, signals.item_error)
        crawler.signals.connect(_note_dropped, signals.request_dropped)
        if take:
            crawler.signals.connect(take, signals.item_scraped)
        process.crawl(crawler, session=session)
    process.start()
    return [crawler.spider for crawler in crawlers if isinstance(crawler.spider, ArticleSpider)]


def _count_fault(failure: Failure, response: Any, spider: ArticleSpider) -> None:
    """An internal error on one page: the page failed; the run goes on unless the archive is unusable."""
    if isinstance(failure.value, Unusable | Busy):
        spider.session.fault = failure.value
    else:
        spider.fail(response.meta, response.url, reason(failure))


def _note_dropped(request: Request, spider: ArticleSpider) -> None:
    """Scrapy drops a request, or a redirect, to an address that was requested before."""
    spider.dropped(request)
