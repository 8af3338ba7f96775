"""Printed dates: every form, what their labels say, and what a page's places say together."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.article import SHANGHAI
from archive.errors import NotAnArticle
from crawler.extract.dates import Label, find_compact, find_date, is_date_line
from crawler.extract.extractor import read, read_text

FETCHED = datetime(2022, 6, 2, 3, 0, tzinfo=UTC)
TOLERATED = 5  # seconds; what is quadratic takes minutes
BODY = "<p>西藏的公路通到了每一个县，牧民出门不再难，孩子们上学也近了。</p>" * 3


def printed(text: str, fetched: datetime | None = None) -> str:
    """The date in a text, with its time if one is printed."""
    moment = find_date(text, fetched)
    if not moment:
        return ""
    return moment.time.strftime("%Y-%m-%d %H:%M:%S") if moment.timed else moment.time.strftime("%Y-%m-%d")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021/5/3 02:20 PM", "2021-05-03 14:20:00"),
        ("2021-05-03 PM 2:20", "2021-05-03 14:20:00"),
        ("5/3/2021 2:20:00 PM", "2021-05-03 14:20:00"),
        ("2021-05-03 12:20 AM", "2021-05-03 00:20:00"),
        ("2021-05-03 12:20 p.m.", "2021-05-03 12:20:00"),
        ("2021-05-03 凌晨12:20", "2021-05-03 00:20:00"),
        ("2021-05-03 上午12:20", "2021-05-03 00:20:00"),
        ("2021年5月3日上午12点", "2021-05-03 12:00:00"),
        ("2021年5月3日中午1点", "2021-05-03 13:00:00"),
        ("2021年5月3日中午12点", "2021-05-03 12:00:00"),
        ("2021年5月3日晚上12点", "2021-05-04 00:00:00"),
        ("2021年5月3日晚8点", "2021-05-03 20:00:00"),
        ("2021年5月3日深夜1:20", "2021-05-03 01:20:00"),
        ("2021-05-03 24:00", "2021-05-04 00:00:00"),
        ("2021-12-31 24:00", "2022-01-01 00:00:00"),
        ("2021年5月3日（星期一）10:20", "2021-05-03 10:20:00"),
        ("2021-05-03 (周一) 下午2:20", "2021-05-03 14:20:00"),
        ("2021-05-03（Mon）10:20", "2021-05-03 10:20:00"),
        ("星期一 2021年5月3日 10:20", "2021-05-03 10:20:00"),
        ("2021-05-03 20:20 GMT+8", "2021-05-03 20:20:00"),
        ("2021-05-03 20:20 (UTC+08:00)", "2021-05-03 20:20:00"),
        ("2021-05-03 02:20 UTC", "2021-05-03 10:20:00"),
        ("2021-05-03 10:20 CST", "2021-05-03 10:20:00"),
        ("2021年05月03日 10:20（北京时间）", "2021-05-03 10:20:00"),
        ("2021年5月3日 北京时间10:20", "2021-05-03 10:20:00"),
        ("2021年5月3日, 格林尼治标准时间02:20", "2021-05-03 10:20:00"),
        ("2021-05-03T10:20:00.123+08:00", "2021-05-03 10:20:00"),
        ("2021-05-02T22:20:00-04:00", "2021-05-03 10:20:00"),
        ("2021-05-03 10:20-11:30", "2021-05-03 10:20:00"),  # the end of an event, not a zone
        ("2021-05-03 10:20 - 3人阅读", "2021-05-03 10:20:00"),
        ("２０２１年５月３日　１０：２０", "2021-05-03 10:20:00"),
        ("2021–05–03　10∶20", "2021-05-03 10:20:00"),
        ("2021年5月3日10時20分30秒", "2021-05-03 10:20:30"),
        ("二O二一年五月三日", "2021-05-03"),
        ("二Ｏ二一年十月三十一日", "2021-10-31"),
        ("二〇二一年五月廿三日", "2021-05-23"),
        ("二〇二一 年 五 月 三 日 10 时 20 分", "2021-05-03 10:20:00"),
        ("2021 年 5 月 3 日 10 时 20 分", "2021-05-03 10:20:00"),
        ("2021年五月3日", "2021-05-03"),
        ("二〇二一年五月三日下午三时二十分", "2021-05-03 15:20:00"),
        ("2021年5月3日下午两点半", "2021-05-03 14:30:00"),
        ("2021年5月3日上午九点一刻", "2021-05-03 09:15:00"),
        ("民國110年5月3日 下午 2:20", "2021-05-03 14:20:00"),
        ("民國一一〇年五月三日", "2021-05-03"),
        ("民國一百一十年五月三日", "2021-05-03"),
        ("民国元年一月一日", "1912-01-01"),
        ("May 3, 2021 10:20", "2021-05-03 10:20:00"),
        ("Posted on May 3rd, 2021 at 2:20 p.m.", "2021-05-03 14:20:00"),
        ("Sept. 3, 2021", "2021-09-03"),
        ("3 May 2021", "2021-05-03"),
        ("Mon, 03 May 2021 02:20:00 GMT", "2021-05-03 10:20:00"),
        ("Mon, 03 May 2021 10:20:00 +0800", "2021-05-03 10:20:00"),
        ("Sunday, 2 May 2021 22:20:00 -0400", "2021-05-03 10:20:00"),
        ("Mon May 03 10:20:00 CST 2021", "2021-05-03 10:20:00"),
        ("03/May/2021:10:20:00 +0800", "2021-05-03 10:20:00"),
        ("13/5/2021", "2021-05-13"),
        ("5/13/2021", "2021-05-13"),
        ("5/3/2021", ""),  # either may be the month
        ("2021-05-03 00:00", "2021-05-03"),
        ("2021-05-03 00:00:00", "2021-05-03"),
        ("5/3/2021 12:00:00 AM", "2021-05-03"),
        ("2021-05-03T00:00:00Z", "2021-05-03"),
        ("2021-05-02T16:00:00.000Z", "2021-05-03"),
        ("0000-00-00 9999-12-31 2021-13-01 2021-02-30 民国999年1月1日", ""),
        ("2021年5月3日25:70", "2021-05-03"),
    ],
)
def test_a_date_in_every_form(text: str, expected: str) -> None:
    assert printed(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "更新时间：2021-05-05 08:00　发布时间：2021-05-03 10:20",
        "2021-05-05 08:00 更新 2021-05-03 10:20 发布",
        "2021-05-03 10:20发布 2021-05-05 08:00更新",
        "修改日期: 2021-05-05 | 2021-05-03 10:20",
        "Last updated: May 5, 2021 8:00; First published: May 3, 2021 10:20",
        "成文日期：2021年4月28日 发布日期：2021年5月3日 10:20",
        "2021-05-03 10:20 成文日期：2021年4月28日",
        "活动时间：2021-05-09 发布时间：2021-05-03 10:20",
        "新闻发布会时间：2021-05-09 09:00 2021-05-03 10:20",
        "时间：2021年5月9日（星期日）上午9:00—11:30\n地点：县礼堂\n2021-05-03 10:20",
        "报名截止2021年5月9日 2021-05-03 10:20",
        "今天是2021年6月1日 星期二 2021-05-03 10:20",
        "打印时间：2021-06-01 08:00 会议发布时间：2021-05-03 10:20",
        "有效期至：2026年5月3日 录入时间：2021-05-03 10:20",
        "更新時間：2021-05-05 發佈時間：2021-05-03 10:20",
    ],
)
def test_the_label_tells_which_date_is_that_of_publication(text: str) -> None:
    assert printed(text) == "2021-05-03 10:20:00"


@pytest.mark.parametrize(
    "text", ["活动时间：2021-05-09", "今天是2021年6月1日", "截止日期 2021-05-09", "考试时间：5月9日"]
)
def test_the_date_of_an_event_is_not_taken(text: str) -> None:
    assert find_date(text, FETCHED) is None


def test_a_label_of_the_line_above_needs_a_colon() -> None:
    assert [find_date(text).label for text in ("更新\n2021-05-03", "更新时间：\n2021-05-03")] == [  # type: ignore[union-attr]
        Label.NONE,
        Label.UPDATED,
    ]


FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y/%m/%d %I:%M:%S %p", "%Y.%m.%d %H:%M:%S",
    "%Y年%m月%d日%H时%M分%S秒", "%Y年%m月%d日（星期一）%H:%M:%S", "%B %d, %Y %I:%M:%S %p",
    "%a, %d %b %Y %H:%M:%S +0800", "%a %b %d %H:%M:%S CST %Y", "%d/%b/%Y:%H:%M:%S +0800",
    "%Y-%m-%dT%H:%M:%S+08:00", "%Y-%m-%d %H:%M:%S GMT+8",
)  # fmt: skip
# From 1992 on, as China had summer time before: +0800 is another time of day then.
TIMES = st.datetimes(datetime(1992, 1, 1), datetime(2090, 1, 1)).map(lambda time: time.replace(microsecond=0))


@given(TIMES, st.sampled_from(FORMS), st.sampled_from(["", "发布时间：", "Published: ", "来源：某报 "]))
def test_every_form_of_a_time_is_read_back(time: datetime, form: str, before: str) -> None:
    moment = find_date(before + time.strftime(form) + " 浏览：23")
    assert moment
    assert moment.time == time.replace(tzinfo=SHANGHAI)
    assert moment.timed == (time.strftime("%X") != "00:00:00")


FULL_WIDTH = str.maketrans("0123456789:/", "０１２３４５６７８９：／")


@given(TIMES, st.sampled_from(FORMS[:5]))
def test_full_width_says_the_same(time: datetime, form: str) -> None:
    assert find_date(time.strftime(form).translate(FULL_WIDTH)) == find_date(time.strftime(form))


@given(TIMES)
def test_a_day_in_numerals_is_read_back(time: datetime) -> None:
    numerals = "〇一二三四五六七八九"
    tens = ["", "十", "二十", "三十"]
    month, day = (tens[n // 10] + (numerals[n % 10] if n % 10 else "") for n in (time.month, time.day))
    moment = find_date(f"{''.join(numerals[int(n)] for n in str(time.year))}年{month}月{day}日")
    assert moment
    assert (moment.day, moment.timed) == (time.date(), False)


@given(st.text("年月日时分民国上下午12点:/-. 零〇一二十百元MayT+Z发布更新时间地", max_size=60), st.booleans())
def test_no_text_is_an_error_or_lies_after_the_fetch(text: str, known: bool) -> None:
    moment = find_date(text, FETCHED if known else None)
    assert moment is None or not known or moment.time <= FETCHED
    is_date_line(text)
    find_compact(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-06-02 10:59", "2022-06-02 10:59:00"),
        ("2022-06-02 11:30", "2022-06-02"),  # its clock or ours is wrong, the day is right
        ("2022-06-02 23:59 2022-06-01 08:00", "2022-06-02"),
        ("2022-06-03 00:10", ""),
        ("2099-01-01", ""),
        ("5月3日 10:20", "2022-05-03 10:20:00"),
        ("发布于 12月31日", "2021-12-31"),
        ("昨天 08:30", "2022-06-01 08:30:00"),
        ("3小时前", "2022-06-02 08:00:00"),
        ("3天前", "2022-05-30"),
        ("昨天 2021-05-03", "2021-05-03"),
    ],
)
def test_what_a_date_means_at_the_time_of_the_fetch(text: str, expected: str) -> None:
    assert printed(text, FETCHED) == expected


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1620008400", "2021-05-03T10:20:00+08:00"),
        ("1620008400000", "2021-05-03T10:20:00+08:00"),
        ("20210503102000", "2021-05-03T10:20:00+08:00"),
        ("20210503", "2021-05-03T00:00:00+08:00"),
        ("http://www.example.cn/202105/03/c1.html", None),
        ("http://www.example.cn/2021/05/03/c1.html", "2021-05-03T00:00:00+08:00"),
        ("9999999999", None),
        ("0000000000", None),
        ("a 1620008400", None),
    ],
)
def test_the_dates_of_programs(text: str, iso: str | None) -> None:
    moment = find_compact(text)
    assert (moment and moment.time.isoformat()) == iso


@pytest.mark.parametrize("text", ["2021-05-03" + " " * 4000, "2021-05-03 T,|" * 300, "May " * 1000, "民国一" * 1300])
def test_a_long_text_is_read_in_bounded_time(text: str) -> None:
    start = time.process_time()
    find_date(text, FETCHED)
    is_date_line(text)
    assert time.process_time() - start < TOLERATED


# What the places of a page say together


def published(info: str, rest: str = "") -> tuple[str, bool] | None:
    head = "<html><head><title>公路通到每个县</title></head><body><h1>公路通到每个县</h1>"
    article = read(
        f"{head}<div>{info}</div><div>{BODY}</div>{rest}".encode(), "http://example.cn/a.html", FETCHED
    ).article
    return (article.published.strftime("%Y-%m-%d %H:%M"), article.day_only) if article.published else None


META = '<meta name="pubdate" content="{}">'.format
SCRIPT = "<script>var {} = {};</script>".format


@pytest.mark.parametrize(
    ("info", "rest", "expected"),
    [
        ("2021-05-03", "", ("2021-05-03 00:00", True)),
        ("2021-05-03 00:00:00", "", ("2021-05-03 00:00", True)),
        ("2021-05-03 10:20", "", ("2021-05-03 10:20", False)),
        ("2021-05-03", META("2021-05-03 10:20:05"), ("2021-05-03 10:20", False)),
        ("2021-05-03", META("2021-05-04 10:20:05"), ("2021-05-03 00:00", True)),
        ("2021-05-03", SCRIPT("publishTime", "'2021-05-03 10:20'"), ("2021-05-03 10:20", False)),
        ("2021-05-03", SCRIPT("publishTime", "'2021-05-04 10:20'"), ("2021-05-03 00:00", True)),
        # of two times that day, of related articles perhaps, neither is taken
        ("2021-05-03", SCRIPT("ct", 1620008400) + SCRIPT("ct", 1620009000), ("2021-05-03 00:00", True)),
        ("2021-05-03 09:00", SCRIPT("ct", 1620008400), ("2021-05-03 09:00", False)),
        ("本报讯", SCRIPT("ct", '"1620008400"'), ("2021-05-03 10:20", False)),
        ("本报讯", '<script>{"datePublished": "2021-05-03T02:20:00Z"}</script>', ("2021-05-03 10:20", False)),
        ("本报讯", r'<script>"{\"publish_time\":1620008400000}"</script>', ("2021-05-03 10:20", False)),
        ("本报讯", '<time datetime="2021-05-03T10:20:00+08:00">5.3</time>', ("2021-05-03 10:20", False)),
        ("本报讯", SCRIPT("ct", 1820008400), None),
        ("本报讯", SCRIPT("price", 1620008400), None),
        ("更新时间：2021-05-05 08:00", META("2021-05-03 10:20"), ("2021-05-03 10:20", False)),
        ("更新时间：2021-05-03 10:20", META("2021-05-03"), ("2021-05-03 10:20", False)),
        ("更新时间：2021-05-05 08:00", SCRIPT("ct", 1620008400), ("2021-05-03 10:20", False)),
        ("更新时间：2021-05-01 08:00", SCRIPT("ct", 1620008400), ("2021-05-01 08:00", False)),
        ("5月3日", SCRIPT("ct", 1620008400), ("2021-05-03 10:20", False)),
        ("5月4日", SCRIPT("ct", 1620008400), ("2022-05-04 00:00", True)),
    ],
)  # fmt: skip
def test_the_places_of_a_page_together(info: str, rest: str, expected: tuple[str, bool] | None) -> None:
    assert published(info, rest) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2021-05-03 来源：高原日报", (date(2021, 5, 3), True)),
        ("发布时间：2021年5月3日（星期一）10:20", (date(2021, 5, 3), False)),
        ("二O二一年五月三日", (date(2021, 5, 3), True)),
        ("2021/5/3 10:20（5/3 12:08 更新）", (date(2021, 5, 3), False)),
        ("May 3, 2021", (date(2021, 5, 3), True)),
        ("2021年5月3日，公路通了车。", (None, False)),
    ],
)
def test_the_date_line_of_a_text(line: str, expected: tuple[date | None, bool]) -> None:
    article = read_text(f"公路通到每个县\n{line}\n西藏的公路通到了每一个县，牧民出门不再难，孩子们上学也近了。").article
    assert (article.day, article.day_only) == expected


@given(st.text("\"':=<>{}\\()1620084, ctpublishTime-年", max_size=200))
def test_any_script_is_read_or_ignored(script: str) -> None:
    try:
        moment = published("本报讯", f"<script>{script}</script>")
    except NotAnArticle:
        return
    assert moment is None or moment[0] < (FETCHED + timedelta(hours=9)).strftime("%Y-%m-%d %H:%M")
