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
from archive.text.messages import Message, Reason
from crawler.extract import boilerplate
from crawler.extract.boilerplate import Line
from crawler.extract.bylines import authors, byline, find_credit
from crawler.extract.dates import find_date
from crawler.extract.document import Page
from crawler.extract.encoding import decode
from crawler.extract.extractor import join, read, read_text
from crawler.extract.pagination import next_pages
from tests.support.sample import ROOT

SENTENCE = "西藏的公路通到了每一个县，牧民出门不再难。"
HEAD = "<html><head><title>公路通到每个县</title></head><body><h1>公路通到每个县</h1>"
FINDS = ROOT / "tests" / "pages" / "hostile"
TOLERATED = 10  # seconds: two on a quiet machine; what is quadratic takes minutes
URL = "http://www.example.cn/xw/c1.html"

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
    "credits-without-end": "<p>" + "来源：" * 20_000,
    "rare-characters-with-glosses": "<p>" + "".join(f"{chr(0x4E00 + n % 20_000)}(xiàng)" for n in range(270_000)),
    "a-tag-of-its-own-for-each-word": "<p>" + "".join(f"<x-{n}>{SENTENCE}</x-{n}>" for n in range(40_000)),
    "hidden-in-hidden-without-end": "<div hidden>" * 2_000 + ("<p>" + SENTENCE) * 20_000,
    "preformatted-lines-without-end": "<pre>" + (SENTENCE + "\n") * 60_000,
    "a-title-as-long-as-the-page": "<title>" + "路" * 500_000 + "</title>" + "<p>路路路路路路路</p>" * 40_000,
    "pager-links-without-end": "".join(f"<a href=/a/{n}.html>2</a>" for n in range(40_000)) + "<p>" + SENTENCE * 5,
    "titles-of-drawings-without-end": "<svg>" * 1_000 + "<title>a</title>" * 60_000,
    "brackets-in-a-meta-tag": "<meta name=source content='藏" + "(" * 200_000 + ")'><p>" + SENTENCE * 5,
    "links-without-end": "<a href=/a/1.html>新闻一条</a>" * 80_000 + "<p>" + SENTENCE * 5,
}


def test_the_path_of_a_source_is_looked_for_in_bounded_time() -> None:
    nested = "<div class='title_box'><h2>题</h2></div>" + "<div>中国西藏网" * 200 + ("<p>中国西藏网" + SENTENCE) * 4_000
    start = time.process_time()
    with suppress(NotAnArticle):
        assert read(
            (HEAD + nested).encode(), "http://www.tibet.cn/cn/news/zx/202305/t20230510_7460001.html"
        ).article.body
    assert time.process_time() - start < TOLERATED


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


# Blocks as in a browser


def body_of(html: str) -> list[str]:
    """The lines of the article of a page that contains this."""
    return read(f"{HEAD}<div>{html}</div>".encode(), URL).article.body.split("\n")


