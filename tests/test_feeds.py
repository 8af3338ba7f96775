"""Lists in all formats: what a feed or a sitemap says, hostile ones, and crawls of sources that have them."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.article import SHANGHAI, Revision
from archive.errors import NotAnArticle
from archive.settings import Settings, load
from archive.storage import of as storage_of
from archive.store import ArticleStore
from archive.tables.ledger import Ledger, Section
from archive.warc.pages import Pages
from crawler import beside
from crawler.extract.extractor import Entry, Listing, read_entry, read_from_feed, read_list
from crawler.extract.feeds import Kind
from crawler.reextract import reread
from crawler.report import Report
from crawler.session import Scope
from crawler.sources import SHIPPED
from tests.support.site import ARTICLE, LIST, ROW, Reply, answering, rows

TIBET = SHIPPED.load("tibet_cn")
FEED = "http://www.tibet.cn/cn/feed.xml"
SITEMAP = "http://www.tibet.cn/sitemap.xml"
UNDATED = re.compile(r"http://www\.tibet\.cn/cn/(?P<section>news/yc)/(?P<key>\d+)\.html")
DAY = datetime(2023, 5, 10, 8, tzinfo=SHANGHAI)
WHOLE = "".join(
    f"<p>{number}月，牧民把牛羊赶到夏季草场，合作社的技术员逐户登记，给牲畜打疫苗。</p>" for number in range(1, 30)
)
TEASER = (
    "<html><head><title>题目一二三四五</title></head><body><div class='title_box'><h2>题目一二三四五</h2>"
    "<div class='info'>发布时间：2023-05-10 08:00:00 来源：中国西藏网</div></div>"
    "<div id='text'><p>牧民把牛羊赶到夏季草场，全文请下载客户端阅读。</p></div></body></html>"
).encode()


def row(n: int) -> str:
    return ROW.format(n=n)


# Formats


@dataclass(frozen=True)
class Item:
    """What is written in each of the formats."""

    number: int
    title: str
    published: datetime | None
    text: str

    @property
    def url(self) -> str:
        return row(self.number)


def rss(items: list[Item]) -> str:
    def one(item: Item) -> str:
        time = f"<pubDate>{format_datetime(item.published)}</pubDate>" if item.published else ""
        text = f"<content:encoded><![CDATA[{item.text}]]></content:encoded>" if item.text else ""
        return (
            f"<item><title>{escape(item.title)}</title><link>{item.url}</link><description>摘要</description>{time}{text}"
            f"<guid isPermaLink='false'>{item.number}</guid><media:title>图</media:title></item>"
        )

    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>频道</title><link>http://www.tibet.cn/'
        f"</link>{''.join(map(one, items))}</channel></rss>"
    )


def rdf(items: list[Item]) -> str:
    def one(item: Item) -> str:
        time = f"<dc:date>{item.published.isoformat()}</dc:date>" if item.published else ""
        text = f"<content:encoded>{escape(item.text)}</content:encoded>" if item.text else ""
        return f"<item rdf:about='{item.url}'><title>{escape(item.title)}</title>{time}{text}</item>"

    return (
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel rdf:about='http://www.tibet.cn/'><title>频道</title></channel>{''.join(map(one, items))}</rdf:RDF>"
    )


def atom(items: list[Item]) -> str:
    def one(item: Item) -> str:
        time = f"<a:published>{item.published.isoformat()}</a:published>" if item.published else ""
        text = f"<a:content type='html'>{escape(item.text)}</a:content>" if item.text else ""
        return (
            f"<a:entry><a:id>tag:{item.number}</a:id><a:link rel='enclosure' href='/a.mp3'/><a:link href='{item.url}'/>"
            f"<a:title type='html'>{escape(escape(item.title))}</a:title>{time}{text}</a:entry>"
        )

    return (
        f"<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:link href='http://www.tibet.cn/'/>{''.join(map(one, items))}"
        "</a:feed>"
    )


def json_feed(items: list[Item]) -> str:
    def one(item: Item) -> dict[str, str]:
        time = {"date_published": item.published.isoformat()} if item.published else {}
        return {"id": str(item.number), "url": item.url, "title": item.title, "content_html": item.text} | time

    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [*map(one, items)]})


def news(items: list[Item]) -> str:
    def one(item: Item) -> str:
        time = f"<n:publication_date>{item.published.isoformat()}</n:publication_date>" if item.published else ""
        return (
            f"<url><loc>{item.url}</loc><n:news><n:publication><n:name>网</n:name></n:publication>{time}"
            f"<n:title>{escape(item.title)}</n:title></n:news><i:image><i:loc>http://www.tibet.cn/1.jpg</i:loc></i:image></url>"
        )

    return (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://www.google.com/schemas/"
        "sitemap-news/0.9' xmlns:i='http://www.google.com/schemas/sitemap-image/1.1'>"
        f"{''.join(map(one, items))}</urlset>"
    )


FORMATS: dict[Callable[[list[Item]], str], Kind] = {
    rss: "rss", rdf: "rss", atom: "atom", json_feed: "json", news: "sitemap",
}  # fmt: skip
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2026, 1, 1)).map(
    lambda time: time.replace(microsecond=0, tzinfo=SHANGHAI)
)
ITEMS = st.lists(
    st.builds(
        Item, st.integers(0, 99), st.sampled_from(["援藏", "A & B", "“引号” <题>", "1 < 2"]), st.none() | TIMES,
        st.sampled_from(["", "<p>正文。</p>", "<p>一 &amp; 二</p><p>三</p>"]),
    ),
    max_size=6, unique_by=lambda item: item.number,
)  # fmt: skip


def listing(text: str | bytes, url: str = FEED) -> Listing:
    return read_list(text if isinstance(text, bytes) else text.encode(), url, TIBET)


@given(ITEMS, st.sampled_from([*FORMATS]), st.integers(0, 2))
def test_items_give_the_same_rows_in_every_format(
    items: list[Item], write: Callable[[list[Item]], str], wrappings: int
) -> None:
    body = write(items).encode()
    for _wrapping in range(wrappings):
        body = gzip.compress(body)
    read = listing(body)
    assert read.kind == FORMATS[write]
    assert read.rows == tuple(item.url for item in items)
    for entry, item in zip(read.entries, items, strict=True):
        assert (entry.published.time if entry.published else None) == item.published
        assert entry.title in (item.title, item.title.replace("<题>", "").strip()), "tags are taken out of a title"
        assert entry.text == ("" if write is news else item.text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16", "big5"])
def test_the_encoding_is_what_the_bytes_are(encoding: str) -> None:
    items = [Item(n, f"高原上的公路通了{n}", None, "<p>這條路走了五年，沿途的村莊都通了車。</p>" * 9) for n in range(9)]
    text = rss(items).replace('"utf-8"', f'"{encoding}"')
    if encoding == "gbk":
        text = text.replace("這條", "这条").replace("莊", "庄").replace("車", "车")
    if encoding == "big5":
        text = text.replace("频", "頻").replace("图", "圖")
    read = listing(text.encode(encoding, "xmlcharrefreplace"))
    assert [entry.title for entry in read.entries] == [item.title for item in items]


@pytest.mark.parametrize(
    "broken",
    [
        "Warning: mysql_connect() in rss.php\n<?xml version='1.0'?><rss><channel>{items}</channel></rss>",
        "\n\n<rss><channel>{items}",
        "<rss><channel>\x0b{items}</channel></rss>",
        "<rss><channel><title>A&nbsp;B & C</title>{items}</channel></rss>",
        "<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' 'http://my.netscape.com/rss-0.91.dtd'>"
        "<rss version='0.91'><channel>{items}</channel></rss>",
        "<?xml-stylesheet href='/rss.xsl' type='text/xsl'?><rss><!-- <html> --><channel>{items}</channel></rss>",
        "<feed>{entries}</feed>",
        "<feed xmlns='http://purl.org/atom/ns#' version='0.3'>{entries}",
    ],
)
def test_a_broken_feed_is_read_as_far_as_it_goes(broken: str) -> None:
    query = "http://www.tibet.cn/cn/news/yc/202305/t20230510_7460001.html?a=1&b=2"
    items = f"<item><title>题&mdash;目</title><link>\n {query} </link><dc:date>2023-05-10</dc:date></item>"
    entries = f"<entry><title>题&mdash;目</title><link href='{query}'/><dc:date>2023-05-10</dc:date></entry>"
    (entry,) = listing(broken.format(items=items, entries=entries)).entries
    assert (entry.url, entry.title) == (query, "题—目")
    assert entry.published
    assert (entry.published.time, entry.published.timed) == (datetime(2023, 5, 10, tzinfo=SHANGHAI), False)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Wed, 10 May 2023 08:15:00 +0800", "2023-05-10T08:15:00+08:00"),
        ("Wed, 10 May 2023 00:15:00 GMT", "2023-05-10T08:15:00+08:00"),
        ("2023-05-10T08:15:00+08:00", "2023-05-10T08:15:00+08:00"),
        ("2023-05-10T00:15:00Z", "2023-05-10T08:15:00+08:00"),
        ("2023-05-10 08:15:00", "2023-05-10T08:15:00+08:00"),
        ("2023年5月10日 8:15", "2023-05-10T08:15:00+08:00"),
        ("2023/5/10 8:15", "2023-05-10T08:15:00+08:00"),
        ("昨天", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_the_time_of_a_row(written: str, meant: str | None) -> None:
    (entry,) = listing(f"<rss><item><link>{row(1)}</link><pubDate>{written}</pubDate></item></rss>").entries
    assert (entry.published and entry.published.time.isoformat()) == meant


def test_of_several_addresses_that_of_an_article_is_taken() -> None:
    item = f"<item><link>http://feed.example.net/r/1</link><guid>{row(1)}</guid></item><item><link>/cn/x/</link></item>"
    assert listing(f"<rss>{item}</rss>").rows == (row(1), "http://www.tibet.cn/cn/x/")


def test_an_index_names_further_lists_and_when_they_changed() -> None:
    index = (
        "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        "<sitemap><loc>/a.xml.gz</loc><lastmod>2023-05-10</lastmod></sitemap>"
        "<sitemap><loc>/b.xml</loc><lastmod>2023-05-10T08:00:00+08:00</lastmod></sitemap>"
        "<sitemap><loc>/c.xml</loc></sitemap></sitemapindex>"
    )
    read = listing(index, SITEMAP)
    assert (read.kind, read.rows) == ("index", ())
    assert [(further.url.rpartition("/")[2], further.modified) for further in read.lists] == [
        ("a.xml.gz", datetime(2023, 5, 11, tzinfo=SHANGHAI)),  # on that day
        ("b.xml", datetime(2023, 5, 10, 8, tzinfo=SHANGHAI)),
        ("c.xml", None),
    ]


def test_the_next_page_of_a_feed() -> None:
    paged = "<link rel='next' href='?page=2'/><entry><link rel='next' href='/x'/></entry>"
    assert listing(f"<feed xmlns='http://www.w3.org/2005/Atom'>{paged}</feed>").next == f"{FEED}?page=2"
    assert listing(json.dumps({"version": "https://jsonfeed.org/version/1", "items": [], "next_url": "/2"})).next
    assert listing(f"{row(1)}\n{row(2)}\n").rows == (row(1), row(2)), "a sitemap may be plain text"


@pytest.mark.parametrize(
    "body",
    [
        "<html><body><a href='/feed.xml'>RSS</a><p>&lt;rss&gt;</p><rss></rss></body></html>",
        '{"items": [{"url": "http://www.tibet.cn/1"}]}',
        "{broken",
        "http 是一种协议",
        "",
    ],
)
def test_what_is_no_feed_is_a_page(body: str) -> None:
    assert listing(body) == Listing(())


def test_a_list_page_is_read_as_ever() -> None:
    read = listing(rows(row(1), row(2)), LIST)
    assert (read.kind, read.rows, read.pages) == ("html", (row(1), row(2)), 3)


# Hostile


def entities(depth: int) -> str:
    each = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, depth))
    item = f"<item><title>&e{depth - 1};</title></item>"
    return f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY e0 '藏'>{each}]><rss>{item}</rss>"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (entities(9).encode(), "entities"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss><item><link>&x;</link></item></rss>", "entities"),
        (gzip.compress(b"<urlset>" + b" " * (60 << 20)), "larger than 50 MB"),
        (b"<rss>" + bytes(range(256)) * 40, "not text"),
        (b"\x1f\x8b" + b"no gzip", "not text"),
    ],
)  # fmt: skip
def test_a_hostile_list_is_refused_with_the_reason(body: bytes, why: str) -> None:
    began = time.process_time()
    with pytest.raises(NotAnArticle, match=why):
        listing(body)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "body",
    [
        b"<rss>" + b"<item>" * 100_000,
        b"<urlset>" + b"<url><loc>http://www.tibet.cn/1</loc></url>" * 100_000,
        b"<rss><item " + b"a='1' " * 50_000 + b"/></rss>",
        b"<rss><item><title>" + b"&" * 300_000 + b"</title></item></rss>",
        b"<rss><item><title>" + b"<![CDATA[" * 100_000,
        b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 100_000,
        b"<rss " * 50_000,
    ],
)  # fmt: skip
def test_an_odd_list_is_read_in_time(body: bytes) -> None:
    began = time.process_time()
    with suppress(NotAnArticle):
        listing(body)
    assert time.process_time() - began < 2


@given(st.binary(max_size=300) | st.text("<>/&;![]CDATA rss item link entry feed ='\"", max_size=200).map(str.encode))
@example(b"<rss><item><link>http://[</link></item></rss>")
@example(b"<feed><entry><link href='//['/><content>&#0;</content></entry></feed>")
def test_any_bytes_are_a_listing_or_say_why_not(body: bytes) -> None:
    for start in (b"", b"<rss><item>", b"<feed><entry>", b"<urlset><url>"):
        with suppress(NotAnArticle):
            assert isinstance(listing(start + body), Listing)


# The text of a feed


def test_a_feed_that_holds_the_text_gives_the_article() -> None:
    items = [
        Item(1, "牧民转场 & 登记", DAY, WHOLE + "</div><p>结尾。"),
        Item(2, "二", None, ""),
    ]
    body = rss(items).encode()
    reading = read_from_feed(body, FEED, row(1), SHIPPED)
    article = reading.article
    assert (article.id, article.title, article.published) == ("tibet.cn-7460001", items[0].title, items[0].published)
    assert article.body.splitlines()[-1] == "结尾。"
    assert (reading.path, reading.extractor.endswith(" feed")) == ("feed", True)
    assert ("body", "feed form") in [(step.field, step.how) for step in reading.steps]
    with pytest.raises(NotAnArticle, match="no text"):
        read_from_feed(body, FEED, row(2), SHIPPED)


@pytest.mark.parametrize("end", ["……</p>", "[…]</p>\n", "...", "[...]</p>"])
def test_an_excerpt_is_not_the_text(end: str) -> None:
    (entry,) = listing(rss([Item(1, "一", None, f"<p>牧民转场{end}")])).entries
    assert entry.text == ""


@given(st.text(max_size=200))
@example("<!-- -->")
@example("\x00<b")
def test_any_text_of_a_feed_is_an_article_or_says_why_not(text: str) -> None:
    with suppress(NotAnArticle):
        assert read_entry(Entry(row(1), "题", None, None, text), TIBET).article.body


# Crawls


@dataclass
class Web:
    """A site that answers from a table with conditional GET, as a proxy; and its log: address, status."""

    pages: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    log: list[tuple[str, int]] = field(default_factory=list)

    def answer(self, url: str, headers: Mapping[str, str]) -> Reply:
        status, sent, body = self._answer(url, headers)
        self.log.append((url, status))
        return status, sent, body

    def _answer(self, url: str, headers: Mapping[str, str]) -> Reply:
        body = self.pages.get(url)
        if body is None:
            return 404, {}, b""
        tag = f'"{hash(body)}"'
        if headers.get("If-None-Match") == tag:
            return 304, {"ETag": tag}, b""
        return 200, {"ETag": tag, "Content-Type": self.types.get(url, "text/plain")}, body

    def asked(self) -> list[tuple[str, int]]:
        """What was requested since the last call, but for robots.txt."""
        log, self.log = self.log, []
        return [(url, status) for url, status in log if not url.endswith("robots.txt")]


@dataclass
class Crawl:
    settings: Settings
    web: Web

    def __call__(self, *lists: str, **scope: object) -> Report:
        report = Report()
        source = replace(TIBET, lists=lists)
        beside.crawl(self.settings, [(source, Scope(**scope))], report, lambda _count: None, False)  # type: ignore[arg-type]
        return report

    def later(self, **change: object) -> None:
        """Set the lists back as if the last run was a day ago."""
        with ArticleStore.open(self.settings) as store:
            for section in Ledger(store).sections():
                checked = section.checked and section.checked - timedelta(days=1)
                Ledger(store).note_section(replace(section, due=section.due - timedelta(days=1), checked=checked))

    def sections(self) -> dict[str, Section]:
        with ArticleStore.open(self.settings) as store:
            return {section.list: section for section in Ledger(store).sections()}

    def revisions(self) -> list[Revision]:
        with ArticleStore.open(self.settings) as store:
            return list(store.changes())


@pytest.fixture
def crawl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crawl]:
    web = Web()
    with answering(web.answer) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        yield Crawl(load(tmp_path / "data", {"WENCANG_DELAY": "0.01"}), web)


def article(n: int) -> bytes:
    return ARTICLE.replace(b"</h2>", f"（{n}）</h2>".encode()).replace(b"<p>", f"<p>第{n}稿。".encode())


def test_a_feed_is_a_list_like_any_other(crawl: Crawl) -> None:
    web = crawl.web
    items = [Item(n, f"题{n}", None, "") for n in (1, 2)]
    web.pages |= {item.url: article(item.number) for item in items}
    odd = replace(items[0], number=77)
    web.pages[FEED] = rss([*items, odd]).replace(odd.url, "http://www.tibet.cn/cn/book/").encode()
    report = crawl(FEED, due=True)
    assert report.total("new") == 2, report
    assert [subject for subject, text in report.remarks if "1 of 3 rows left out" in text] == [FEED]
    assert not report.failed
    assert web.asked() == [(FEED, 200), (row(1), 200), (row(2), 200)]
    section = crawl.sections()[FEED]
    assert (section.new, section.etag != "") == (2, True)
    assert crawl(FEED, due=True).read == 0
    assert web.asked() == [], "nothing is due"

    crawl.later()
    crawl(FEED, due=True)
    assert web.asked()[0] == (FEED, 304), "it had not changed"
    web.pages |= {row(3): article(3), FEED: atom([Item(3, "题3", None, ""), *items]).encode()}
    crawl.later()
    report = crawl(FEED, due=True)
    assert [call for call in web.asked() if call[0] in (FEED, row(3))] == [(FEED, 200), (row(3), 200)]
    assert report.tallies["tibet.cn"].sections[FEED]["new"] == 1


def test_a_news_sitemap_may_be_empty_and_a_feed_that_is_missing_is_noticed(crawl: Crawl) -> None:
    crawl.web.pages[SITEMAP] = news([]).encode()
    report = crawl(SITEMAP, due=True)
    assert (report.missing_lists, report.failed) == ([], False)
    crawl.web.pages[SITEMAP] = b"<html><body><h1>It works</h1></body></html>"
    crawl.later()
    assert crawl(SITEMAP, due=True).missing_lists == [SITEMAP]
    crawl.web.pages[SITEMAP] = entities(9).encode()
    crawl.later()
    unread = [why.english for url, why in crawl(SITEMAP).unread_lists if url == SITEMAP]
    assert unread == ["it declares entities of XML, which are not expanded"]


def test_the_day_that_a_row_states_bounds_the_crawl(crawl: Crawl) -> None:
    undated = {n: f"http://www.tibet.cn/cn/news/yc/{n}.html" for n in (1, 2, 3)}
    days = {
        1: datetime(2023, 4, 30, 23, tzinfo=SHANGHAI),
        2: datetime(2023, 5, 1, 1, tzinfo=SHANGHAI),
        3: datetime(2023, 6, 2, tzinfo=SHANGHAI),
    }
    text = news([Item(n, "题", day, "") for n, day in days.items()])
    for n, url in undated.items():
        text = text.replace(row(n), url)
        crawl.web.pages[url] = article(n)
    crawl.web.pages[SITEMAP] = text.encode()
    report = Report()
    source = replace(
        TIBET,
        lists=(SITEMAP,),
        article=(UNDATED,),
    )
    scope = Scope(since=date(2023, 5, 1), until=date(2023, 5, 31))
    beside.crawl(crawl.settings, [(source, scope)], report, lambda _count: None, False)
    assert crawl.web.asked() == [(SITEMAP, 200), (undated[2], 200)]


def test_the_date_of_a_row_fills_that_of_an_article_whose_page_states_none(crawl: Crawl) -> None:
    urls = {n: f"http://www.tibet.cn/cn/news/yc/{n}.html" for n in (1, 2, 3)}
    bare = re.sub(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?|\d+月\d+日", "", article(1).decode()).encode()
    crawl.web.pages |= {urls[1]: bare, urls[2]: article(2), urls[3]: bare.replace("（1）".encode(), "（3）".encode())}
    beside_it = {1: "<span>2023-05-10</span>", 2: "<span>2001-01-01</span>", 3: ""}
    items = "".join(f"<li><a href='{urls[n]}'>题目{n}</a>{time}</li>" for n, time in beside_it.items())
    listed = "http://www.tibet.cn/cn/news/yc/"
    crawl.web.pages[listed] = f"<html><body><p>2023-05-12</p><ul>{items}</ul></body></html>".encode()
    crawl.web.types[listed] = "text/html"
    source = replace(TIBET, lists=(listed,), rows="//a/@href", page_count=None, article=(UNDATED,))

    def run() -> dict[str, tuple[str | None, str]]:
        beside.crawl(crawl.settings, [(source, Scope())], Report(), lambda _count: None, False)
        newest = {each.article.url: each for each in crawl.revisions()}
        dates = {url: each.article.issued for url, each in newest.items()}
        return {url: (f"{dates[url] or ''}"[:10], each.extractor) for url, each in newest.items()}

    first = run()
    assert first[urls[1]][0] == "2023-05-10"
    assert "list-dated" in first[urls[1]][1]
    assert first[urls[2]][0] not in ("", "2001-01-01"), "the page states its own"
    assert "list-dated" not in first[urls[2]][1]
    assert first[urls[3]][0] == "", "the day at the head of the list is of no row"
    (kept,) = (each for each in crawl.revisions() if each.article.url == urls[1])
    assert reread(crawl.settings, kept) is None, "reading it again keeps the date"


def index(*sitemaps: tuple[str, str]) -> bytes:
    entries = "".join(f"<sitemap><loc>{url}</loc><lastmod>{day}</lastmod></sitemap>" for url, day in sitemaps)
    return f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</sitemapindex>".encode()


def test_an_index_is_one_list_whose_unchanged_parts_are_not_read_again(crawl: Crawl) -> None:
    web = crawl.web
    parts = [f"http://www.tibet.cn/map-{n}.xml.gz" for n in range(3)]
    today = datetime.now(UTC)
    web.types = dict.fromkeys(parts, "application/x-gzip")
    web.pages |= {row(n): article(n) for n in range(4)}
    web.pages |= {part: gzip.compress(news([Item(n, "题", None, "")]).encode()) for n, part in enumerate(parts)}
    web.pages[SITEMAP] = index((parts[0], "2023-05-10"), (parts[1], "2023-06-10"), (parts[2], "2023-06-11"))
    report = crawl(SITEMAP, due=True)
    assert report.total("new") == 3
    assert [url for url, _status in web.asked()] == [SITEMAP, parts[2], row(2), parts[1], row(1), parts[0], row(0)]
    assert crawl.sections()[SITEMAP].new == 3, "what the parts bring is brought by the index"
    assert {section.newest for url, section in crawl.sections().items() if url != SITEMAP} == {None}, "never silent"

    crawl.later()
    crawl(SITEMAP, due=True)
    assert [call for call in web.asked() if call[0] not in web.pages or "map" in call[0]] == [(SITEMAP, 304)]
    web.pages[parts[2]] = gzip.compress(news([Item(2, "题", None, ""), Item(3, "题", None, "")]).encode())
    web.pages[SITEMAP] = index((parts[0], "2023-05-10"), (parts[1], today.isoformat()), (parts[2], today.isoformat()))
    crawl.later()
    crawl(SITEMAP, due=True)
    asked = [call for call in web.asked() if "map" in call[0] or call[0] == row(3)]
    assert asked == [(SITEMAP, 200), (parts[1], 304), (parts[2], 200), (row(3), 200)]


def test_a_part_that_can_not_be_read_is_read_next_time(crawl: Crawl) -> None:
    part = "http://www.tibet.cn/map.xml"
    crawl.web.pages |= {row(1): article(1), SITEMAP: index((part, "2023-05-10")), part: entities(3).encode()}
    assert crawl(SITEMAP, due=True).failed
    crawl.web.pages[part] = news([Item(1, "题", None, "")]).encode()
    crawl.later()
    assert crawl(SITEMAP, due=True).total("new") == 1, crawl.web.asked()


def test_indexes_within_indexes_are_bounded(crawl: Crawl) -> None:
    nested = [f"http://www.tibet.cn/index-{n}.xml" for n in range(9)]
    crawl.web.pages |= {url: index((after, "2023-05-10"), (nested[0], "2023-05-10")) for url, after in pairwise(nested)}
    crawl(nested[0])
    assert [url for url, _status in crawl.web.asked()] == nested[:4]


def test_an_old_part_is_left_out_by_since(crawl: Crawl) -> None:
    old, new = "http://www.tibet.cn/old.xml", "http://www.tibet.cn/new.xml"
    crawl.web.pages[SITEMAP] = index((old, "2023-05-10"), (new, "2023-06-10"))
    crawl(SITEMAP, since=date(2023, 6, 1))
    assert crawl.web.asked() == [(SITEMAP, 200), (new, 404)]


def test_a_feed_of_pages_is_walked(crawl: Crawl) -> None:
    second = f"{FEED}?page=2"
    first = atom([Item(1, "题", None, "")]).replace("</a:feed>", "<a:link rel='next' href='?page=2'/></a:feed>")
    crawl.web.pages |= {FEED: first.encode(), second: atom([Item(2, "题", None, "")]).encode(), row(1): article(1)}
    crawl(FEED)
    assert (second, 200) in crawl.web.asked()


def test_the_text_of_the_feed_is_used_where_the_page_is_poorer_or_missing(crawl: Crawl) -> None:
    web = crawl.web
    items = [Item(n, f"牧民转场之{n}", DAY, WHOLE.replace("牧民", f"牧民{n}")) for n in (1, 2, 3)]
    items[2] = replace(items[2], text="<p>第三篇只有一句话，比网页短得多。</p>")
    web.pages |= {FEED: rss(items).encode(), row(1): TEASER, row(3): article(3)}
    crawl(FEED)
    by_url = {revision.article.url: revision for revision in crawl.revisions()}
    assert {url: revision.extractor.split()[1] for url, revision in by_url.items()} == {
        row(1): "feed", row(2): "feed", row(3): "rules"
    }  # fmt: skip
    storage = storage_of(crawl.settings)
    kept = {url: [Pages(storage).read(raw) for raw in revision.pages] for url, revision in by_url.items()}
    assert [page.url for page in kept[row(1)]] == [row(1), FEED]
    assert [page.url for page in kept[row(2)]] == [FEED]
    assert kept[row(2)][0].body == web.pages[FEED], "the raw page is what the feed was"
    assert [reread(crawl.settings, revision) for revision in by_url.values()] == [None, None, None]

    web.pages[FEED] = rss(items[2:]).encode()  # the others are no longer in it
    report = crawl(FEED)
    assert len(crawl.revisions()) == 3
    report, again = Report(), Scope(urls=(row(1),))
    beside.crawl(crawl.settings, [(TIBET, again)], report, lambda _count: None, False)
    assert (report.total("unchanged"), len(crawl.revisions())) == (1, 3), "the page has less than what is kept"
