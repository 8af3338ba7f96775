"""Pages to articles: saved pages, what is not the body, mirrors, and real crawls of the replayed sample."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import SHANGHAI, Article, Revision, to_json
from archive.errors import ArchiveUnusable, NotAnArticle
from archive.proof import database
from archive.settings import load
from archive.storage.folder import Folder
from archive.store import ArticleStore
from archive.tables.ledger import Ledger
from archive.url import canonical
from archive.warc.pages import FetchedPage, Pages
from crawler.extract import boilerplate
from crawler.extract.boilerplate import Line
from crawler.extract.bylines import byline, find_credit
from crawler.extract.dates import find_date
from crawler.extract.document import Page
from crawler.extract.encoding import decode
from crawler.extract.extractor import Reading, extract, join, read, read_list, read_text
from crawler.extract.mirror import restore
from crawler.extract.pagination import next_pages
from crawler.http.replay import answer, replay
from crawler.reader import read_page, reader
from crawler.reextract import reextract
from crawler.report import Report
from crawler.sources import SHIPPED
from tests.support.program import beside, ended, run
from tests.support.sample import EXPECTED, ROOT, SAMPLE
from tests.support.site import ARTICLE, LIST, ROW, rows, site

PAGES = ROOT / "tests" / "pages"
TIBET = SHIPPED.load("tibet_cn")


def saved(folder: str, ending: str) -> list[Any]:
    found = sorted(PAGES.glob(f"{folder}/*{ending}"))
    assert found
    return [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in found]


# Saved pages


@pytest.mark.parametrize(
    "path", [path for folder in ("general", *SHIPPED.names()) for path in saved(folder, ".html")]
)  # fmt: skip
def test_a_saved_page_becomes_its_article(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if "not_an_article" in expected:
        with pytest.raises(NotAnArticle, match=expected["not_an_article"]):
            extract(path.read_bytes(), expected["url"])
        return
    if "rows" in expected:
        listing = read_list(path.read_bytes(), expected["url"], SHIPPED.load(path.parent.name))
        assert {"url": expected["url"], "rows": [*map(canonical, listing.rows)], "pages": listing.pages} == expected
        return
    reading = read(path.read_bytes(), expected["url"])
    assert to_json(reading.article) | {"path": reading.path} == expected


@pytest.mark.parametrize("expected", [pytest.param(e, id=e["id"]) for e in EXPECTED])
def test_a_sample_page_becomes_its_article(expected: dict[str, Any]) -> None:
    reading = read((SAMPLE / expected["url"].removeprefix("http://")).read_bytes(), expected["url"])
    assert to_json(reading.article) == expected
    assert reading.path == "rules"


@pytest.mark.parametrize("path", saved("mirror", ".txt"))
def test_a_text_becomes_its_article(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    reading = read_text(path.read_text(encoding="utf-8"))
    got = {key: value for key, value in to_json(reading.article).items() if key in expected}
    assert got == expected | {"url": got["url"]}
    assert got["url"].startswith("urn:sha256:")


def articles_of(site: str) -> Iterator[tuple[str, bytes, str]]:
    """Each saved article of a site: what to call it, the page, the body it must give."""
    for path in sorted(PAGES.glob("*/*.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        if expected.get("source") == site:
            yield path.stem, path.with_suffix(".html").read_bytes(), expected["body"]
    for expected in EXPECTED:
        if expected["source"] == site:
            yield expected["id"], (SAMPLE / expected["url"].removeprefix("http://")).read_bytes(), expected["body"]


@pytest.mark.parametrize("site", [source.site for source in SHIPPED.every()])
def test_without_its_rules_nine_of_ten_pages_give_the_same_body(site: str) -> None:
    """So will the pages of a layout that no form fits yet: read here as pages of a site nobody knows."""
    wrong, count = [], 0
    for name, page, body in articles_of(site):
        count += 1
        try:
            found = extract(page, "http://example.net/a.html").body
        except NotAnArticle as error:
            found = str(error)
        if found != body:
            wrong.append(f"{name}: {found[:60]!r} ... {found[-60:]!r}")
    assert count
    assert len(wrong) * 10 <= count, "\n".join([f"{len(wrong)} of {count}", *wrong])


@pytest.mark.parametrize("name", SHIPPED.names())
def test_every_source_has_saved_pages(name: str) -> None:
    folder = PAGES / name
    assert list(folder.glob("*.html")), (
        f"save pages of {name} as {folder}/SLUG.html, each with the article it must become as SLUG.json"
    )


def test_a_saved_page_names_its_own_address() -> None:
    page = (SAMPLE / EXPECTED[0]["url"].removeprefix("http://")).read_bytes()
    named = page.replace(b"<head>", f"<head><link rel='canonical' href='{EXPECTED[0]['url']}'>".encode())
    assert extract(named, "").id == EXPECTED[0]["id"]
    nameless = extract(page, "")
    assert nameless.url.startswith("urn:sha256:")
    assert (nameless.source, nameless.rights) == ("tibet.cn", EXPECTED[0]["rights"]), "the site is named in its title"


def test_a_date_after_the_fetch_is_not_believed() -> None:
    url = "http://www.tibet.cn/cn/news/zx/202305/t20230510_7460001.html"
    page = (
        (PAGES / "tibet_cn" / "desktop-without-author-span.html")
        .read_bytes()
        .replace(b"2023-05-10 08", b"2033-05-10 08")
    )
    reading = read(page, url, datetime(2023, 5, 11, tzinfo=UTC))
    assert reading.article.published == datetime(2023, 5, 10, tzinfo=SHANGHAI)
    assert ("published", "address") in [(step.field, step.how) for step in reading.steps]


# Bytes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_bytes_are_read_as_what_they_are(encoding: str) -> None:
    assert decode("藏历新年，𠀀".encode(encoding)).text == "藏历新年，𠀀"


def test_a_cut_character_does_not_garble_the_page() -> None:
    assert decode(("西藏" * 40).encode()[:-1]).text.startswith("西藏" * 39)


@given(st.binary(max_size=400))
def test_any_bytes_are_an_article_or_say_why_not(page: bytes) -> None:
    for url in ("", "http://www.tibet.cn/cn/news/zx/202305/t20230510_7460001.html"):
        with suppress(NotAnArticle):
            article = extract(page, url)
            assert article.title
            assert article.body


# What is not the body


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("(责编: 于超)", "editor", "于超"),
        ("（责编：央金）", "editor", "央金"),
        ("(责编:白玛 )", "editor", "白玛"),
        ("(责编：于超，周晶)", "editor", "于超，周晶"),
        ("責任編輯：達娃", "editor", "達娃"),
        ("原标题：高原上的路", "original_title", "高原上的路"),
        ("（来源：西藏日报）", "credit", "西藏日报"),
    ],
)
def test_a_line_that_holds_a_field(line: str, field: str, value: str) -> None:
    cleaned = boilerplate.clean([Line("正文。"), Line(line)])
    assert cleaned.body == "正文。"
    assert cleaned.fields == {field: value}


@pytest.mark.parametrize(
    "line",
    [
        "他是这本书的责任编辑，也是作者。",
        "水的来源：雪山，冰川和泉眼，一年四季不断。",
        "文章的原标题很长",
        "请看相关链接中的说明。",
        "版权声明的作用是什么？",
        "邮箱里收到三百封来信。",
        "Email营销成为新选择",
        "编辑：您是怎么开始的？",
        "(含1个线上签约项目)",
        "图为雪山",
        "点击[详细]可以看到更多。",
    ],
)
def test_a_sentence_that_only_contains_such_a_word_stays(line: str) -> None:
    assert boilerplate.clean([Line("正文。"), Line(line), Line("结尾。")]).body == f"正文。\n{line}\n结尾。"


def test_related_cards_without_a_rights_notice() -> None:
    lines = ["正文。", "另一篇的标题", "另一篇的头一句话。[详细] -", "- 又一条"]
    cleaned = boilerplate.clean(map(Line, lines))
    assert cleaned.body == "正文。"
    assert [step.text for step in cleaned.steps] == lines[1:]


@given(
    st.lists(
        st.sampled_from(
            ["正文。", "(责编: 甲)", "版权声明：乙", "相关链接", "-", "标题", "话。[详细]", "email: a@b.cn"]
        )
    )
)
def test_no_line_is_lost(lines: list[str]) -> None:
    cleaned = boilerplate.clean(map(Line, lines))
    kept = [line.text for line in cleaned.lines] + [step.text for step in cleaned.steps]
    assert sorted(kept) == sorted(lines)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("……开工。（中国西藏网 记者/索朗 普布）", ("索朗", "普布")),
        ("……开工。(记者：王原)", ("王原",)),
        ("……开工。（见习生也在场）", ()),
    ],
)
def test_the_closing_byline(line: str, names: tuple[str, ...]) -> None:
    assert byline(line) == names


def test_end_marks_do_not_take_the_whole_body() -> None:
    assert boilerplate.clean(map(Line, ["附件[详细]", "正文。"])).body == "附件[详细]\n正文。"
    assert boilerplate.clean(map(Line, ["更多精彩", "正文。"])).body == "正文。"


# Dates and credit


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("发布时间：2022-06-01 10:32:05", "2022-06-01T10:32:05+08:00"),
        ("2022年6月1日 10:32", "2022-06-01T10:32:00+08:00"),
        ("2022/6/1", "2022-06-01T00:00:00+08:00"),
        ("2022-13-45 2021-02-03T00:10", "2021-02-03T00:10:00+08:00"),
    ],
)
def test_a_date_with_its_year(text: str, iso: str) -> None:
    found = find_date(text)
    assert found
    assert found.time.isoformat() == iso


@pytest.mark.parametrize("text", ["5月31日", "20220601", "电话 0891-6800000", "共2022-1项"])
def test_what_is_no_date(text: str) -> None:
    assert find_date(text) is None


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("发布时间: 2023-11-08 09:15 来源: 中国西藏网 ", "中国西藏网"),
        ("2012-07-18 来源：新华网 责任编辑：李", "新华网"),
        ("来源：", ""),
        ("来源： 责编：李", ""),
        ("来源：新华网 2012-07-18", "新华网"),
        ("来源：新华网 记者：张三", "新华网"),
        ("来源：中国（西藏）网", "中国（西藏）网"),
        ("來源:新華社", "新華社"),
    ],
)
def test_the_printed_credit(text: str, credit: str) -> None:
    assert find_credit(text) == credit


# Mirrors


def test_a_gloss_printed_twice_goes_whole() -> None:
    assert restore(["項(xiàng)(xiàng)目開(kāi)(kāi)工，縣(xiàn)(xiàn)里"]) == (["項目開工，縣里"], 3)


def test_a_genuine_gloss_is_left_alone() -> None:
    lines = ["旃（zhān）檀木", "人均GDP(GDP)增长", "重(zhòng)要", "藏(zàng)蚌埠(bù)地名(dì)"]
    assert restore(lines) == (lines, 0)


@given(st.text("項開達西藏(a)xiàngkāi項(xiàng)", max_size=40))
def test_restoring_takes_out_glosses_only(text: str) -> None:
    (restored,), count = restore([text])
    assert len(re.findall("[項開達西藏]", restored)) == len(re.findall("[項開達西藏]", text))
    assert (restored == text) == (count == 0)
    assert count == 0 or count >= 3


# Lists


def test_a_list_tells_its_rows_and_pages() -> None:
    url = "http://www.tibet.cn/cn/aid_tibet/news/"
    listing = read_list(answer(SAMPLE, url)[2], url, TIBET)
    assert listing.pages == 3
    assert "http://www.tibet.cn/cn/aid_tibet/news/202206/t20220601_7210688.html" in listing.rows
    assert [TIBET.list_page(url, n) for n in range(2)] == [url, url + "index_1.html"]


@pytest.mark.parametrize(
    ("url", "article"),
    [
        ("https://m.tibet.cn/cn/news/zx/202206/t20220601_7210688.html?utm_source=x#top", True),
        ("http://www.tibet.cn/cn/travel/202403/t20240320_7586528.html", True),
        ("http://media.tibet.cn/culture/news/201207/t20120718_1642208.htm", True),
        ("http://www.tibet.cn/cn/news/zx/202207/t20220601_7210688.html", False),
        ("http://eng.tibet.cn/eng/news/202206/t20220601_7210688.html", False),
        ("http://media.tibet.cn/photo/news/content_88123.shtml", False),
        ("http://www.tibet.cn/gywm/202001/t20200106_6730001.html", False),
        ("http://www.tibet.cn/cn/news/zx/", False),
    ],
)
def test_which_addresses_are_articles(url: str, article: bool) -> None:
    assert TIBET.is_article(canonical(url)) is article


@pytest.mark.parametrize(
    ("url", "id", "day"),
    [
        ("https://m.tibet.cn/cn/aid_tibet/news/202206/t20220601_7210688.html", "tibet.cn-7210688", "20220601"),
        ("https://www.xzxw.com/xw/xzyw/2025-11/18/content_6729456.html", "xzxw.com-6729456", "20251118"),
        ("https://www.xzxw.com/jysp/2025-11/19/content_6729836.html", "xzxw.com-6729836", "20251119"),
        ("http://xzxw.com/xw/201809/t20180906_2356154.html", "xzxw.com-2356154", "20180906"),
        ("http://www.xzxw.com/rkz/mswh/201601/t20160114_1034847.html", "xzxw.com-1034847", "20160114"),
        ("http://www.xzxw.com/xw/201808/t20180906_2356154.html", "", ""),
        ("http://www.xzxw.com/xw/201809/content_2356154.html", "", ""),
        ("http://www.xzxw.com/xw/xzyw/index.html", "", ""),
        ("http://www.vtibet.com/xw_702/yw_705/201809/t20180907_743217.html", "vtibet.com-743217", "20180907"),
        ("http://www.tibetol.cn/html/zixun/bwyc/2018/0904/39671.html", "tibetol.cn-39671", "20180904"),
        ("http://www.tibetol.cn/html/wenzhai/gjrw/42.html", "", ""),
        ("http://xz.people.com.cn/n2/2022/0601/c138901-35296001.html", "xz.people.com.cn-35296001", "20220601"),
        ("http://xz.people.com.cn/GB/139190/8523457.html", "xz.people.com.cn-8523457", ""),
        ("http://xz.people.com.cn/GB/387841/387843/index8.html", "", ""),
        ("http://www.xizang.gov.cn/xwzx_406/bmkx/202206/t20220601_302116.html", "xizang.gov.cn-302116", "20220601"),
        ("http://www.xizang.gov.cn/xwzx_406/bmkx/", "", ""),
    ],
)
def test_an_address_gives_id_and_day(url: str, id: str, day: str) -> None:
    address = canonical(url)
    source = SHIPPED.of(address)
    assert source
    assert (source.article_id(address), source.day(address)) == (id, day)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.people.com.cn/n1/2022/0601/c1001-32435777.html",
        "http://people.com.cn/",
        "http://politics.people.com.cn/n1/2022/0601/c1001-32435777.html",
        "http://tibet.people.com.cn/15141/15202/index.html",
        "http://drc.xizang.gov.cn/fgdt/jggl/202210/t20221015_999999.html",
        "http://tb.xzxw.com/xw/xzyw/2025-11/18/content_6729456.html",
        "http://media.vtibet.com/masvod/public/2015/01/04/a.mp4",
        "http://360.70.tibetol.cn/?scene_id=1",
    ],
)
def test_a_neighbours_page_is_not_ours(url: str) -> None:
    assert SHIPPED.of(canonical(url)) is None


def test_further_pages_of_a_list_are_counted_as_the_site_counts() -> None:
    for name, further in (("tibet_cn", "index_1.html"), ("xz_people_com_cn", "index2.html"), ("tibetol_cn", "2.html")):
        source = SHIPPED.load(name)
        assert source.list_page(source.lists[0], 0) == source.lists[0]
        assert source.list_page(source.lists[0], 1) == source.lists[0] + further


def test_a_layout_is_tried_on_the_days_it_was_served() -> None:
    form = replace(TIBET.forms[0], since=date(2018, 5, 1), until=date(2024, 2, 29))
    assert form.served(None)
    assert form.served(datetime(2018, 4, 30, 16, tzinfo=UTC)), "it is May in China"
    assert form.served(datetime(2024, 2, 29, 15, 59, tzinfo=UTC))
    assert not form.served(datetime(2018, 4, 30, 15, 59, tzinfo=UTC))
    assert not form.served(datetime(2024, 2, 29, 16, tzinfo=UTC))
    assert TIBET.forms[0].served(datetime(1999, 1, 1, tzinfo=UTC)), "no day is known"


# Crawls: Scrapy, over the replay


def kept(data: Path) -> list[dict[str, Any]]:
    with ArticleStore.open(load(data)) as store:
        assert list(database.verify(store)) == []
        return sorted((to_json(revision.article) for revision in store.changes()), key=lambda a: str(a["id"]))


def kept_so_far(data: Path) -> int:
    try:
        return len(kept(data))
    except ArchiveUnusable:  # not made yet
        return 0


def test_a_crawl_keeps_every_article_exactly_once(crawled: Path) -> None:
    assert kept(crawled) == sorted(EXPECTED, key=lambda a: str(a["id"]))
    with ArticleStore.open(load(crawled)) as store:
        assert store.sequence() == len(EXPECTED)
        for address in (
            "http://www.tibet.cn/cn/news/zx/202108/t20210819_7052045.html",
            "http://www.tibet.cn/cn/aid_tibet/news/202108/t20210819_7052045.html",
        ):
            found = store.get(address)
            assert found
            assert found.article.id == "tibet.cn-7052045"


def test_single_addresses_are_no_history(crawled: Path, proxy: str) -> None:
    with ArticleStore.open(load(crawled)) as store:
        before = Ledger(store).last_runs("tibet.cn", 20)
        assert run("crawl", "--url", "http://www.tibet.cn/no.html", data=crawled, http_proxy=proxy).returncode in (0, 5)
        assert Ledger(store).last_runs("tibet.cn", 20) == before != []


def test_a_run_is_noted_though_indexing_fails(crawled: Path, proxy: str) -> None:
    with ArticleStore.open(load(crawled)) as store:
        before = Ledger(store).last_runs("tibet.cn", 20)
        shutil.rmtree(crawled / "index")
        (crawled / "index").write_text("no folder")
        assert run("crawl", "tibet_cn", data=crawled, http_proxy=proxy).returncode != 0
        assert len(Ledger(store).last_runs("tibet.cn", 20)) == len(before) + 1


def test_a_layout_that_changed_is_told_at_the_end_of_a_crawl(crawled: Path, proxy: str, tmp_path: Path) -> None:
    same = run("crawl", "tibet_cn", data=crawled, http_proxy=proxy)
    assert "general means" not in same.stderr
    changed = Path(shutil.copytree(SAMPLE, tmp_path / "changed"))
    for page in changed.rglob("*.html"):
        page.write_bytes(
            page.read_bytes().replace(b"title_box", b"headline_box").replace("来源：".encode(), "源自：".encode())
        )
    with replay(changed) as address:
        told = run("crawl", "tibet_cn", data=crawled, http_proxy=address).stderr
    assert "pages read by general means, 0% before: has a layout changed?" in told


# Articles of several pages


PEOPLE = "http://xz.people.com.cn/n2/2016/0512/c139194-28310222"


@pytest.fixture
def two_pages(tmp_path: Path) -> Path:
    """A replay folder with an article's first page and its second."""
    folder = tmp_path / "replayed"
    for number, name in ((1, f"{PEOPLE}.html"), (2, f"{PEOPLE}-2.html")):
        file = folder / name.removeprefix("http://")
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PAGES / "xz_people_com_cn" / f"multi-page-{number}.html", file)
    return folder