P, Q = "雪山脚下的小学今年秋天换了新的锅炉。", "孩子们把羽绒服挂在墙上，不再怕冷。"


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        (f"<p>{P[:9]}<time>{P[9:12]}</time>{P[12:]}</p><p>{Q}", [P, Q]),
        (f"<p>{P[:9]}<wbr>{P[9:]}</p><p>{Q}", [P, Q]),
        (f"<p>{P[:9]}<my-tag><bdi>{P[9:]}</bdi></my-tag></p><p>{Q}", [P, Q]),
        (f"<p>{P[:9]}<st1:chsdate w:st='on'>{P[9:]}</st1:chsdate></p><p>{Q}", [P, Q]),
        (f"<p>{P[:2]}<ruby>{P[2:5]}<rp>(</rp><rt>jiǎo</rt><rp>)</rp></ruby>{P[5:]}</p><p>{Q}", [P, Q]),
        (f"<section>{P}</section><address>{Q}</address>", [P, Q]),
        (f"<pre>{P}\n{Q}</pre>", [P, Q]),
        (f"<pre>&#1;{P}&#xFFFF;\n{Q}<b>&#2;\n{SENTENCE}</b>\n&#3;</pre>", [P, Q, SENTENCE]),
        (f"<p style='white-space: pre-line'>{P}\n<b>{Q}\n{P[::-1]}。</b></p>", [P, Q, P[::-1] + "。"]),
        (f"<p>{P}</p><video><p>您的浏览器不支持</p></video><object>需要插件</object><p>{Q}", [P, Q]),
        (f"<p>{P}</p><p hidden>{SENTENCE}</p><p>{Q}", [P, Q]),
        (f"<p>{P}</p><p style='visibility : hidden'>{SENTENCE}</p><p>{Q}", [P, Q]),
        (f"<p>{P[:9]}<span style='opacity:0'>别抄</span>{P[9:]}</p><p>{Q}", [P, Q]),
        (f"<p style='backface-visibility:hidden;fill-opacity:0'>{P}</p><p>{Q}", [P, Q]),
        (f"<div style='visibility:hidden'><p>{P}</p><p style='display:none'>{SENTENCE}</p><p>{Q}</p></div>", [P, Q]),
        (f"<p>{P}</body></html><p>{Q}", [P, Q]),
        (f"<p>{P}</html ><div>{Q}</div></BODY>", [P, Q]),
        (f"<p>{P}</p><details><summary>{Q}</summary>{SENTENCE}</details>", [P, Q, SENTENCE]),
    ],
)
def test_a_page_is_divided_as_a_browser_does(html: str, lines: list[str]) -> None:
    assert body_of(html) == lines


def test_a_body_that_a_script_shows_is_read() -> None:
    page = f"{HEAD}<p>{P}</p><p>{Q}</p>".replace("<body>", "<body style='visibility:hidden'>")
    assert read(page.encode(), URL).article.body == f"{P}\n{Q}"


def test_addresses_are_relative_to_the_base() -> None:
    page = f"<base href='/img/'>{HEAD}<p>{P}</p><figure><figcaption>新锅炉</figcaption><img src=a.jpg></figure><p>{Q}"
    (image,) = read(page.encode(), URL).article.images
    assert (image.url, image.caption) == ("http://www.example.cn/img/a.jpg", "新锅炉")


# Headlines


@pytest.mark.parametrize(
    ("title", "above", "headline"),
    [
        ("藏香_高原网", "<div>藏香</div>", "藏香"),
        ("雪莲花-高原网", "<h1>雪莲花</h1>", "雪莲花"),
        ("高原网_藏香", "<h1>藏香</h1>", "藏香"),
        ("藏香_高原网", "<h1>高原网</h1><div>藏香</div>", "藏香"),
        ("高原网", "<div>雪山小学换上新锅炉</div>", "雪山小学换上新锅炉"),
        ("新闻详情", "<h2>高原网</h2><h3>雪山小学换上新锅炉</h3>", "雪山小学换上新锅炉"),
        ("", "<p align=center><b>雪山小学换上新锅炉</b></p>", "雪山小学换上新锅炉"),
        ("村里通了互联网_高原网", "<h1>村里通了互联网</h1>", "村里通了互联网"),
        ("村里通了互联网", "<h1>村里通了互联网</h1>", "村里通了互联网"),
        (P, "<h1>雪山小学换上新锅炉</h1>", "雪山小学换上新锅炉"),
        (P[:-1] + "_高原网", "<div>雪山小学换上新锅炉</div>", "雪山小学换上新锅炉"),
        ("雪山小学换上新锅炉_高原网", "<h1>雪山小学<br>换上新锅炉</h1>", "雪山小学换上新锅炉"),
        ("雪山小学换锅炉 孩子不怕冷_高原网", "<h1>雪山小学换锅炉<br>孩子不怕冷</h1>", "雪山小学换锅炉 孩子不怕冷"),
        ("援藏：雪山小学换上新锅炉", "<div>援藏</div><div>雪山小学换上新锅炉</div>", "援藏：雪山小学换上新锅炉"),
        ("雪山小学换上新锅炉", "<h1>雪山小学换上新锅炉<br>——高原教育纪事</h1>", "雪山小学换上新锅炉——高原教育纪事"),
        ("高原网", "<h1>雪山小学换上新锅炉<br>孩子不怕冷</h1>", "雪山小学换上新锅炉 孩子不怕冷"),
        ("雪山小学换上新锅炉-要闻-高原网", "<h1>雪山小学换上新锅炉</h1><div>要闻</div>", "雪山小学换上新锅炉"),
    ],
)  # fmt: skip
def test_the_headline_is_what_is_printed_as_one(title: str, above: str, headline: str) -> None:
    info = "<div>2021-05-03 10:20 来源：高原日报</div>"
    page = f"<title>{title}</title><body>{above}{info}<div><p>{P}</p><p>{Q}</p></div><div>高原网 版权所有</div>"
    assert read(page.encode(), URL).article.title == headline


