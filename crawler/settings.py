"""Scrapy's settings. Those that the operator sets are handed over when a crawl starts (`handed_over`)."""

from __future__ import annotations

from archive import settings

BOT_NAME = "wencang"
SPIDER_LOADER_CLASS = "crawler.spiders.Spiders"
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "crawler.http.offsite.Offsite": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.http.robots.Robots": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawler.http.exchange.HeadersNoted": 595,  # nearer to the network than Scrapy's decoding, 590
    "crawler.http.exchange.LedToFrontNoticed": 605,  # than its redirects, 600
    "crawler.http.circles.Circles": 604,
    "crawler.http.retry.Retry": 610,
}
DOWNLOAD_HANDLERS = {"http": "crawler.http.transport.Transport", "https": "crawler.http.transport.Transport"}
ITEM_PIPELINES = {"crawler.pipelines.ArchivePipeline": 100}

# Polite: one request at a time, slower when the site is slow.
CONCURRENT_REQUESTS = 1  # of each spider, so that the scheduler's order is the order of requests
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY_JITTER = 0  # which would make every other wait shorter than the delay
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
COOKIES_ENABLED = False
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024
DOWNLOAD_TIMEOUT = 60
RETRY_TIMES = 2
REDIRECT_MAX_TIMES = 5
URLLENGTH_LIMIT = 0  # the spider counts what is too long, Scrapy drops it silently

# First in, first out: the lists name the newest articles first.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
SCHEDULER_DISK_QUEUE = "scrapy.squeues.PickleFifoDiskQueue"

# Faster: no hundred tasks for what a callback yields, and no reading of its source at each call.
CONCURRENT_ITEMS = 1
WARN_ON_GENERATOR_RETURN_VALUE = False

# Not used; not loading them saves a fifth of a second.
EXTENSIONS = {"scrapy.extensions.telnet.TelnetConsole": None, "scrapy.extensions.remote_control.RemoteControl": None}
LOG_LEVEL = "INFO"


def handed_over(chosen: settings.Settings) -> dict[str, str | float]:
    """What the operator has set, under the names of Scrapy's settings."""
    contact = chosen.contact or "none given"
    return {
        "DATA_FOLDER": str(chosen.data),
        "CONTACT": chosen.contact,
        "USER_AGENT": f"wencang/{settings.version()} (news archive; contact: {contact})",
        "DOWNLOAD_DELAY": chosen.delay,
        "AUTOTHROTTLE_START_DELAY": chosen.delay,
        # Bytes of pages that are being read: with a delay nothing is requested meanwhile, so that what a page
        # links to takes its place in the order of requests; without one, reading and fetching overlap.
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 1 if chosen.delay else 5_000_000,
    }
