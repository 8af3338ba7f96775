"""Scrapy's settings and nothing else; what the operator sets comes from archive/settings.py."""

from archive import settings

_set = settings.load()

BOT_NAME = "wencang"
SPIDER_MODULES = ["crawler.spiders"]
DOWNLOADER_MIDDLEWARES = {
    "crawler.exchange.HeadersNoted": 595,  # nearer to the network than Scrapy's decoding, 590
    "crawler.exchange.LedToFrontNoticed": 605,  # than its redirects, 600
}
ITEM_PIPELINES = {"crawler.pipelines.ArchivePipeline": 100}
DATA_FOLDER = str(_set.data)

# Polite: who we are, what is allowed, one request at a time, slower when the site is slow.
USER_AGENT = f"wencang/{settings.version()} (news archive; contact: {_set.contact or 'none given'})"
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 1  # of each spider, so that the scheduler's order is the order of requests
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = _set.delay
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = _set.delay
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
COOKIES_ENABLED = False
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024
DOWNLOAD_TIMEOUT = 60
RETRY_TIMES = 2

# Newest first, as the lists are: first in, first out.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
SCHEDULER_DISK_QUEUE = "scrapy.squeues.PickleFifoDiskQueue"

TELNETCONSOLE_ENABLED = False
LOG_LEVEL = "INFO"