# People and credits


@pytest.mark.parametrize(
    ("text", "credit", "names"),
    [
        ("来源：新 华 社", "新华社", ()),
        ("来 源：新　华　社 2021-05-03", "新华社", ()),
        ("来源：新华 社 作者：扎西", "新华社", ("扎西",)),
        ("来源：人民 日报 大 中 小", "人民日报", ()),
        ("来源：中国 西藏 网", "中国西藏网", ()),
        ("来源：高原日报 作者 扎西", "高原日报", ("扎西",)),
        ("来源：高原日报记者 扎西 字号：大", "高原日报", ("扎西",)),
        ("来源：新华社记者扎西", "新华社", ("扎西",)),
        ("来源：高原日报（记者 卓 玛、扎西）", "高原日报", ("卓玛", "扎西")),
        ("來源：高原日報 記者 連廣權", "高原日報", ("連廣權",)),
        ("来源：综合 新华社", "综合", ()),
    ],
)
def test_a_credit_and_the_authors_in_it(text: str, credit: str, names: tuple[str, ...]) -> None:
    assert (find_credit(text), authors((text,), ())) == (credit, names)
    article = read_text(f"公路通到每个县\n2021-05-03 10:20 {text}\n{P}\n{Q}").article
    assert (article.credit, article.authors) == (credit, names)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("〔記者連廣權／台北報導〕雪山腳下的小學換了鍋爐。", ("連廣權",)),
        ("（記者 李會來、攝影 時長聲）", ("李會來", "時長聲")),
        ("作者：關錄為", ("關錄為",)),
        ("（文／圖：責審聲）", ("責審聲",)),
        ("记者：谢谢", ()),
    ],
)
def test_names_are_as_printed(line: str, names: tuple[str, ...]) -> None:
    assert byline(line) == names


@pytest.mark.parametrize("line", ["编辑：谢谢", "主编：好的", "编辑：谢谢您接受采访", "责编：好久不见", "策划：对"])
def test_what_is_said_in_an_interview_stays(line: str) -> None:
    assert boilerplate.clean([*BODY, Line(line)]).lines[-1].text == line
    assert boilerplate.clean([*BODY, Line("编辑：谢敏")]).fields == {"editor": "谢敏"}


@pytest.mark.parametrize("heading", ["【今日要闻】", "【相关链接】", "[热点聚焦]", "热点聚焦"])
def test_a_heading_above_full_sentences_is_text(heading: str) -> None:
    assert len(boilerplate.clean([BODY[0], Line(heading), BODY[1]]).lines) == 3
    linked = Line(SENTENCE[::-1], linked=len(SENTENCE), links=1)
    assert len(boilerplate.clean([BODY[0], Line(heading), linked]).lines) == 1
    assert len(boilerplate.clean([BODY[0], Line("【网友评论】"), BODY[1]]).lines) == 1


# What is not an article