def body_of(page: int) -> str:
    expected = json.loads((PAGES / "xz_people_com_cn" / f"multi-page-{page}.json").read_text(encoding="utf-8"))
    return str(expected["body"])


def test_an_article_of_two_pages_is_archived_as_one(two_pages: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with replay(two_pages) as proxy:
        done = run("crawl", "--url", f"{PEOPLE}.html", data=data, http_proxy=proxy)
    assert done.returncode == 0, done.stderr
    (article,) = kept(data)
    assert article["id"] == "xz.people.com.cn-28310222"
    assert article["body"] == f"{body_of(1)}\n{body_of(2)}"
    assert article["authors"] == ["扎西央金"], "only the last page names the author"
    with ArticleStore.open(load(data)) as store:
        (revision,) = store.changes()
        assert [Pages(Folder(data)).read(page).url for page in revision.pages] == [f"{PEOPLE}.html", f"{PEOPLE}-2.html"]
    again = tmp_path / "again"
    for folder, told in ((again, "1    0        0"), (data, "0    0        1")):
        done = run("import", data / "pages", data=folder)
        assert (done.returncode, told in done.stdout) == (0, True), done.stdout
        assert kept(folder) == [article]
    with ArticleStore.open(load(data)) as store:
        report = Report()
        reextract(store, load(data), report, workers=1)
        assert (report.total("unchanged"), report.total("changed")) == (1, 0)


def test_a_missing_page_is_told_and_does_not_shorten_what_is_kept(two_pages: Path, tmp_path: Path) -> None:
    data, second = tmp_path / "data", two_pages / f"{PEOPLE}-2.html".removeprefix("http://")
    away = second.rename(tmp_path / "away.html")
    with replay(two_pages) as proxy:
        done = run("crawl", "--url", f"{PEOPLE}.html", data=data, http_proxy=proxy)
        assert f"pages of it are missing: {PEOPLE}.html: {PEOPLE}-2.html" in done.stderr
        assert kept(data)[0]["body"] == body_of(1)
        away.rename(second)
        assert run("crawl", "--url", f"{PEOPLE}.html", data=data, http_proxy=proxy).returncode == 0
        second.unlink()
        run("crawl", "--url", f"{PEOPLE}.html", data=data, http_proxy=proxy)
    assert kept(data)[0]["body"] == f"{body_of(1)}\n{body_of(2)}"


@pytest.mark.parametrize(
    ("page", "first", "found"),
    [
        (
            "<a href='t1_2_4.html'>尾页</a><a href='t1_2_1.html'>2</a>", "t1_2.html",
            ["t1_2_1.html", "t1_2_2.html", "t1_2_3.html", "t1_2_4.html"],
        ),
        ("<a href='7-2.html'>下一页</a><a href='7.html'>【1】</a>", "7.html", ["7-2.html"]),
        ("<a href='7-2.html'><img src='next.jpg'></a>", "7.html", ["7-2.html"]),
        ("<script>createPageHTML(3, 0, 't1_2', 'html');</script>", "t1_2.html", ["t1_2_1.html", "t1_2_2.html"]),
        ("<script>createPageHTML(3, 0, 'index', 'html');</script>", "t1_2.html", []),
        (
            "<a href='?page=3&id=3'>[3]</a><a href='?page=2&id=3'>[2]</a>", "v.php?id=3",
            ["v.php?id=3&page=2", "v.php?id=3&page=3"],
        ),
        ("<a href='?id=4&page=2'>[2]</a>", "v.php?id=3", []),
        ("<a href='7-2.html'>七号文件的第二篇解读</a>", "7.html", []),
        ("<a href='8.html'>下一页</a><a href='http://[/7-2.html'>2</a><a>3</a>", "7.html", []),
        ("<a href='http://b.example/7-2.html'>2</a>", "7.html", []),
    ],
)  # fmt: skip
def test_the_further_pages_of_an_article(page: str, first: str, found: list[str]) -> None:
    site = "http://www.example.cn/news/"
    assert next_pages(Page(page.encode(), site + first), site + first) == [site + part for part in found]


def test_pages_that_repeat_the_first_are_left_out() -> None:
    page = (PAGES / "xz_people_com_cn" / "multi-page-1.html").read_bytes()
    joined = join([read(page, f"{PEOPLE}.html"), read(page, f"{PEOPLE}-2.html", part_of=f"{PEOPLE}.html")])
    assert (joined.article.body, joined.missing) == (body_of(1), ())
    assert [step.how for step in joined.steps if step.field == "pages"] == ["repeats a page before, left out"]


def test_a_second_crawl_finds_nothing_new(crawled: Path, proxy: str) -> None:
    done = run("crawl", "tibet_cn", data=crawled, http_proxy=proxy)
    assert done.returncode == 0, done.stderr
    head, counts = (line.split() for line in done.stdout.splitlines())
    told = dict(zip(head, counts, strict=True))
    assert (told["new"], told["changed"], told["failed"]) == ("0", "0", "0")
    assert int(told["unchanged"]) >= len(EXPECTED)
    assert "skipped: http://media.tibet.cn/photo/news/content_88123.shtml" in done.stderr
    assert re.search("skipped: .*t20230412_7391001.html: it says that the page .* was deleted", done.stderr)


def test_pages_that_are_read_beside_a_crawl_come_back_each_to_who_asked() -> None:
    time = datetime(2023, 6, 1, tzinfo=UTC)
    bodies = [b"" if n % 7 == 3 else ARTICLE.replace(b"<h2>", b"<h2>%d" % n) for n in range(90)]
    address = "http://www.tibet.cn/cn/news/yc/202305/t20230510_{}.html"
    pages = [FetchedPage(address.format(n), body, time) for n, body in enumerate(bodies)]

    async def ask(page: FetchedPage) -> Reading:
        return await reader().ask(page.url, read_page, page, SHIPPED)

    async def read_in_turn(some: list[FetchedPage]) -> list[Reading | BaseException]:
        return [(await asyncio.gather(ask(page), return_exceptions=True))[0] for page in some]

    async def read_all() -> list[Reading | BaseException]:
        """Three at a time, each asked for as soon as the one before is there; then all others at once."""
        turns = [read_in_turn(pages[n:30:3]) for n in range(3)]
        found = await asyncio.wait_for(asyncio.gather(*turns), 60)
        rest = await asyncio.gather(*map(ask, pages[30:]), return_exceptions=True)
        return [found[n % 3][n // 3] for n in range(30)] + rest

    for page, one in zip(pages, asyncio.run(read_all()), strict=True):
        if page.body:
            assert one == read(page.body, page.url, page.fetched)
        else:
            assert isinstance(one, NotAnArticle)
            assert one.subject == page.url


def test_scrapy_crawl_archives_the_same(tmp_path: Path, proxy: str) -> None:
    settings = {"http_proxy": proxy, "WENCANG_DATA": str(tmp_path), "WENCANG_DELAY": "0.01", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "scrapy", "crawl", "tibet_cn"]
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert kept(tmp_path) == sorted(EXPECTED, key=lambda a: str(a["id"]))


def without_places(articles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Articles without the places of the one on two lists: it keeps those where it was read first."""
    places = {"url": "", "section": ""}
    return [article | places if article["id"] == "tibet.cn-7052045" else article for article in articles]


def test_killed_in_the_middle_and_run_again(tmp_path: Path, proxy: str) -> None:
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(tmp_path), "crawl", "tibet_cn"]
    crawl = subprocess.Popen(command, env={"http_proxy": proxy, "WENCANG_DELAY": "0.2"})
    deadline = time.monotonic() + 60
    while run("西藏", data=tmp_path).returncode != 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert crawl.poll() is None, "what is new is found while the crawl goes on"
    crawl.send_signal(signal.SIGKILL)
    crawl.wait()
    assert 5 <= len(kept(tmp_path)) < len(EXPECTED)
    again = run("crawl", "tibet_cn", data=tmp_path, http_proxy=proxy)
    assert again.returncode == 0, again.stderr
    assert without_places(kept(tmp_path)) == without_places(sorted(EXPECTED, key=lambda a: str(a["id"])))
    assert run("援藏", "招商引资", data=tmp_path).returncode == 0
    assert run("verify", data=tmp_path).returncode == 0


def test_politeness(tmp_path: Path) -> None:
    pages = {
        "http://www.tibet.cn/robots.txt": (200, "", b"User-agent: *\nDisallow: /cn/tech/\n"),
        "http://www.tibet.cn/cn/tech/": (200, "", rows(ROW.format(n=9))),
        LIST: (200, "", rows(*(ROW.format(n=n) for n in range(4)), "http://media.tibet.cn/a/201207/t20120718_1.htm")),
        **{ROW.format(n=n): (200, "", ARTICLE.replace(b"<h2>", b"<h2>%d" % n)) for n in range(4)},
        ROW.format(n=2): (302, "http://www.example.com/elsewhere", b""),
    }
    with site(pages) as (proxy, log):
        run("crawl", "tibet_cn", data=tmp_path, http_proxy=proxy, WENCANG_DELAY="0.1", WENCANG_CONTACT="me@example.cn")
    asked = [url for _time, url, _agent in log]
    assert not [url for url in asked if "/cn/tech/" in url or "example.com" in url]
    assert len(asked) == len(set(asked)), "nothing is asked twice"
    assert {agent for _time, _url, agent in log} == {next(iter({a for _t, _u, a in log}))}
    assert re.fullmatch(r"wencang/\S+ \(.*me@example\.cn\)", log[0][2])
    times = [at for at, url, _agent in log if not url.endswith("robots.txt")]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) > 0.09
    assert {article["title"] for article in kept(tmp_path)} == {f"{n}那曲牧区通了班车" for n in (0, 1, 3)}


def test_a_list_ends_at_a_missing_or_an_empty_page_and_a_broken_one_is_a_failure(tmp_path: Path) -> None:
    pages = {
        LIST: (200, "", rows(ROW.format(n=1))),
        LIST + "index_1.html": (200, "", b"<html>empty</html>"),
        "http://www.tibet.cn/cn/news/zx/": (503, "", b""),
        ROW.format(n=1): (200, "", ARTICLE),
    }
    with site(pages) as (proxy, log):
        done = run("crawl", "tibet_cn", data=tmp_path, http_proxy=proxy)
    asked = {url for _time, url, _agent in log}
    assert LIST + "index_2.html" not in asked
    assert done.returncode == 5
    assert "http://www.tibet.cn/cn/news/zx/" in done.stderr
    assert "503" in done.stderr
    assert len(kept(tmp_path)) == 1, "what could be read is kept"


def test_a_page_that_no_form_fits_is_named(tmp_path: Path) -> None:
    page = (PAGES / "tibet_cn" / "mobile-markup-never-seen.html").read_bytes()
    url = "http://www.tibet.cn/cn/book/202305/t20230510_7460003.html"
    with site({"http://www.tibet.cn/cn/book/": (200, "", rows(url)), url: (200, "", page)}) as (proxy, _log):
        done = run("crawl", "tibet_cn", data=tmp_path, http_proxy=proxy)
    assert f"read by general means, no form fits: {url}" in done.stderr


def test_a_changed_article_is_a_new_version(tmp_path: Path) -> None:
    data, pages = tmp_path / "data", tmp_path / "pages"
    shutil.copytree(SAMPLE, pages)
    page = pages / EXPECTED[0]["url"].removeprefix("http://")
    with replay(pages) as proxy:
        run("crawl", "--url", EXPECTED[0]["url"], data=data, http_proxy=proxy)
        page.write_bytes(
            page.read_bytes().replace(EXPECTED[0]["body"].split("\n")[0].encode(), "更正后的第一段。".encode())
        )
        done = run("crawl", "--url", EXPECTED[0]["url"], data=data, http_proxy=proxy)
    assert done.stdout.splitlines()[1].split()[1:3] == ["0", "1"]
    assert run("更正", data=data).returncode == 0
    with ArticleStore.open(load(data)) as store:
        assert [r.article.body.split("\n")[0] for r in store.history(EXPECTED[0]["id"])] == [
            EXPECTED[0]["body"].split("\n")[0],
            "更正后的第一段。",
        ]


def test_a_page_of_an_unknown_site(tmp_path: Path) -> None:
    text = "".join(f"<p>第{n}段说的是当雄草原上的第{n}件事，写得不长也不短。</p>" for n in range(5))
    page = f"<title>当雄五事 - 某网</title><h1>当雄五事</h1><div>2023-05-10 来源：某报</div><div>{text}</div>".encode()
    with site({"http://example.net/a.html": (200, "", page)}) as (proxy, _log):
        done = run("crawl", "--url", "http://example.net/a.html", data=tmp_path, http_proxy=proxy)
    assert done.returncode == 0, done.stderr
    (article,) = kept(tmp_path)
    assert (article["source"], article["title"], article["credit"]) == ("example.net", "当雄五事", "某报")


def test_an_archive_that_can_not_be_written_ends_the_crawl(tmp_path: Path, proxy: str) -> None:
    ArticleStore.create(load(tmp_path)).close()
    with closing(sqlite3.connect(tmp_path / "archive.db")) as raw:
        raw.execute("ALTER TABLE revisions RENAME COLUMN body TO text")
        raw.commit()
    done = run("crawl", "tibet_cn", data=tmp_path, http_proxy=proxy)
    assert done.returncode == 3
    assert "no such column: revisions.body" in done.stderr.splitlines()[-1]
    assert ended(tmp_path) == ["fault"]
    assert "Traceback" not in done.stderr


def test_a_redirect_away_from_the_articles_is_skipped(tmp_path: Path) -> None:
    pages = {
        LIST: (200, "", rows(*(ROW.format(n=n) for n in range(3)))),
        ROW.format(n=0): (200, "", ARTICLE),
        ROW.format(n=1): (302, "http://www.tibet.cn/cn/error.html", b""),
        "http://www.tibet.cn/cn/error.html": (200, "", ARTICLE),
    }
    with site(pages) as (proxy, _log):
        done = run("crawl", "tibet_cn", data=tmp_path, http_proxy=proxy)
    assert done.returncode == 0, done.stderr
    assert "skipped: http://www.tibet.cn/cn/error.html" in done.stderr
    assert f"skipped: {ROW.format(n=2)}: HTTP 404" in done.stderr
    assert [article["url"] for article in kept(tmp_path)] == [ROW.format(n=0)]


def test_an_interrupted_crawl_says_so(tmp_path: Path, proxy: str) -> None:
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(tmp_path), "crawl", "tibet_cn"]
    crawl = subprocess.Popen(command, env={"http_proxy": proxy, "WENCANG_DELAY": "0.3"}, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not kept_so_far(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    crawl.send_signal(signal.SIGINT)
    assert crawl.wait(60) == 130
    crawl.stdout.close()  # type: ignore[union-attr]  # it is a pipe
    assert ended(tmp_path) == ["interrupted"]
    assert kept(tmp_path)
    assert run("西藏", "--limit", "0", data=tmp_path).returncode in (0, 1), "what was kept is indexed"


def test_limits_of_a_crawl(tmp_path: Path, proxy: str) -> None:
    assert run("crawl", "tibet_cn", "--max-pages", "8", data=tmp_path, http_proxy=proxy).returncode == 0
    assert kept(tmp_path), "a short run has fetched articles too"
    assert ended(tmp_path) == ["page limit"]
    shutil.rmtree(tmp_path)
    run("crawl", "tibet_cn", "--since", "2024", data=tmp_path, http_proxy=proxy)
    wanted = {article["id"] for article in EXPECTED if article["url"].split("/t")[-1] >= "2024"}
    assert {a["id"] for a in kept(tmp_path)} == wanted


# Raw pages


def newest(data: Path) -> list[Revision]:
    with ArticleStore.open(load(data)) as store:
        return list(store.changes())


def raw(data: Path, revision: Revision) -> FetchedPage:
    (page,) = revision.pages
    return Pages(Folder(data)).read(page)


def weight(data: Path) -> int:
    return sum(path.stat().st_size for path in (data / "pages").iterdir())


def test_a_crawl_keeps_the_page_as_it_came_and_what_was_asked(crawled: Path) -> None:
    for revision in newest(crawled):
        page = raw(crawled, revision)
        assert page.fetched == revision.fetched
        assert page.body == (SAMPLE / page.url.removeprefix("http://")).read_bytes()
        assert page.response
        assert page.response.line == "HTTP/1.1 200 OK"
        assert ("Content-Length", str(len(page.body))) in page.response.headers
    (warc,) = (crawled / "pages").iterdir()
    said = gzip.decompress(warc.read_bytes())
    assert said.count(b"WARC-Type: request") == said.count(b"WARC-Type: response") == len(EXPECTED)
    assert len(re.findall(rb"GET /\S+ HTTP/1\.1\r\nHost: \w+\.tibet\.cn\r\n", said)) == len(EXPECTED)
    assert b"User-Agent: wencang/" in said


def test_what_is_unchanged_costs_no_space(tmp_path: Path, proxy: str) -> None:
    run("crawl", "--url", EXPECTED[0]["url"], data=tmp_path, http_proxy=proxy)
    before = weight(tmp_path)
    assert "unchanged" in run("crawl", "--url", EXPECTED[0]["url"], data=tmp_path, http_proxy=proxy).stdout
    assert weight(tmp_path) == before


def test_a_page_that_was_compressed_on_its_way(tmp_path: Path) -> None:
    coded = gzip.compress(ARTICLE)
    with site({ROW.format(n=1): (200, "", coded)}) as (proxy, _log):
        assert run("crawl", "--url", ROW.format(n=1), data=tmp_path, http_proxy=proxy).returncode == 0
    page = raw(tmp_path, *newest(tmp_path))
    assert page.body == ARTICLE
    assert page.response
    names = [name for name, _value in page.response.headers]
    assert ("X-Archive-Orig-Content-Encoding", "gzip") in page.response.headers
    assert "Content-Encoding" not in names


def test_imported_files_are_kept_and_lines_of_an_export_have_none(tmp_path: Path) -> None:
    folder, data = tmp_path / "in", tmp_path / "data"
    folder.mkdir()
    html = shutil.copy(SAMPLE / EXPECTED[0]["url"].removeprefix("http://"), folder / "a.html")
    text = shutil.copy(PAGES / "mirror" / "signing-glossed.txt", folder)
    (folder / "b.jsonl").write_text(json.dumps(EXPECTED[1], ensure_ascii=False), encoding="utf-8")
    assert run("import", folder, data=data).returncode == 0
    lines, plain, page = sorted(newest(data), key=lambda r: (bool(r.pages), r.article.source))
    assert lines.pages == ()
    for revision, path, kind in ((page, html, "text/html"), (plain, text, "text/plain")):
        found = raw(data, revision)
        assert (found.body, found.content_type) == (Path(path).read_bytes(), kind)
        assert (found.url, found.response) == (revision.article.url, None)
    done = run("reextract", data=data)
    assert done.returncode == 0, done.stderr
    assert "articles without a raw page: 1" in done.stderr
    assert [r.sequence for r in newest(data)] == [1, 2, 3], "read again, they are the same"


# Reading again


def as_once_read(data: Path, article: Article, **fields: Any) -> Revision:
    """Give an article the version that older rules would have made of its raw pages."""
    with ArticleStore.open(load(data)) as store:
        kept = store.get(article.id)
        assert kept
        older = store.put(
            replace(kept.article, **fields), kept.fetched, extractor="0 rules", keep=lambda _earlier: kept.pages
        )  # fmt: skip
        assert older
        return older


def test_reading_again_makes_a_version_only_where_something_changed(crawled: Path) -> None:
    before = newest(crawled)
    once = as_once_read(crawled, before[0].article, title="旧题", credit="")
    as_once_read(crawled, before[1].article, credit="旧")
    done = run("reextract", "--dry-run", data=crawled)
    assert done.returncode == 0, done.stderr
    assert newest(crawled)[-2] == once
    again = run("reextract", data=crawled)
    assert (again.stdout, again.stderr) == (done.stdout, done.stderr)
    assert again.stdout.splitlines()[1].split()[1:] == ["0", "2", str(len(before) - 2), "0", "0", "0", "0"]
    assert f"changed: {once.article.id}: title, credit" in again.stderr
    assert "changed by field: credit 2, title 1" in again.stderr
    with ArticleStore.open(load(crawled)) as store:
        first, _older, third = store.history(once.article.id)
        assert (first.article, third.article) == (before[0].article, before[0].article)
        assert (third.fetched, third.pages, third.extractor) == (first.fetched, first.pages, first.extractor)
    assert run("verify", data=crawled).returncode == 0
    assert "up to date" in run("status", data=crawled).stdout


def test_an_article_met_under_another_address_keeps_its_own(tmp_path: Path, proxy: str) -> None:
    url = "http://www.tibet.cn/cn/aid_tibet/news/202108/t20210819_7052045.html"
    assert run("crawl", "--url", url, data=tmp_path, http_proxy=proxy).returncode == 0
    (kept,) = newest(tmp_path)
    page = raw(tmp_path, kept)
    with ArticleStore.open(load(tmp_path)) as store, Pages(Folder(tmp_path)) as pages:
        alias = replace(page, url=url.replace("aid_tibet/news", "news/zx"))
        store.put(
            replace(kept.article, title="旧题"), kept.fetched, keep=lambda _earlier: (pages.append(alias),)
        )  # fmt: skip
        report = Report()
        reextract(store, load(tmp_path), report, workers=1)
        found = store.get(kept.article.id)
    assert report.fields == {"title": 1}
    assert found
    assert found.article == kept.article


def test_what_is_no_article_any_more_stays_and_what_is_damaged_is_a_failure(crawled: Path) -> None:
    one, other, third = newest(crawled)[:3]
    with ArticleStore.open(load(crawled)) as store, Pages(Folder(crawled)) as pages:
        empty = pages.append(replace(raw(crawled, one), body=b"<html></html>"))
        store.put(replace(one.article, title="旧题"), one.fetched, keep=lambda _earlier: (empty,))
        torn = replace(other.pages[0], offset=other.pages[0].offset + 1)
        store.put(replace(other.article, title="旧题"), other.fetched, keep=lambda _earlier: (torn,))
    as_once_read(crawled, third.article, title="旧题")
    done = run("reextract", "tibet.cn", data=crawled)
    assert done.returncode == 5
    assert done.stdout.splitlines()[1].split()[1:] == ["0", "1", str(len(EXPECTED) - 3), "0", "1", "0", "1"]
    assert re.search(
        rf"skipped: {one.article.id}: is not recognized as an article any more.*: it has no text", done.stderr
    )
    assert re.search(rf"failed: {other.article.id}: .*warc\.gz, record at byte {torn.offset}: it is inc", done.stderr)
    assert {r.article.id: r.article.title for r in newest(crawled)}[one.article.id] == "旧题"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_reading_again_that_is_ended_leaves_no_process_behind(crawled: Path, how: signal.Signals) -> None:
    command = [sys.executable, str(ROOT / "search_cli.py"), "--data", str(crawled), "reextract"]
    reading = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not beside(reading) and reading.poll() is None:
        time.sleep(0.01)
    time.sleep(random.uniform(0, 0.5))
    reading.send_signal(how)
    _out, err = reading.communicate(timeout=60)  # ends when the last process that holds stderr has
    assert "Traceback" not in err
    assert run("reextract", data=crawled).returncode == 0


def test_a_crawl_at_the_same_time_keeps_the_newest_version(crawled: Path, tmp_path: Path) -> None:
    data = tmp_path / "other"
    first, second = newest(crawled)[:2]
    with ArticleStore.create(load(data)) as store, Pages(Folder(data)) as pages:
        for kept in (first, second):
            page = pages.append(raw(crawled, kept))
            store.put(replace(kept.article, title="旧题"), kept.fetched, keep=lambda _earlier, page=page: (page,))  # type: ignore[misc]

        def crawl(_report: Report) -> None:  # while the first of them is counted
            store.put(replace(second.article, body="刚刚改过。"))

        report = Report(notice=crawl)
        reextract(store, load(data), report, workers=2)
        bodies = [revision.article.body for revision in store.history(second.article.id)]
        assert list(database.verify(store, pages.faults)) == []
    assert report.total("changed") == 2
    assert bodies == [second.article.body] * 2 + ["刚刚改过。"]
    assert {r.article.id: r.article.body for r in newest(data)}[second.article.id] == "刚刚改过。"


# Checking a source


def test_check_of_a_source_that_is_as_expected(tmp_path: Path, proxy: str) -> None:
    done = run("check", "tibet_cn", data=tmp_path, http_proxy=proxy)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("title ") == 3
    assert "rows" in done.stdout
    assert not tmp_path.joinpath("archive.db").exists()


def test_check_names_the_rule_that_found_nothing(tmp_path: Path) -> None:
    page = ARTICLE.replace(b"<h2>", b"<h3>").replace(b"</h2>", b"</h3>")
    listed = rows(*(ROW.format(n=n) for n in range(5)))
    first = TIBET.lists[0]
    with site({first: (200, "", listed), **{ROW.format(n=n): (200, "", page) for n in range(5)}}) as (proxy, log):
        done = run("check", "tibet_cn", data=tmp_path, http_proxy=proxy)
    assert done.returncode == 6
    assert len(re.findall(r"^NOTHING +title", done.stdout, re.MULTILINE)) == 3
    assert re.search(r"^ok +published", done.stdout, re.MULTILINE)
    assert len([url for _time, url, _agent in log if not url.endswith("robots.txt")]) == 4


# Importing


def test_import_of_a_warc(tmp_path: Path) -> None:
    warc = tmp_path / "pages.warc.gz"
    with warc.open("wb") as file:
        for article in EXPECTED[:3]:
            page = (SAMPLE / article["url"].removeprefix("http://")).read_bytes()
            block = b"HTTP/1.1 200 Fine\r\nContent-Type: text/html\r\nX-Cache: MISS\r\n\r\n" + page
            head = (
                f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{uuid4()}>\r\n"
                f"WARC-Date: 2026-11-02T03:04:05Z\r\nWARC-Target-URI: {article['url']}\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
            )
            file.write(gzip.compress(head.encode() + block + b"\r\n\r\n"))
    done = run("import", warc, data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert kept(tmp_path / "data") == sorted(EXPECTED[:3], key=lambda a: str(a["id"]))
    for revision in newest(tmp_path / "data"):
        copy = raw(tmp_path / "data", revision)
        assert copy.fetched == revision.fetched == datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)
        assert copy.body == (SAMPLE / copy.url.removeprefix("http://")).read_bytes()
        assert copy.response
        assert (copy.response.line, ("X-Cache", "MISS") in copy.response.headers) == ("HTTP/1.1 200 Fine", True)
    plain = gzip.decompress(warc.read_bytes())
    for name, content in (
        ("cut-in-the-header", plain[:150]),
        ("cut-in-the-page", plain[: plain.index(b"</p>")]),
        ("no-date", plain.replace(b"WARC-Date", b"WARC-Data")),
        ("no-warc", b"no warc"),
    ):
        (torn := tmp_path / f"{name}.warc").write_bytes(content)
        done = run("import", torn, data=tmp_path / "data")
        assert done.returncode == 5, name
        assert f"{name}.warc: record" in done.stderr
    assert kept(tmp_path / "data") == sorted(EXPECTED[:3], key=lambda a: str(a["id"])), (
        "no half page took a whole one's place"
    )


def test_import_of_a_folder_takes_what_it_knows(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    shutil.copy(PAGES / "mirror" / "signing-glossed.txt", folder / "deep")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (folder / "empty.txt").write_text("")
    done = run("import", folder, data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert "empty.txt" in done.stderr
    assert [article["restored"] for article in kept(tmp_path / "data")] == [True]


def test_what_is_no_text_is_no_article() -> None:
    with pytest.raises(NotAnArticle, match="is not text"):
        read_text("\ufffd\x01" * 50 + "\n" + "\x02字" * 50)


def test_text_may_print_its_address_and_date() -> None:
    lines = [
        "题目",
        "发布时间：2022-06-01 10:32 来源：西藏日报",
        "原文：https://tibet.cn/cn/a.html#x",
        "5月31日，正文。2021年1月2日的事。",
    ]
    article = read_text("\n".join(lines)).article
    assert (article.url, article.body, article.credit) == ("https://tibet.cn/cn/a.html", lines[-1], "西藏日报")
    assert article.published == datetime(2022, 6, 1, 10, 32, tzinfo=SHANGHAI)
    assert read_text("题目\n5月31日，正文。2021年1月2日的事。").article.published is None
