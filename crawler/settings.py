"""Scrapy's settings and nothing else; what the operator sets comes from archive/settings.py."""

from archive import settings

_set = settings.load()

BOT_NAME = "wencang"
SPIDER_MODULES = ["crawler.spiders"]
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "crawler.http.offsite.Offsite": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.http.robots.Robots": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawler.http.exchange.HeadersNoted": 595,  # nearer to the network than Scrapy's decoding, 590
    "crawler.http.exchange.LedToFrontNoticed": 605,  # than its redirects, 600
    "crawler.http.retry.Retry": 610,
}
DOWNLOAD_HANDLERS = {"http": "crawler.http.transport.Transport", "https": "crawler.http.transport.Transport"}
ITEM_PIPELINES = {"crawler.pipelines.ArchivePipeline": 100}
DATA_FOLDER = str(_set.data)
LOOKS = _set.looks
IMAGES = _set.images  # whether the pictures of articles are kept, too

# Polite: who we are, what is allowed, one request at a time, slower when the site is slow.
CONTACT = _set.contact
USER_AGENT = f"wencang/{settings.version()} (news archive; contact: {CONTACT or 'none given'})"
CONCURRENT_REQUESTS = 1  # of each spider, so that the scheduler's order is the order of requests
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = _set.delay
DOWNLOAD_DELAY_JITTER = 0  # which would make every other wait shorter than the delay
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = _set.delay
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
COOKIES_ENABLED = False
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024
DOWNLOAD_TIMEOUT = 60
RETRY_TIMES = 2
REDIRECT_MAX_TIMES = 5

# Newest first, as the lists are: first in, first out.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
SCHEDULER_DISK_QUEUE = "scrapy.squeues.PickleFifoDiskQueue"

# Fast: neither a hundred tasks for what a callback yields, nor its source read again at each call.
CONCURRENT_ITEMS = 1
WARN_ON_GENERATOR_RETURN_VALUE = False

# Nobody steers a running crawl; these are not even loaded, which would take a fifth of a second.
EXTENSIONS = {"scrapy.extensions.telnet.TelnetConsole": None, "scrapy.extensions.remote_control.RemoteControl": None}
LOG_LEVEL = "INFO"