@pytest.mark.parametrize(
    ("title", "text", "reason"),
    [
        ("405", "很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。", Reason.BLOCK_PAGE),
        ("网站防火墙", "您的请求带有不合法参数，已被管理员设置拦截！拦截时间：2021-05-03 10:20", Reason.BLOCK_PAGE),
        ("Access Denied", "You don't have permission to access this resource.", Reason.BLOCK_PAGE),
        ("安全验证", "为了保障您的访问安全，请拖动下方滑块完成验证", Reason.CAPTCHA_PAGE),
        ("Just a moment...", "Checking your browser before accessing www.example.cn.", Reason.CAPTCHA_PAGE),
        ("", "当前环境异常，完成验证后即可继续访问。", Reason.CAPTCHA_PAGE),
        ("用户登录-高原网", "用户名： 密码： 请登录后查看全文", Reason.LOGIN_PAGE),
        ("高原网", "您还没有登录，请先登录后再访问本页面，谢谢配合。", Reason.LOGIN_PAGE),
        ("高原网", "会话已过期，请重新登录后继续操作，谢谢您的配合。", Reason.LOGIN_PAGE),
        ("404-页面不存在", "抱歉，您访问的页面不存在，请检查网址是否正确。", Reason.DELETED_PAGE),
        ("信息提示", "该稿件已被撤销，无法查看，请返回上一页继续浏览。", Reason.DELETED_PAGE),
        ("高原网", "對不起，您訪問的頁面不存在或已刪除。", Reason.DELETED_PAGE),
        ("网站维护中", "网站正在升级维护，请稍后再访问。预计恢复时间2021-05-03 18:00", Reason.MAINTENANCE_PAGE),
        ("502 Bad Gateway", "nginx", Reason.MAINTENANCE_PAGE),
        ("高原网", "系统正在升级维护中，给您带来不便，敬请谅解。", Reason.MAINTENANCE_PAGE),
    ],
)
def test_what_a_server_sends_in_place_of_an_article_is_refused(title: str, text: str, reason: Message) -> None:
    frame = "<div>" + "<a href=/1/>高原新闻</a>" * 20 + "</div><p>{}</p><div>高原网 版权所有</div>"
    for form in ("<p>{}</p>", frame):
        page = f"<html><head><title>{title}</title></head><body>{form.format(text)}"
        with pytest.raises(NotAnArticle) as refused:
            read(page.encode(), URL)
        assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("title", "info", "text"),
    [
        ("验证码", "2021-05-03 来源：高原日报", "打开网站，先请您输入验证码，再拖动滑块完成验证，老人说看不清。"),
        ("关于网站系统维护的公告", "2021-05-03", "因系统升级，本网站将停机维护，期间无法访问，敬请谅解，请稍后再试。"),
        ("布达拉宫维护期间暂停开放", "", "记者从景区获悉，布达拉宫正在进行例行维护，预计五月底恢复开放。"),
        ("拉萨老城区供水管网升级", "", "老城区的供水管网正在升级，预计十月完工，居民的水压会更稳定。"),
        ("一条微博被删除之后", "2021-05-03 来源：高原日报", "该文章已被删除，但讨论没有停止，路修通了，日子就好了。"),
    ],
)
def test_an_article_about_such_pages_stays_one(title: str, info: str, text: str) -> None:
    page = f"<html><head><title>{title}_高原网</title></head><body><h1>{title}</h1><div>{info}</div><p>{text}</p>"
    assert read(page.encode(), URL).article.body == text


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ('[{"a": "%s"}]', "JSON"),
        ('jQuery12_3({"html": "<p>%s</p>"});', "JSON"),
        ('{"truncated": "%s', "JSON"),
        ('var a = "<p>%s</p>";', "JavaScript"),
        ("/*! 1.0 */\n!function(e){alert('%s')}()", "JavaScript"),
        ('document.write("<div>%s</div>");', "JavaScript"),
        ('@charset "utf-8";\n.a{content:"%s"}', "CSS"),
        ("body{margin:0;font-family:x}\n.a{color:red} /* %s */", "CSS"),
        ('<?xml version="1.0"?><rss><channel><item><description>%s</description></item></channel></rss>', "RSS"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'><entry><summary>%s</summary></entry></feed>", "RSS"),
    ],
)
def test_data_labelled_html_is_refused(text: str, format: str) -> None:
    page = text % (SENTENCE * 4)
    with pytest.raises(NotAnArticle, match=f"it is {format}"):
        read(page.encode(), URL)
    with pytest.raises(NotAnArticle, match=f"it is {format}"):
        read_text(page)


