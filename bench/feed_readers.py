"""Each tool's own reader of feeds and sitemaps, called the same way, for bench.feeds.

    PYTHON -m bench.feed_readers TOOL

Reads [[name, "feed" or "sitemap", address], ...] from standard input and prints, by name, the addresses that the tool
would request as articles. Each library is imported when called: the peers live in environments of their own.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from urllib.request import urlopen

MOST_LISTS = 20


def wencang(kind: str, url: str) -> Iterator[str]:
    from crawler.extract.extractor import read_list
    from crawler.sources import Source

    article = re.compile(r"http://www\.example\.com/(?P<section>a)/(?P<key>[\w/-]+)\.html(?:\?.*)?")
    source = Source("sample", "example.com", "sample", frozenset(), (article,), ())
    waiting = [url]
    while waiting:
        listing = read_list(_fetched(waiting[0])[1], waiting.pop(0), source)
        yield from filter(source.is_article, listing.rows)
        waiting += [further.url for further in listing.lists][:MOST_LISTS]


def news_please(kind: str, url: str) -> Iterator[str]:
    """Its spiders' own methods, with the responses that Scrapy would hand them."""
    from newsplease.crawler.spiders.rss_crawler import RssCrawler
    from newsplease.crawler.spiders.sitemap_crawler import SitemapCrawler
    from scrapy import Spider
    from scrapy.crawler import Crawler

    class Rss(RssCrawler):  # type: ignore[misc]
        def __init__(self) -> None:
            Spider.__init__(self, "rss")

    class Map(SitemapCrawler):  # type: ignore[misc]
        def __init__(self) -> None:
            self.sitemap_urls = [url]
            super(SitemapCrawler, self).__init__("map")

    if kind == "feed":
        yield from (request.url for request in Rss().rss_parse(_response(url)))
        return
    spider = Map()
    spider._set_crawler(Crawler(Map))
    spider._max_size, spider._warn_size = 1 << 30, 1 << 30
    waiting = [url]
    while waiting:
        for request in spider._parse_sitemap(_response(waiting.pop(0))):
            if request.callback == spider._parse_sitemap:
                waiting.append(request.url)
            else:
                yield request.url


def fundus(kind: str, url: str) -> Iterator[str]:
    from fundus.scraping.url import RSSFeed, Sitemap

    yield from (RSSFeed if kind == "feed" else Sitemap)(url)


def trafilatura(kind: str, url: str) -> Iterator[str]:
    """Without its own fetching, which takes a proxy for one of SOCKS and refuses servers on this machine."""
    from trafilatura import feeds, sitemaps
    from trafilatura.utils import decode_file

    def fetch_url(url: str, **_options: object) -> str | None:
        try:
            return str(decode_file(_fetched(url)[1]))
        except OSError:
            return None

    feeds.fetch_url = sitemaps.fetch_url = fetch_url
    sitemaps.is_live_page = lambda *_arguments: True
    if kind == "feed":
        yield from feeds.find_feed_urls(url, sleep_time=0)
    else:
        yield from sitemaps.sitemap_search(url, max_sitemaps=MOST_LISTS, sleep_time=0)


def _fetched(url: str) -> tuple[dict[str, list[str]], bytes]:
    with urlopen(url) as response:
        return {name: [value] for name, value in response.headers.items()}, response.read()


def _response(url: str) -> object:
    from scrapy.http.headers import Headers
    from scrapy.responsetypes import responsetypes

    pairs, body = _fetched(url)
    headers = Headers(pairs)
    kind = responsetypes.from_args(headers=headers, url=url, body=body)
    return kind(url=url, headers=headers, body=body)


def main() -> None:
    logging.disable(logging.CRITICAL)
    reader = globals()[sys.argv[1].replace("-", "_")]
    found: dict[str, list[str]] = {}
    for name, kind, url in json.load(sys.stdin):
        rows = found.setdefault(name, [])
        try:
            rows.extend(reader(kind, url))
        except Exception as error:  # a tool that fails at a sample has found what it yielded until then
            print(f"{name}: {error!r}"[:200], file=sys.stderr)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
