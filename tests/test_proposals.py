"""`source add URL`: a look at a site proposes a source, which then finds and reads each of its articles."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import NotFetched, UsageFault
from archive.settings import load
from archive.store import ArticleStore
from archive.url import canonical
from crawler.extract.document import Page
from crawler.extract.extractor import read_list
from crawler.propose import lists
from crawler.propose.addresses import Link, addresses
from crawler.propose.site import MOST_REQUESTS
from crawler.sources import SHIPPED, of_text, to_toml
from crawler.sources.source import stem
from tests.support.program import Wencang
from tests.support.sample import ROOT
from tests.support.site import answering
from tests.support.sites.looking import asking, crawled, proposal
from tests.support.sites.stories import Site, Story

SYSTEMS = ["trs", "phpcms", "dedecms", "wordpress", "discuz", "oldasp", "founder", "hugo", "nextjs", "govcn", "moved"]
SAVED = ROOT / "tests" / "pages"
HOST = "www.example.cn"


def site_of(name: str) -> Site:
    site = import_module(f"tests.support.sites.{name}").site()
    assert isinstance(site, Site)
    return site


def expected(site: Site) -> dict[str, Story]:
    return {canonical(urljoin(site.url, path)): story for path, story in site.articles.items()}


# Whole sites


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_proposed_source_finds_and_reads_each_article_of_a_site_once(name: str) -> None:
    site, asked = site_of(name), list[str]()
    found = proposal(site.url, asking(site), asked)
    assert len(asked) == len(set(asked)) == found.requests <= MOST_REQUESTS
    assert found.source.title == site.title
    assert of_text(to_toml(found.source), Path("site.toml")) == found.source  # valid, and written as it is
    articles, stories = crawled(site, found.source), expected(site)
    assert articles.keys() == stories.keys()
    assert len({article.id for article in articles.values()}) == len(articles)
    for url, article in articles.items():
        assert (article.title, article.body) == (stories[url].title, stories[url].body), url
        assert article.published, url
        assert article.published.date() == stories[url].time.date(), url


def test_a_site_on_two_hosts_with_two_forms_of_addresses_is_one_source() -> None:
    site = site_of("moved")
    found = proposal(site.url, asking(site))
    assert found.source.hosts == {"www.kaqu.example", "news.kaqu.example"}
    assert len(found.source.article) == len(found.source.forms) == 2
    assert len({found.source.article_id(url) for url in expected(site)}) == len(site.articles)
    assert found.unsure == ()


def test_a_proposal_names_lists_and_articles_as_a_reader_knows_them() -> None:
    site = site_of("trs")
    found = proposal(site.url, asking(site))
    assert [each.name for each in found.lists] == ["本地新闻", "经济建设", "文化要闻", "生态环保"]
    assert found.source.sections["st/sthb"] == "生态环保"
    assert [each.rows for each in found.lists] == [6, 6, 6, 6]
    titles = {story.title for story in site.articles.values()}
    assert len(found.articles) == 3
    assert {each.article.title for each in found.articles} <= titles
    assert [each.path for each in found.articles] == ["rules"] * 3
    assert {point.field for point in found.sure} >= {"article", "lists", "rows", "page_url", "form", "published"}


def test_a_site_without_articles_is_refused_and_says_how_many_pages_were_read() -> None:
    page = "<html><body><a href='/a/'>关于我们</a><a href='/b/'>产品</a></body></html>".encode()
    with pytest.raises(UsageFault, match="shows no articles: 2 pages"):
        proposal("http://www.example.cn/", lambda url: page if url.endswith(("cn/", "/b/")) else None)
    with pytest.raises(NotFetched):
        proposal("http://www.example.cn/", lambda url: None)


# The saved pages of the shipped sources, as if these were not known


def saved_lists() -> list[tuple[str, Path]]:
    return [
        (name, path) for name in SHIPPED.names() for path in sorted((SAVED / name).glob("*.json"))
        if "rows" in json.loads(path.read_text(encoding="utf-8"))
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "path"), saved_lists(), ids=lambda value: getattr(value, "stem", value))
def test_a_saved_list_of_a_shipped_source_is_read_as_by_that_source(name: str, path: Path) -> None:
    answer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    page = path.with_suffix(".html").read_bytes()
    further = re.compile(re.escape(answer["url"]) + r"(?:index_?|\?page=)?\d+(?:\.html)?")
    known = SHIPPED.load(name)
    source = proposal(
        answer["url"], lambda url: page if canonical(url) == answer["url"] or further.fullmatch(url) else None
    ).source
    listing = read_list(page, answer["url"], source)
    assert sorted(filter(source.is_article, map(canonical, listing.rows))) == sorted(answer["rows"])
    assert [source.day(url) for url in answer["rows"]] == [known.day(url) for url in answer["rows"]]
    keys = [
        (match["key"], own["key"])
        for url in answer["rows"]
        if (match := source.match(url)) and (own := known.match(url))
    ]
    assert [one for one, _other in keys] == [other for _one, other in keys]
    assert len(keys) == len(answer["rows"])
    if answer["pages"]:
        assert source.page_url == known.page_url
        assert listing.pages > 1


# Addresses


@pytest.mark.parametrize(
    ("paths", "others", "parts"),
    [
        (["/cn/news/zx/202501/t2025010{n}_{n}123.html"], ["/cn/news/zx/"], ("cn/news/zx", "1123", "20250101")),
        (["/xw/xzyw/2025-11/1{n}/content_672{n}.html"], ["/xw/xzyw/"], ("xw/xzyw", "6721", "2025-11/11")),
        (["/a/2025010{n}/12{n}.html"], ["/a/list_3_2.html"], ("a", "121", "20250101")),
        (["/show-17-34{n}-1.html", "/show-18-44{n}-1.html"], ["/list-17-1.html", "/list-18-1.html"], ("", "341", None)),
        (["/news.php?id={n}"], ["/list.php?cid=3"], ("", "1", None)),
        (["/archives/{n}23/"], ["/page/2/", "/category/3/"], ("archives", "123", None)),
        (["/2025/01/how-we-live-{n}/"], ["/2025/01/"], ("", "how-we-live-1", None)),
        (["/thread-12{n}-1-{n}.html"], ["/forum-2-1.html", "/space-uid-3.html"], ("", "121", None)),
        (["/art/2025/{n}/1/art_12_34{n}.html"], ["/col/col12/index.html"], ("art", "341", "2025/1/1")),
        (["/n2/2018/102{n}/c139194-3220170{n}.html"], ["/GB/139194/"], ("n2", "32201701", "2018/1021")),
        (["/c/2025112812345678{n}.html"], ["/c/"], ("c", "20251128123456781", "20251128")),
        (["/news/65f{n}c0de9a0b"], ["/news", "/news/about"], ("news", "65f1c0de9a0b", None)),
        (["/a/2025010{n}/1.html"], ["/a/"], ("a", "20250101/1", "20250101")),
    ],
)
def test_the_pattern_of_addresses_has_section_key_and_date(
    paths: list[str], others: list[str], parts: tuple[str, str, str | None]
) -> None:
    urls = [f"http://{HOST}{path.format(n=n)}" for path in paths for n in range(1, 7)]
    links = [Link(url, f"第{n}座车站今天通车牧民来看") for n, url in enumerate(urls)]
    noise = [f"http://{HOST}{path}" for path in others]
    found = addresses([*links, *(Link(url, "频道") for url in noise)], {HOST})
    assert found
    assert [url for url in noise if found.pattern.fullmatch(url)] == []
    assert all(found.pattern.fullmatch(canonical(url)) for url in urls)
    match = found.pattern.fullmatch(canonical(urls[0]))
    assert match
    assert (match["section"], match["key"], match.groupdict().get("date")) == parts


def test_a_name_without_a_number_is_an_article_only_if_its_links_say_so() -> None:
    names = ["road", "the-bridge", "grass", "%E8%B7%AF"]
    links = [Link(f"http://{HOST}/{name}/", f"草原上的{n}座车站今天通车") for n, name in enumerate(names)]
    found = addresses([*links, Link(f"http://{HOST}/about/", "关于"), Link(f"http://{HOST}/news/", "新闻")], {HOST})
    assert found
    assert found.pattern.fullmatch(f"http://{HOST}/anything-new/")
    assert not found.pattern.fullmatch(f"http://{HOST}/about/")
    assert not found.pattern.fullmatch(f"http://{HOST}/news/")


@given(
    st.lists(st.integers(1, 10**8), min_size=6, max_size=12, unique=True),
    st.sampled_from(["/a/{}.html", "/x/20250{}.shtml", "/{}", "/p/t20250101_{}.htm", "/v.asp?id={}", "/b/c/{}/"]),
)
def test_every_address_it_rests_on_matches_with_a_key_of_its_own(numbers: list[int], form: str) -> None:
    urls = [f"http://{HOST}{form.format(number)}" for number in numbers]
    found = addresses(
        [Link(url, f"一共{number}座车站今天通车") for number, url in zip(numbers, urls, strict=True)], HOST
    )
    if found:
        matches = [found.pattern.fullmatch(canonical(url)) for url in found.articles]
        keys = [match["key"] for match in matches if match]
        assert len(set(keys)) == len(found.articles)


# Lists


def pager(*links: tuple[str, str]) -> bytes:
    return "".join(f'<a href="{href}">{text}</a>' for href, text in links).encode()


@pytest.mark.parametrize(
    ("url", "page", "second"),
    [
        ("/news/", b"<script>createPageHTML(9, 0, 'index', 'shtml')</script>", "/news/index_1.shtml"),
        (
            "/news/",
            pager(("index_2.html", "2"), ("index_3.html", "3"), ("index_2.html", "下一页")),
            "/news/index_2.html",
        ),
        ("/news/", pager(("index_1.html", "2"), ("index_2.html", "3")), "/news/index_1.html"),
        ("/list-17-1.html", pager(("list-17-2.html", "2"), ("list-17-2.html", "下一页")), "/list-17-2.html"),
        ("/node_12.htm", pager(("node_12_2.htm", "[2]"), ("node_12_3.htm", "[3]")), "/node_12_2.htm"),
        ("/a/news/", pager(("list_3_2.html", "2"), ("list_3_3.html", "3")), "/a/news/list_3_2.html"),
        ("/list.asp?cid=3", pager(("list.asp?cid=3&page=2", "下一页")), "/list.asp?cid=3&page=2"),
        ("/topic/news", pager(("?page=2", "2"), ("?page=3", "3")), "/topic/news?page=2"),
        ("/category/a/", pager(("/category/a/page/2/", "Older posts")), "/category/a/page/2/"),
    ],
)
def test_the_paging_of_a_list_is_told_from_its_pager(url: str, page: bytes, second: str) -> None:
    address = f"http://{HOST}{url}"
    way = lists.paging(lists.list_page(Page(b"<html><body>" + page + b"</body></html>", address), address))
    assert way
    first = way.first or address
    assert way.page_url.format(list=first, stem=stem(first), n=1, next=2) == f"http://{HOST}{second}"
    count = re.compile(way.page_count).search(page.decode())
    assert count
    assert int(count[1]) > 1


def test_a_list_that_names_no_further_page_has_no_paging() -> None:
    address = f"http://{HOST}/news/"
    page = pager(("/news/1.html", "第1座车站"), ("/about/", "关于"), ("/2/", "2"))
    assert not lists.paging(lists.list_page(Page(page, address), address))


# The command


@pytest.mark.parametrize("name", ["dedecms", "hugo"])
def test_a_site_is_added_by_one_command_and_crawled(name: str, tmp_path: Path, wencang: Wencang) -> None:
    site = site_of(name)
    with answering(site.answer) as proxy:
        added = wencang("source", "add", site.url, "--yes", http_proxy=proxy)
        assert added.returncode == 0, added.stderr
        own = next(Path(line) for line in added.stdout.splitlines() if line.endswith(".toml"))
        assert wencang("source", "check", own.stem, "--offline").returncode == 0
        done = wencang("crawl", own.stem, http_proxy=proxy)
        assert done.returncode == 0, done.stderr
    with ArticleStore.open(load(tmp_path / "data")) as store:
        kept = {canonical(revision.article.url): revision.article for revision in store.changes()}
    stories = expected(site)
    assert {url: article.title for url, article in kept.items()} == {url: story.title for url, story in stories.items()}
    assert all(article.body == stories[url].body for url, article in kept.items())


def test_nothing_is_written_without_consent_and_robots_txt_is_obeyed(tmp_path: Path, wencang: Wencang) -> None:
    site = site_of("trs")
    asked: list[str] = []

    def answer(url: str, headers: Any) -> Any:
        asked.append(url)
        if url.endswith("/robots.txt"):
            return 200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /wh/\n"
        return site.answer(url, headers)

    with answering(answer) as proxy:
        shown = wencang("source", "add", site.url, "--dry-run", http_proxy=proxy)
        assert shown.returncode == 0, shown.stderr
        assert "本地新闻" in shown.stdout
        assert "文化要闻" not in shown.stdout
        assert not [url for url in asked if "/wh/" in url]
        assert len(asked) <= MOST_REQUESTS + 1  # robots.txt is asked for by the robot and by the look
        refused = wencang("source", "add", site.url, http_proxy=proxy)
        assert (refused.returncode, "--yes" in refused.stderr) == (2, True)
        values = json.loads(wencang("source", "add", site.url, "--dry-run", "--json", http_proxy=proxy).stdout)
        assert (values["name"], len(values["lists"])) == ("yajiang_example", 3)
    assert not (tmp_path / "data" / "sources").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["http://www.tibet.cn/"], "has a source already: tibet_cn"),
        (["http://www.example.cn/"], "WENCANG_CONTACT"),
        (["http://www.example.cn/", "--name", "Example"], "is not a valid name"),
        (["ftp://www.example.cn/"], "is not an address"),
        (["example_cn"], "is not an address"),
    ],
)
def test_what_can_not_be_looked_at_is_refused(arguments: list[str], named: str, wencang: Wencang) -> None:
    done = wencang("source", "add", *arguments)
    assert (done.returncode, named in done.stderr) == (2, True), done.stderr