# Articles of several pages


def anchors(*links: tuple[str, str]) -> str:
    return "".join(f"<a href='{href}'>{text}</a>" for href, text in links)


@pytest.mark.parametrize(
    ("first", "links", "pages"),
    [
        ("show-17-345-1.html", [("show-17-345-2.html", "2"), ("show-17-345-2.html", "下一页")], ["show-17-345-2.html"]),
        ("345_1.html", [("345_2.html", "【2】"), ("345_4.html", "尾页")], ["345_2.html", "345_3.html", "345_4.html"]),
        ("345-1.html", [("345-2.html", "2"), ("345-3.html", "3")], ["345-2.html", "345-3.html"]),
        ("a/345/1", [("/a/345/2", "2")], ["a/345/2"]),
        ("a/345/", [("/a/345/2/", "2"), ("/a/345/3/", "3")], ["a/345/2/", "a/345/3/"]),
        ("a/345/", [("/a/345/index_2.html", "第2页")], ["a/345/index_2.html"]),
        ("345.html", [("345/2.html", "2")], ["345/2.html"]),
        ("thread-9-1-1.html", [("thread-9-2-1.html", "2"), ("thread-9-3-1.html", "3")],
         ["thread-9-2-1.html", "thread-9-3-1.html"]),
        ("345_0.html", [("345_1.html", "2"), ("345_2.html", "3")], ["345_1.html", "345_2.html"]),
        ("345_01.html", [("345_02.html", "2"), ("345_03.html", "3")], ["345_02.html", "345_03.html"]),
        ("v.php?id=3&page=1", [("?page=2&id=3", "2"), ("?page=3&id=3", "尾页")],
         ["v.php?id=3&page=2", "v.php?id=3&page=3"]),
        ("345.html", [("346.html", "346"), ("347.html", "2"), ("344.html", "下一页")], []),
        ("1.html", [("2.html", "下一页"), ("3.html", "新闻三")], []),
        ("2021/05/01/345.html", [("/2021/05/02/345.html", "2"), ("/2021/06/01/345.html", "6")], []),
        ("show.php?id=1", [("show.php?id=2", "2"), ("show.php?id=2", "下一页")], []),
    ],
)  # fmt: skip
def test_pages_by_any_numbering(first: str, links: list[tuple[str, str]], pages: list[str]) -> None:
    site = "http://www.example.cn/"
    assert next_pages(Page(anchors(*links).encode(), site + first), site + first) == [site + page for page in pages]


@pytest.mark.parametrize(
    ("url", "link", "first"),
    [
        ("show-17-345-2.html", ("show-17-345-1.html", "1"), "show-17-345-1.html"),
        ("345_2.html", ("345.html", "上一页"), "345.html"),
        ("v.php?id=3&page=2", ("v.php?id=3", "[1]"), "v.php?id=3"),
        ("346.html", ("345.html", "上一页"), ""),
        ("a/2", ("/a/", "首页"), ""),
    ],
)
def test_a_further_page_that_is_met_alone_is_said_to_be_incomplete(url: str, link: tuple[str, str], first: str) -> None:
    site = "http://www.example.cn/"
    reading = read(f"{HEAD}<p>{P}</p><p>{Q}</p>{anchors(link)}".encode(), site + url)
    assert reading.missing == join([reading]).missing == ((site + first,) if first else ())


def test_two_pages_become_one_article() -> None:
    folder, url = ROOT / "tests" / "pages" / "general", "http://www.example.cn/show-17-345-{}.html"
    pages = [(folder / f"pages-numbered-in-the-address-{n}.html").read_bytes() for n in (1, 2)]
    first = read(pages[0], url.format(1))
    assert first.next_pages == (url.format(2),)
    joined = join([first, read(pages[1], url.format(2), part_of=url.format(1))])
    assert (joined.article.body.count("\n"), joined.missing) == (3, ())
    assert read(pages[1], url.format(2)).missing == (url.format(1),)


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
