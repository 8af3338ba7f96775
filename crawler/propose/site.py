"""Looks at a site and proposes a source: which pages to ask for, and what they say. It asks; another fetches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from archive.article import Article, to_json
from archive.errors import NotAnArticle, NotFetched, UsageFault
from archive.text.messages import Message
from archive.text.translation import gettext as _
from archive.url import canonical
from crawler.extract.document import Page
from crawler.extract.extractor import read, read_list
from crawler.propose import candidates, lists
from crawler.propose.addresses import Addresses, Link, addresses, are_apart, hosts_of
from crawler.propose.forms import Sample, form
from crawler.propose.lists import Anchor, ListPage
from crawler.propose.saved import site_name
from crawler.sources import Source, to_toml

MOST_REQUESTS = 25
_MOST_LISTS, _MOST_FEEDS, _ARTICLES = 12, 2, 3
_NAMED = 6  # characters of a headline that the title of its article has
_ENOUGH = 5  # rows or articles on which something rests for sure
_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml", "/sitemap.xml.gz")
_IN_ROBOTS = re.compile(r"(?im)^\s*sitemap\s*:\s*(\S+)")
_FEED = re.compile(rb"<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b|\A\x1f\x8b|\"https://jsonfeed\.org/", re.IGNORECASE)
_LOC = re.compile(rb"<loc>\s*([^<\s]+)")
_OF_ARTICLES = re.compile("post|news|article|content", re.IGNORECASE)
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
_FEED_PATH = re.compile(r"/(?:rss|feed|atom|index)(?:/?|\.xml|\.rss)$|\.rss$|/rss/|/feed/?$", re.IGNORECASE)
_COMMENTS = re.compile(r"评论|comments?", re.IGNORECASE)
_HEAD = 2_000  # bytes in which a feed says that it is one


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered: the address after redirects and the bytes, or why there are none."""

    url: str
    body: bytes = b""
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class FoundList:
    """A list, or a feed: its name on the site, and how many articles it shows."""

    url: str
    name: str
    rows: int
    page: bytes = b""  # of a list


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article as the proposed source reads it, from a page of the site."""

    article: Article
    path: str  # "rules" or "general"
    page: bytes


@dataclass(frozen=True, slots=True)
class Point:
    """Something that a proposal says about a field of the source, and what it rests on."""

    field: str
    sure: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SourceProposal:
    """A source for a site, from a look at it: nothing is written yet.

    `points` say of each field whether it is sure, and why; `requests` is the number of pages asked for, `day` when.
    """

    source: Source
    lists: tuple[FoundList, ...]
    articles: tuple[FoundArticle, ...]
    points: tuple[Point, ...]
    requests: int
    day: date

    @property
    def sure(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.sure)

    @property
    def unsure(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if not point.sure)

    def to_json(self) -> dict[str, Any]:
        """The proposal with the source's file as text, without the pages."""
        return {
            "name": self.source.name,
            "title": self.source.title,
            "requests": self.requests,
            "lists": [{"url": each.url, "name": each.name, "articles": each.rows} for each in self.lists],
            "articles": [{"path": each.path} | to_json(each.article) for each in self.articles],
            "points": [{"field": each.field, "sure": each.sure, "reason": each.reason} for each in self.points],
            "toml": to_toml(self.source),
        }


Look = Generator[str, Answer, SourceProposal]


def look(url: str, name: str, now: datetime) -> Look:
    """Yields the address of each page to fetch, takes its Answer, and returns the SourceProposal.

    Raises NotFetched if the front page can't be had, UsageFault if no articles are found. `now` is the time of
    fetching.
    """
    return _Site(url, name, now).look()


