"""Pages that show no text until a script runs: the article is read from the data in the page, and says so."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import NotAnArticle
from crawler.extract.data.literals import unescaped, values_in
from crawler.extract.extractor import Reading, read, read_list
from crawler.sources import Source
from tests.support.program import Wencang

URL = "http://www.gaoyuan.example.cn/xw/202105/c1.html"
TITLE = "雪山小学换上新锅炉"
LINES = (
    "雪山脚下的小学今年秋天换了新的锅炉，教室里第一次在十月就有了暖气，孩子们把羽绒服挂在墙上。",
    "校长介绍，工程由县里和对口支援的城市一起出资，施工队在暑假里赶了四十天，没有耽误开学。",
    "家长们说，过去冬天上课要戴着手套写字，现在作业本再也不会冻得发脆了。",
)
BODY = "\n".join(LINES)
HTML = "".join(f"<p>{line}</p>" for line in LINES)
OTHER = "高原县今天召开会议，研究冬季供暖，会议决定再给三所学校换锅炉，明年春天动工，乡亲们都说好。" * 9


def js(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def ascii_js(value: object) -> str:
    return json.dumps(value)


def page(inside: str, title: str = f"{TITLE}_高原网") -> bytes:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f'<div class="nav"><a href="/">首页</a> <a href="/xw/">新闻</a></div><div id="app"></div>{inside}'
        '<div class="footer">高原网 版权所有</div></body></html>'
    ).encode()


def script(text: str, kind: str = "", name: str = "") -> str:
    return f"<script{f' type={kind!r}' if kind else ''}{f' id={name!r}' if name else ''}>{text}</script>"


DETAIL = {"id": 7, "title": TITLE, "publishTime": "2021-05-03 10:20", "source": "高原日报", "content": HTML}
NEXT = {
    "props": {
        "pageProps": {"detail": DETAIL, "recommended": [{"title": f"第{n}条", "content": OTHER} for n in range(9)]}
    }
}
LD = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2021-05-03T02:20:00Z", "articleBody": BODY}
STATE = {"news": {"info": {"newsTitle": TITLE, "pubTime": 1620008400000, "copyFrom": "高原日报"}, "body": HTML}}
BLOCKS = {"title": TITLE, "ctime": 1620008400, "blocks": [{"type": "text", "text": line} for line in LINES]}
NUXT3 = [
    {"data": 1}, ["ShallowReactive", 2], {"detail": 3}, {"title": 4, "content": 5, "publishTime": 6},
    TITLE, HTML, "2021-05-03 10:20",
]  # fmt: skip

PLACES = {
    "JSON-LD": script(js(LD), "application/ld+json"),
    "JSON-LD in a graph": script(js({"@graph": [{"@type": "WebSite", "name": "高原网"}, LD]}), "application/ld+json"),
    "JSON-LD in a long graph": script(
        js({"@graph": [{"@type": kind, "name": "高原网", "@id": "a"} for kind in "ABC"] + [LD]}), "application/ld+json"
    ),
    "JSON-LD in a list": script(js([{"@type": "Organization", "name": "高原网"}, LD]), "application/ld+json"),
    "Next.js": script(js(NEXT), "application/json", "__NEXT_DATA__"),
    "Nuxt 2": script(
        "window.__NUXT__=(function(a,b,c){return {layout:\"default\",data:[{detail:{title:a,content:b,"
        f"publishTime:c,hot:!0,x:void 0}}}}]}}}}({js(TITLE)},{ascii_js(HTML)},\"2021-05-03 10:20\"));"
    ),
    "Nuxt 3": script(js(NUXT3), "application/json", "__NUXT_DATA__"),
    "a state": script(f"window.__INITIAL_STATE__={js(STATE)};(function(){{var s;}}());"),
    "a state as a string": script(f"window.__INITIAL_STATE__ = JSON.parse({ascii_js(js(STATE))});"),
    "a coded state": script(f'window.__DATA__ = JSON.parse(decodeURIComponent("{quote(js(STATE))}"))'),
    "an object of JavaScript": script(
        f"new Vue({{ el: '#app', data: {{ /* 正文 */ title: '{TITLE}', pubTime: '2021-05-03 10:20', "
        f"content: `{HTML}`, }}, "
        "mounted: function () { this.load({a: 1}); } });"
    ),
    "variables": script(
        f'var title = "{TITLE}";\nvar pubtime = "2021-05-03 10:20"; var source = "高原日报";\n'
        f'var content = "{HTML.replace("</", "<" + chr(92) + "/")}";'
        "document.getElementById('app').innerHTML = content;"
    ),
    "escaped variables": script(
        f"var articleContent = {ascii_js(HTML)}.replace(/x/g, ''); var pubTime='2021-05-03 10:20';"
    ),
    "document.write": script(f"document.write('<h1>{TITLE}</h1><div>2021-05-03 10:20</div>' + '{HTML}');"),
    "a template": script(f"<h1>{TITLE}</h1><div>2021-05-03 10:20</div><div>{HTML}</div>", "text/template"),
    "a template tag": f"<template><h1>{TITLE}</h1><div>2021-05-03 10:20</div><div>{HTML}</div></template>",
    "a textarea": f'<textarea id="content" style="display:none">{escape(HTML)}</textarea><span>2021-05-03 10:20</span>',
    "a noscript": f"<noscript><div>2021-05-03 10:20</div><div>{HTML}</div></noscript>",
    "an attribute": f'<input type="hidden" value="{escape(HTML)}"><span>2021-05-03 10:20</span>',
    "blocks": script(f"var data = {js({'code': 0, 'data': BLOCKS})};"),
    "WeChat": script(
        f"var msg_title = '{TITLE}'.html(false); var ct = \"1620008400\"; var nickname = htmlDecode(\"高原日报\");"
        "window.cgiDataNew = { base_resp: {ret: '0' * 1}, "
        f"content_noencode: JsDecode('{HTML.replace('<', chr(92) + 'x3c')}') }};"
    ),
}  # fmt: skip


def reading(inside: str, title: str = f"{TITLE}_高原网") -> Reading:
    return read(page(inside, title), URL)


@pytest.mark.parametrize("place", PLACES)
def test_the_text_is_read_from_the_data(place: str) -> None:
    found = reading(PLACES[place])
    article = found.article
    assert (article.title, article.body, found.path) == (TITLE, BODY, "data")
    assert f"{article.published:%Y-%m-%d %H:%M}" == "2021-05-03 10:20"
    assert found.steps[0].how.startswith("data: ")
    assert found.is_general


@pytest.mark.parametrize("place", ["Next.js", "a state", "variables"])
def test_the_credit_beside_it_is_read_too(place: str) -> None:
    assert reading(PLACES[place]).article.credit == "高原日报"


@pytest.mark.parametrize("title", ["", "高原网", "新闻详情"])
def test_a_page_whose_title_says_nothing_has_that_of_the_data(title: str) -> None:
    assert reading(PLACES["Next.js"], title).article.title != ""
    assert reading(PLACES["a state"], title).article.title == TITLE


def test_what_the_page_shows_is_read_before_its_data() -> None:
    data = script(js({**LD, "articleBody": BODY.replace("锅炉", "炉子")}), "application/ld+json")
    found = reading(f"<h1>{TITLE}</h1><div>2021-05-03 10:20</div><div>{HTML}</div>{data}")
    assert (found.path, found.article.body) == ("general", BODY)


def test_a_beginning_that_is_shown_is_not_the_article() -> None:
    shown = f"<h1>{TITLE}</h1><div>2021-05-03 10:20</div><div><p>{LINES[0]}</p><a>展开全文</a></div>"
    found = reading(shown + PLACES["Next.js"])
    assert found.article.body in (BODY, LINES[0])  # three lines are less than three times the first
    longer = {
        **DETAIL,
        "content": HTML + "".join(f"<p>第{n}天，施工队换好了第{n}间教室的暖气片。</p>" for n in range(9)),
    }
    assert reading(shown + script(f"var data = {js(longer)}")).path == "data"
    assert reading(shown + script(f"var data = {js({**longer, 'title': '另一篇文章的标题'})}")).path == "general"


@pytest.mark.parametrize(
    "inside",
    [
        script("var message = '您的浏览器版本太低，请升级后再访问本站，谢谢您的合作。';"),
        script("function go() { var a = 'if you see this, the text is not here.'; return a }" * 50),
        script('{"title": "', "application/json"),
        script("[" * 100_000),
        script(js([{"title": f"第{n}条新闻", "content": OTHER} for n in range(3)]), "application/json"),
        script("{a:" * 100_000),
        script("x=(" * 100_000),
        script(f"var a = {{b: '{LINES[0]}"),
    ],
)
def test_other_data_are_no_article(inside: str) -> None:
    with pytest.raises(NotAnArticle):
        reading(inside)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(0) | st.text(),
        lambda part: st.lists(part) | st.dictionaries(st.text(), part),
    )
)
def test_json_is_read_as_it_is(value: object) -> None:
    if isinstance(value, dict | list):
        ((name, found),) = [*values_in(f"window.data = {json.dumps(value)};")][:1]
        assert (name, found) == ("data", value)


@given(st.text())
def test_a_string_literal_is_read_as_it_is(text: str) -> None:
    assert unescaped(json.dumps(text)[1:-1]) == text


@given(st.text(alphabet="ab:{}[]()'\"`\\,=;\n+ /*"))
def test_any_script_is_read(text: str) -> None:
    list(values_in(text))


def test_the_report_counts_it_as_read_by_general_means(wencang: Wencang, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page(PLACES["Next.js"]))
    done = wencang("import", tmp_path / "a.html")
    assert done.returncode == 0, done.stderr
    assert "read by general means" in done.stderr


# The rows of lists

ROWS = "".join(
    f"<li><a href='/news/2025/{n}.html'>第{n}座车站今天通车</a><span>2025-01-0{n}</span></li>" for n in range(1, 5)
)
OBJECTS = [{"id": n, "title": f"第{n}座车站今天通车", "url": f"/news/2025/{n}.html", "coverUrl": f"/i/{n}.html",
            "publishTime": f"2025-01-0{n}"} for n in range(1, 5)]  # fmt: skip
LISTED = Source(
    "example_cn", "example.cn", "草原", frozenset({"www.example.cn"}),
    (re.compile(r"http://www\.example\.cn/(?P<section>news)/2025/(?P<key>\d+)\.html"),), (), rows="//a/@href",
)  # fmt: skip
LISTS = {
    "CDATA": "<script type='text/xml'><datastore>"
    + "".join(f"<record><![CDATA[{row}</li>]]></record>" for row in ROWS.split("</li>")[:-1])
    + "</datastore></script>",
    "textarea": f"<textarea style='display:none'>{escape(ROWS)}</textarea>",
    "template": f"<template><ul>{ROWS}</ul></template>",
    "noscript": f"<noscript><ul>{ROWS}</ul></noscript>",
    "script of HTML": f"<script type='text/html'><ul>{ROWS}</ul></script>",
    "string": f"<script>var rows = {json.dumps(ROWS)}; show(rows);</script>",
    "document.write": "".join(
        f"<script>document.write({json.dumps(row)} + '</li>');</script>" for row in ROWS.split("</li>")[:-1]
    ),
    "JSON": f"<script type='application/json' id='data'>{json.dumps({'data': {'rows': OBJECTS}})}</script>",
    "JavaScript": f"<script>window.list = {json.dumps(OBJECTS, ensure_ascii=False)};</script>",
    "JSON in a string": f"<script>var list = {json.dumps(json.dumps(OBJECTS))};</script>",
}


@pytest.mark.parametrize("place", LISTS)
def test_the_rows_of_a_list_are_read_from_the_data(place: str) -> None:
    page = f"<html><body><a href='/'>首页</a><div id='list'>{LISTS[place]}</div></body></html>"
    rows = read_list(page.encode(), "http://www.example.cn/news/", LISTED).rows
    wanted = [f"http://www.example.cn/news/2025/{n}.html" for n in range(1, 5)]
    assert [*filter(LISTED.is_article, rows)] == wanted
    inside = replace(LISTED, rows="//div[@id='list']//li/a/@href")
    assert [*read_list(page.encode(), "http://www.example.cn/news/", inside).rows] == wanted


@pytest.mark.parametrize(
    "body", [json.dumps({"data": OBJECTS}), f"<datastore><record><![CDATA[{ROWS}]]></record></datastore>"]
)
def test_a_list_may_be_data_as_a_whole(body: str) -> None:
    rows = read_list(body.encode(), "http://www.example.cn/api/news?page=1", LISTED).rows
    assert len([*filter(LISTED.is_article, rows)]) == 4


def test_data_that_repeat_what_the_page_shows_are_left_out() -> None:
    shown = f"<html><body><ul>{ROWS}</ul>{LISTS['JavaScript']}</body></html>"
    inside = replace(LISTED, rows="//script//a/@href")
    assert read_list(shown.encode(), "http://www.example.cn/news/", inside).rows == ()


@given(st.text(st.sampled_from("<a href='/news/2025/1.html'>{[]}\"\\:,url title<![CDATA[]]>"), max_size=200))
def test_any_script_of_a_list_is_read(text: str) -> None:
    for kind in ("text/xml", "text/javascript"):
        read_list(f"<body><script type='{kind}'>{text}</script></body>".encode(), "http://www.example.cn/news/", LISTED)
