"""Extraction held against hostile pages, and each rule of what is not the body from both sides."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import SHANGHAI
from archive.errors import NotAnArticle
from crawler.extract import boilerplate
from crawler.extract.boilerplate import Line
from crawler.extract.dates import find_date
from crawler.extract.encoding import decode
from crawler.extract.extractor import read, read_text
from tests.support.sample import ROOT

SENTENCE = "西藏的公路通到了每一个县，牧民出门不再难。"
HEAD = "<html><head><title>公路通到每个县</title></head><body><h1>公路通到每个县</h1>"
FINDS = ROOT / "tests" / "pages" / "hostile"
TOLERATED = 10  # seconds: two on a quiet machine; what is quadratic takes minutes

HOSTILE = {
    "nested-deeper-than-is-read": "<div>" * 100_000 + SENTENCE * 20,
    "nothing-closed": ("<p>" + SENTENCE + "<font><b><i><a href=1><span>") * 20_000,
    "twenty-megabytes": ("<p>" + SENTENCE + "</p>") * 300_000,
    "one-line-of-four-megabytes": "<p>" + SENTENCE * 60_000,
    "as-many-breaks-as-sentences": (SENTENCE + "<br>") * 60_000,
    "a-hundred-thousand-attributes": "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">" + SENTENCE * 5,
    "a-heading-of-related-links-in-each-block": ("<div><p>相关阅读</p><p>" + SENTENCE + "</p></div>") * 20_000,
    "labels-without-end": "<p>" + "来源：责编:记者 " * 100_000,
    "years-without-end": "<p>" + "2022-" * 400_000,
    "brackets-without-end": "<p>" + "（记者 甲乙" * 200_000,
    "glosses-without-end": "<p>" + "項(xiàng)" * 200_000,
    "buttons-without-end": "<p>" + ("大" * 90 + "！</p><p>") * 3_000,
    "numbers-of-a-pager-without-end": "<p>" + ("1" * 90 + "！</p><p>") * 3_000,
    "json-ld-nested-without-end": "<script type='application/ld+json'>" + "[" * 100_000 + "</script><p>" + SENTENCE * 5,
    "entities-without-end": "<p>" + "&amp;&#160;&#8203;" * 300_000,
    "zeros-before-the-text": "\0" * 3_000_000 + "<p>" + SENTENCE * 5,
    "links-without-end": "<a href=/a/1.html>新闻一条</a>" * 80_000 + "<p>" + SENTENCE * 5,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_read_or_refused_in_bounded_time(name: str) -> None:
    start = time.process_time()
    with suppress(NotAnArticle):
        article = read((HEAD + HOSTILE[name]).encode(), "http://www.example.cn/x/t1_2.html").article
        assert article.title
        assert article.body
    with suppress(NotAnArticle):
        assert read_text(HOSTILE[name]).article.body
    assert time.process_time() - start < TOLERATED


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in sorted(FINDS.iterdir())])
def test_what_the_fuzzer_found_is_read_or_refused(path: Path) -> None:
    for url in ("", "http://www.example.cn/a/1.html"):
        with suppress(NotAnArticle):
            assert read(path.read_bytes(), url).article.body


def test_what_lies_below_the_depth_that_is_read_is_not_lost_silently() -> None:
    page = HEAD + f"<p>{SENTENCE * 3}</p>" + "<div>" * 5_000 + SENTENCE * 20
    with pytest.raises(NotAnArticle, match="nested too deep"):
        read(page.encode(), "")


BODY = [Line(SENTENCE), Line(SENTENCE[::-1] + "。")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("责任编辑：甲乙 校对：丙丁 审核：戊己", "editor line"),
        ("本文来源：新华社", "credit line"),
        ("阅读：1234", "counter"),
        ("原标题：高原上的路", "original_title line"),
        ("版权所有：某某网", "rights notice"),
        ("上一页 下一页", "pager"),
        ("[1] [2] [3]", "pager"),
        ("下一篇：雪山脚下的小学", "pager"),
        ("扫一扫，用手机看", "QR prompt"),
        ("打开客户端，查看更多", "app prompt"),
        ("欢迎关注某某网微信公众号", "prompt to follow"),
        ("您登录后即可发表评论", "login prompt"),
        ("文明上网理性发言，请遵守评论协议", "comment notice"),
        ("已有12人参与", "counter"),
        ("您的浏览器不支持此视频", "player's text"),
        ("当前位置：首页 > 新闻", "crumbs"),
        ("关键词：援藏 项目", "key words"),
        ("分享到： 微信 微博 QQ空间", "buttons"),
        ("字号：大 中 小", "counter"),
        ("藏ICP备00000000号", "footer"),
        ("————————", "rule of dashes"),
        (SENTENCE[::-1] + "。", "printed twice"),
    ],
)
def test_a_line_that_is_taken_off_says_why(line: str, why: str) -> None:
    cleaned = boilerplate.clean([*BODY, Line(line)])
    assert [step.how for step in cleaned.steps] == [why]
    assert len(cleaned.lines) == len(BODY)


@pytest.mark.parametrize(
    "line",
    [
        "他是这本书的责任编辑，校对也由他来做。",
        "水的来源：雪山，冰川和泉眼，一年四季不断。",
        "阅读让孩子们走得更远",
        "版权所有者是谁，村里人并不清楚。",
        "扫一扫二维码就能付钱，牧民也用上了手机。",
        "打开客户端，他先看了天气；再看牧场。",
        "关注高原生态",
        "居民注册后即可使用",
        "打开旅游新市场",
        "延伸产业链",
        "更多牧民吃上旅游饭",
        "热点问题追踪报告会",
        "一、修路",
        "时间：6月1日，地点：拉萨。",
        "记者：您怎么看？",
        "浏览器里开着三个窗口，全是招商的页面。",
        "首页是一张雪山的照片，下面写着村名。",
        "关键在人，项目靠人带。",
        "1",
        "2019",
        "12 340 1,500",
        "图为新修的公路。甲乙 摄",
    ],
)
def test_a_line_that_only_contains_such_words_stays(line: str) -> None:
    cleaned = boilerplate.clean([BODY[0], Line(line), BODY[1]])
    assert cleaned.body.split("\n")[1] == line, cleaned.steps


def test_links_below_the_text_are_no_part_of_it() -> None:
    links = [Line("一条别的新闻", linked=6, links=1), Line("又一条别的新闻", linked=7, links=1)]
    cleaned = boilerplate.clean([*BODY, Line("近日要闻选"), *links])
    assert [step.how for step in cleaned.steps] == ["list of links"] * 3
    assert boilerplate.clean([*BODY[:1], links[0], *BODY[1:]]).body.count("\n") == 2, "a link alone may be a paragraph"


def test_rows_of_figures_are_no_links() -> None:
    rows = [Line("2019 1.5 2.6"), Line("2020 180 310")]
    assert boilerplate.clean([BODY[0], *rows, BODY[1]]).body.split("\n")[1:3] == [row.text for row in rows]


def test_a_heading_of_related_links_ends_only_the_block_it_heads() -> None:
    inside = (Line("相关阅读", path=(1, 2)), Line(SENTENCE + "别处的话。", path=(1, 3)))
    lines = [Line(BODY[0].text, path=(4,)), *inside, Line(BODY[1].text, path=(5,))]
    assert boilerplate.clean(lines).body == f"{BODY[0].text}\n{BODY[1].text}"
    assert boilerplate.clean([Line(line.text) for line in lines]).body == BODY[0].text


FETCHED = datetime(2022, 6, 2, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2022年6月1日 10:32", "2022-06-01T10:32:00+08:00"),
        ("二〇二二年六月一日", "2022-06-01T00:00:00+08:00"),
        ("民國111年5月21日 下午3:20", "2022-05-21T15:20:00+08:00"),
        ("2022-06-01T02:32:00Z", "2022-06-01T10:32:00+08:00"),
        ("2022-06-01T10:32:00+0800", "2022-06-01T10:32:00+08:00"),
        ("22/6/1", "2022-06-01T00:00:00+08:00"),
        ("6月1日", "2022-06-01T00:00:00+08:00"),
        ("12月31日 08:00", "2021-12-31T08:00:00+08:00"),
        ("今天 08:30", "2022-06-02T08:30:00+08:00"),
        ("昨天", "2022-06-01T00:00:00+08:00"),
        ("2小时前", "2022-06-02T09:00:00+08:00"),
        ("刚刚", "2022-06-02T11:00:00+08:00"),
        ("2099-01-01 更新 2022-06-01 发布", "2022-06-01T00:00:00+08:00"),
    ],
)
def test_every_form_of_date(text: str, iso: str) -> None:
    found = find_date(text, FETCHED)
    assert found
    assert found.time.isoformat() == iso


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
    st.sampled_from(
        ["%Y-%m-%d %H:%M", "%Y年%m月%d日 %H:%M", "%Y/%m/%d %H:%M", "%Y.%m.%d %H:%M", "%Y年%m月%d日%H时%M分"]
    ),
)
def test_a_printed_time_is_found_again(time: datetime, form: str) -> None:
    printed = time.strftime(form)
    found = find_date(f"发布时间：{printed} 来源：某报")
    assert found
    assert found.time == time.replace(second=0, microsecond=0, tzinfo=SHANGHAI)


@given(st.text(max_size=60))
def test_no_date_lies_after_the_fetch(text: str) -> None:
    found = find_date(text, FETCHED)
    assert found is None or found.time <= FETCHED


PASSAGE = {
    "gb18030": "藏历新年这一天，全村的人都来到河边，对着雪山说出心里的话，孩子们在一旁唱歌。",
    "big5hkscs": "藏曆新年這一天，全村的人都來到河邊，對著雪山說出心裡的話，孩子們在一旁唱歌。",
}


@pytest.mark.parametrize("encoding", PASSAGE)
@pytest.mark.parametrize("claimed", ["utf-8", "gb2312", "big5"])
def test_bytes_are_read_as_what_they_are_whatever_they_claim(encoding: str, claimed: str) -> None:
    page = f"<meta charset='{claimed}'><p>{PASSAGE[encoding]}"
    found = decode(page.encode(encoding))
    assert (found.text, found.encoding, found.broken) == (page, encoding, 0)


def test_what_can_not_be_read_is_counted_and_told() -> None:
    page = (HEAD + f"<p>{SENTENCE * 9}</p>").encode().replace("牧民".encode(), "牧民".encode()[:-1], 1)
    assert decode(page).broken == 1
    assert "utf-8, 1 places can't be read" in [step.how for step in read(page, "").steps]