class _Site:
    """What is known of a site so far."""

    def __init__(self, url: str, name: str, now: datetime) -> None:
        self._url = url
        self._name = name
        self._now = now
        self._asked: dict[str, Answer] = {}
        self._pages: dict[str, ListPage] = {}  # by canonical address; the front page is the first
        self._links: list[Link] = []
        self._feeds: dict[str, tuple[str, ...]] = {}  # with the addresses that each names
        self._points: list[Point] = []
        self._host = urlsplit(canonical(url)).hostname or ""
        self._also: Addresses | None = None  # articles whose addresses have another form
        self._names: dict[str, str] = {}  # of lists that are named by another address than they were met under
        self._draft = Source(name, self._host.removeprefix("www."), name, frozenset({self._host}), (), ())

    def look(self) -> Look:
        front = yield from self._ask(self._url)
        if front.reason or not self._take(self._url, front):
            raise NotFetched(self._url, front.reason or _("is not a page"))
        yield from self._look_at_feeds()
        yield from self._look_at_lists()
        yield from self._look_at_others()
        source = yield from self._with_paging(self._with_lists(self._found_addresses()))
        source = self._with_lists(self._found_addresses(), source)
        self._say_of_lists(source)
        samples = yield from self._look_at_articles(source)
        source = self._with_form(source, samples)
        return self._proposal(source, samples)

    def _ask(self, url: str) -> Generator[str, Answer, Answer]:
        if canonical(url) not in self._asked:
            self._asked[canonical(url)] = yield url
        return self._asked[canonical(url)]

    @property
    def _left(self) -> int:
        return MOST_REQUESTS - len(self._asked)

    def _say(self, field: str, sure: bool, reason: str) -> None:
        self._points.append(Point(field, sure, reason))

    def _take(self, url: str, answer: Answer) -> bool:
        """Note the links of a page; False for what can't be read as one."""
        try:
            page = lists.list_page(Page(answer.body, answer.url), canonical(url))
        except NotAnArticle:
            return False
        self._pages[page.url] = page
        self._links += page.links
        return True

    # Feeds and sitemaps

    def _look_at_feeds(self) -> Generator[str, Answer, None]:
        robots = yield from self._ask(urljoin(self._url, "/robots.txt"))
        named = _IN_ROBOTS.findall(robots.body.decode("utf-8", errors="replace"))
        for url in [*self._feed_links()][:_MOST_FEEDS]:
            yield from self._look_at_feed(url, listed=True)
        for url in named[:_MOST_FEEDS] or [urljoin(self._url, path) for path in _SITEMAPS]:
            if (yield from self._look_at_feed(url, listed=False)) and not named:
                break

    def _feed_links(self) -> Iterator[str]:
        """The feeds that the front page names, in its head or by links to /rss, /feed, .xml."""
        page = self._front.page
        heads = [
            (node.get("href") or "", node.get("title") or "")
            for node in page.root.iter("link")
            if node.get("type") in _FEED_TYPES
        ]
        anchors = [
            (anchor.url, anchor.text) for anchor in self._front.anchors if _FEED_PATH.search(urlsplit(anchor.url).path)
        ]
        urls = [page.absolute(href) for href, title in heads + anchors if not _COMMENTS.search(title + href)]
        return iter(dict.fromkeys(url for url in urls if urlsplit(canonical(url)).hostname == self._host))

    @property
    def _front(self) -> ListPage:
        return next(iter(self._pages.values()))

    def _look_at_feed(self, url: str, listed: bool) -> Generator[str, Answer, bool]:
        """Note what a feed, or a sitemap, names; whether it is one.

        Only a feed tells articles from other pages: `listed`. Of an index of sitemaps one is looked at.
        """
        answer = yield from self._ask(url)
        head = answer.body[:_HEAD]
        if answer.reason or not _FEED.search(head):
            return False
        if b"<sitemapindex" in head and (named := [each.decode() for each in _LOC.findall(answer.body)]):
            answer = yield from self._ask(next(filter(_OF_ARTICLES.search, named), named[-1]))
        rows = _rows(answer, self._draft)
        self._feeds[canonical(url)] = rows
        if listed:
            self._links += [Link(row, listed=True) for row in rows]
        return True

    # Lists

    def _look_at_lists(self) -> Generator[str, Answer, None]:
        for _number in range(_MOST_LISTS):
            if self._left <= _ARTICLES + 2:
                break
            hosts = hosts_of(self._links, self._host)
            is_article = self._matcher(addresses(self._links, hosts))
            url = candidates.best(self._pages.values(), self._asked, hosts, is_article)
            if not url:
                break
            answer = yield from self._ask(url)
            if answer.body:
                self._take(url, answer)

    @staticmethod
    def _matcher(found: Addresses | None) -> re.Pattern[str]:
        return found.pattern if found else re.compile("(?!)")

    def _look_at_others(self) -> Generator[str, Answer, None]:
        """Take the second form of addresses, if the page at one of them is the article that its link names."""
        first, hosts = self._found_addresses(), hosts_of(self._links, self._host)
        rest = [link for link in self._links if not first.pattern.fullmatch(canonical(link.url))]
        second = addresses(rest, hosts, named=True)
        if (
            self._also
            or not second
            or len(second.articles) < _ENOUGH
            or not are_apart(first, second)
            or self._left <= _ARTICLES + 2
        ):
            return
        url = second.articles[0]
        answer = yield from self._ask(url)
        if answer.body and self._is_named(answer, {link.text for link in rest if canonical(link.url) == url}):
            self._also = second

    def _is_named(self, answer: Answer, names: Iterable[str]) -> bool:
        """Whether a page is a dated article of one of these headlines, as far as they go."""
        try:
            article = read(answer.body, answer.url, self._now, source=self._draft).article
        except NotAnArticle:
            return False
        return bool(article.published) and any(
            name[:_NAMED] in article.title for name in names if len(name) >= _NAMED
        )  # fmt: skip

    def _found_addresses(self) -> Addresses:
        found = addresses(self._links, hosts_of(self._links, self._host))
        if not found:
            raise UsageFault(
                self._url, _("shows no articles: {count} pages were read").format(count=len(self._pages)),
                _("name a page that lists them, or write a source from saved pages: wencang source add NAME PAGE..."),
            )  # fmt: skip
        return found

    def _with_lists(self, found: Addresses, source: Source | None = None) -> Source:
        """The source with the lists among the pages: those that show articles in rows."""
        self._addresses = found
        patterns = (found.pattern, *([self._also.pattern] if self._also else []))
        articles = [*found.articles, *(self._also.articles if self._also else ())]
        hosts = frozenset([self._host, *(urlsplit(url).hostname or "" for url in articles)])
        self._draft = replace(self._draft, article=patterns, hosts=hosts)
        self._rows = self._rows_by_page()
        xpath, self._fit = lists.rows_xpath(self._rows, self._is_article)
        return replace(
            source or self._draft, article=patterns, hosts=hosts, rows=xpath,
            row=lists.IN_SCRIPT if xpath.endswith("/@onclick") else None,
            lists=(*(self._names.get(page.url, page.url) for page in self._rows), *self._feed_counts()),
            sections=self._sections(),
        )  # fmt: skip

    def _feed_counts(self) -> dict[str, int]:
        """How many articles each feed and sitemap names that names some."""
        counts = {url: sum(map(self._is_article, map(canonical, rows))) for url, rows in self._feeds.items()}
        return {url: count for url, count in counts.items() if count >= lists.FEWEST_ROWS}

    def _is_article(self, url: str) -> bool:
        return self._draft.is_article(url)

    def _rows_by_page(self) -> dict[ListPage, list[Anchor]]:
        pages = [page for page in self._pages.values() if not self._is_article(page.url)]
        common = lists.everywhere(pages, self._is_article)
        rows = {page: rows for page in pages if (rows := lists.rows_of(page, self._is_article, common))}
        if len(rows) > 1 and not lists.paging(self._front):
            rows.pop(self._front, None)  # it shows what its lists show
        return rows

    def _say_of_lists(self, source: Source) -> None:
        """What the addresses and lists rest on."""
        count = len(self._addresses.articles)
        others = [url for url in self._addresses.others if not self._is_article(url)]
        self._say(
            "article", count >= 2 * _ENOUGH, _("{count} addresses of articles have this form").format(count=count)
        )
        if self._also:
            text = _("{count} more have another form, such as {url}, where an article was read")
            self._say("article", True, text.format(count=len(self._also.articles), url=self._also.articles[0]))
        if others:
            text = _("{count} addresses that may be articles have another form, such as {url}")
            self._say("article", False, text.format(count=len(others), url=others[0]))
        if not self._rows:
            self._say("lists", False, _("no page shows articles in rows"))
            return
        rows = sum(map(len, self._rows.values()))
        text = _("{lists} pages show {count} articles in rows").format(lists=len(self._rows), count=rows)
        self._say("lists", len(self._rows) > 1, text)
        if source.rows == lists.ANY_LINK:
            self._say("rows", False, _("no place on the pages holds the rows only: every link to an article is taken"))
        else:
            text = _("selects the rows of {lists} lists, {fit:.0%} right").format(lists=len(self._rows), fit=self._fit)
            self._say("rows", True, text)

    def _name_of(self, page: ListPage) -> str:
        """The name of a list: what links to it are called, else the beginning of its title."""
        names = Counter(
            anchor.text for other in self._pages.values() for anchor in other.anchors
            if anchor.url == page.url and 1 < len(anchor.text) <= 12 and not candidates.MORE.search(anchor.text)
        )  # fmt: skip
        name = names.most_common(1)[0][0] if names else re.split(r"[_|｜—–-]", page.page.title)[0].strip()
        return name or page.url

    def _sections(self) -> dict[str, str]:
        """The name of each section that is the one of most rows of a list."""
        names: dict[str, str] = {}
        for page, own in self._rows.items():
            matches = [match for row in own if (match := self._draft.match(row.url))]
            section, count = Counter(match["section"] for match in matches).most_common(1)[0]
            if section and 2 * count > len(matches) and page is not self._front:
                names.setdefault(section, self._name_of(page))
        return names if len(set(names.values())) > 1 else {}

    # Paging

    def _with_paging(self, source: Source) -> Generator[str, Answer, Source]:
        """The source with the way in which most lists go on, if the second page of one shows articles too."""
        ways = {page: way for page in self._rows if (way := lists.paging(page))}
        common = Counter((way.page_url, way.page_count) for way in ways.values()).most_common(1)
        if not common:
            self._say("page_url", False, _("no list names a further page: only first pages are read"))
            return source
        paged = {page: way for page, way in ways.items() if (way.page_url, way.page_count) == common[0][0]}
        self._names = {page.url: way.first for page, way in paged.items() if way.first}
        page_url, page_count = common[0][0]
        page, way = next(iter(paged.items()))
        source = replace(source, page_url=page_url, page_count=re.compile(page_count))
        second = source.list_page(way.first or page.url, 1)
        first = yield from self._ask(way.first or page.url)
        answer = yield from self._ask(second)
        count = 0 if first.reason or answer.reason else (yield from self._articles_on(answer))
        if not count:
            self._names = {}
            self._say("page_url", False, _("{url} shows no articles: only first pages are read").format(url=second))
            return replace(source, page_url="", page_count=None)
        text = _("{lists} lists go on; {url} shows {count} articles")
        self._say("page_url", True, text.format(lists=len(paged), url=second, count=count))
        return source

    def _articles_on(self, answer: Answer) -> Generator[str, Answer, int]:
        """Note the links of a further page of a list, where older articles may begin; how many lead to articles."""
        try:
            page = lists.list_page(Page(answer.body, answer.url), canonical(answer.url))
        except NotAnArticle:
            return 0
        self._links += page.links
        yield from self._look_at_others()
        patterns = [found.pattern for found in (self._found_addresses(), self._also) if found]
        return len({link.url for link in page.links if any(each.fullmatch(link.url) for each in patterns)})

    # Articles

    def _look_at_articles(self, source: Source) -> Generator[str, Answer, list[Sample]]:
        """Articles of each form of addresses, of different lists, the newest of each: these are rarely on all lists."""
        samples: list[Sample] = []
        for number, pattern in enumerate(source.article, 1):
            for url in self._spread(pattern):
                if len(samples) == number * _ARTICLES or self._left < 1:
                    break
                answer = yield from self._ask(url)
                if answer.body and source.is_article(answer.url):
                    samples.append(Sample(answer.body, answer.url))
        return samples

    def _spread(self, pattern: re.Pattern[str]) -> list[str]:
        rows = [[row.url for row in own if pattern.fullmatch(row.url)] for own in self._rows.values()]
        if not any(rows):
            links = ((link, canonical(link.url)) for link in self._links)
            rows = [[url for link, url in links if pattern.fullmatch(url) and link.is_headline]]
        longest = max(map(len, rows), default=0)
        return list(dict.fromkeys(own[n] for n in range(longest) for own in rows if n < len(own)))[: 2 * _ARTICLES]

    def _with_form(self, source: Source, samples: Sequence[Sample]) -> Source:
        titles = [Page(sample.page, sample.url).title for sample in samples]
        front = self._front.page
        named = front.meta("sitename", "og:site_name", "application-name")
        title = site_name(titles) or (named or re.split(r"\s*[_|｜—–-]+\s*", front.title)[0])[:40] or source.site
        source = replace(source, title=title)
        for pattern in source.article:
            own = [sample for sample in samples if pattern.fullmatch(canonical(sample.url))]
            source = self._with_form_of(source, own)
        return source

    def _with_form_of(self, source: Source, samples: Sequence[Sample]) -> Source:
        """The source with a layout of these articles, unless it has one that reads them."""
        if len(samples) < _ARTICLES:
            text = _("only {count} articles could be fetched: they are read by general means")
            self._say("form", False, text.format(count=len(samples)))
            return source
        if source.forms and all(self._fits(source, sample) for sample in samples):
            return source
        try:
            layout = replace(form(samples), name=f"page{len(source.forms) + 1 if source.forms else ''}")
        except (NotAnArticle, UsageFault) as error:
            self._say("form", False, _("articles are read by general means: {reason}").format(reason=error.reason))
            return source
        text = _("{count} articles are read alike by rules and by general means")
        self._say("form", True, text.format(count=len(samples)))
        return replace(source, forms=(*source.forms, layout))

    @staticmethod
    def _fits(source: Source, sample: Sample) -> bool:
        try:
            return read(sample.page, sample.url, source=source).path == "rules"
        except NotAnArticle:
            return False

    def _proposal(self, source: Source, samples: Iterable[Sample]) -> SourceProposal:
        articles = []
        for sample in samples:
            try:
                reading = read(sample.page, sample.url, self._now, source=source)
            except NotAnArticle as error:
                self._say("form", False, _("{url}: {reason}").format(url=sample.url, reason=error.reason))
                continue
            articles.append(FoundArticle(reading.article, reading.path, sample.page))
        undated = [each.article.url for each in articles if not each.article.published]
        if undated:
            self._say("published", False, _("no date of publication: {urls}").format(urls=" ".join(undated)))
        elif articles:
            self._say("published", True, _("{count} articles say when they were published").format(count=len(articles)))
        shown = [
            FoundList(self._names.get(page.url, page.url), self._name_of(page), len(own), self._asked[page.url].body)
            for page, own in self._rows.items()
        ]
        shown += [FoundList(url, _("feed or sitemap"), count) for url, count in self._feed_counts().items()]
        return SourceProposal(
            source, tuple(shown), tuple(articles), tuple(self._points), len(self._asked), self._now.date()
        )


def _rows(answer: Answer, source: Source) -> tuple[str, ...]:
    """The addresses that a feed or a sitemap names."""
    try:
        return read_list(answer.body, answer.url, source).rows if answer.body else ()
    except NotAnArticle:
        return ()
