"""A county government's site by Hanweb's jcms: /art/2025/1/1/art_12_345.html, rows of lists as XML inside a script."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.sites.stories import NEWEST, Site, Story, items, stories

_COLUMNS = [(1021, "政务动态"), (1022, "部门信息"), (1025, "乡镇传真")]
_HEAD = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><meta name="SiteName" content="吉隆县人民政府"><meta name="SiteDomain" content="www.jilong.example">{metas}
<script type="text/javascript" src="/script/0/jquery.js"></script><script language="javascript" src="/script/page.js"></script><link href="/images/8/pagecss.css" rel="stylesheet" type="text/css"></head><body>
<div class="top"><a href="http://www.jilong.example/col/col1001/index.html">无障碍浏览</a><a href="/wza/">长者版</a></div>
<table class="nav" align="center"><tr><td><a href="http://www.jilong.example/">首页</a></td>{nav}<td><a href="http://www.jilong.example/col/col1060/index.html">政务公开</a></td><td><a href="http://www.zwfw.example/">政务服务</a></td></tr></table>
"""
_FOOT = """<div class="foot"><p>主办：吉隆县人民政府办公室　网站标识码：5402000000　藏公网安备 54022000000000号</p><p><a href="/col/col1090/index.html">网站地图</a> | <a href="/col/col1091/index.html">联系我们</a></p></div></body></html>"""


def site() -> Site:
    rows = stories("govcn", 3, 15, NEWEST)
    pages = {"/": _front(rows).encode()}
    for number, (id, name) in enumerate(_COLUMNS):
        own = [story for story in rows if story.channel == number]
        pages[f"/col/col{id}/index.html"] = _list(id, name, own).encode()
    articles = {_address(story): story for story in rows}
    pages |= {url: _article(story).encode() for url, story in articles.items()}
    for id, name in ((1001, "无障碍浏览"), (1060, "政务公开"), (1090, "网站地图"), (1091, "联系我们")):
        pages[f"/col/col{id}/index.html"] = (_head(name) + f"<div class='bt'>{name}</div><p>本栏目暂无内容。</p>" + _FOOT).encode()
    return Site("govcn", "www.jilong.example", "吉隆县人民政府", pages, articles)


def _address(story: Story) -> str:
    return f"/art/{story.time.year}/{story.time.month}/{story.time.day}/art_{_COLUMNS[story.channel][0]}_{45000 + story.number}.html"


def _head(title: str, metas: str = "") -> str:
    nav = "".join(f'<td><a href="http://www.jilong.example/col/col{id}/index.html">{name}</a></td>' for id, name in _COLUMNS)
    return _HEAD.format(title=f"吉隆县人民政府 {title}", nav=nav, metas=metas)


def _row(story: Story) -> str:
    return f"<li><a href='{_address(story)}' title='{story.title}' target='_blank'>{story.title}</a><span>{story.time:%Y-%m-%d}</span></li>"


def _front(rows: Sequence[Story]) -> str:
    blocks = ""
    for number, (id, name) in enumerate(_COLUMNS):
        own = [story for story in rows if story.channel == number][:6]
        blocks += f'<div class="tab"><h3><a href="http://www.jilong.example/col/col{id}/index.html">{name}</a></h3><ul>{items(own, _row)}</ul></div>'
    return _head("首页") + f"<div class='main'>{blocks}</div>" + _FOOT


def _list(id: int, name: str, rows: Sequence[Story]) -> str:
    records = "".join(f"<record><![CDATA[{_row(story)}]]></record>" for story in rows)
    data = f'<datastore><nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&appid=1&webid=8&columnid={id}&unitid=7001"></a>]]></nextgroup><recordset>{records}</recordset></datastore>'
    return (
        _head(name, f'<meta name="ColumnName" content="{name}"><meta name="ColumnType" content="工作动态">')
        + f'<table class="main"><tr><td class="wz">当前位置：<a href="/">首页</a> &gt; <a href="/col/col{id}/index.html">{name}</a></td></tr><tr><td><div id="7001" class="default_pgContainer"><script type="text/xml">{data}</script></div>'
        + f'<script src="/script/jpage.js"></script><script>$(function(){{$.jpage({{"totalRecord":{len(rows)},"perPage":15,"proxyUrl":"/module/web/jpage/dataproxy.jsp"}});}});</script></td></tr></table>'
        + _FOOT
    )  # fmt: skip


def _article(story: Story) -> str:
    id, name = _COLUMNS[story.channel]
    metas = f'<meta name="ArticleTitle" content="{story.title}"><meta name="PubDate" content="{story.time:%Y-%m-%d %H:%M}"><meta name="ContentSource" content="{story.credit}"><meta name="ColumnName" content="{name}">'
    text = "".join(f'<p style="text-indent: 2em;">{paragraph}</p>' for paragraph in story.paragraphs)
    return (
        _head(f"{name} {story.title}", metas)
        + f'<div class="wz">当前位置：<a href="/">首页</a> &gt; <a href="/col/col{id}/index.html">{name}</a></div><div id="c"><div class="title"><!--<$[标题名称(html)]>begin-->{story.title}<!--<$[标题名称(html)]>end--></div>'
        + f'<div class="xx"><span>发布时间：{story.time:%Y-%m-%d %H:%M}</span><span>来源：{story.credit}</span><span>浏览次数：<script language="javascript" src="/module/visitcount/articlehits.jsp"></script></span><span>字号：[ <a>大</a> <a>中</a> <a>小</a> ]</span></div>'
        + f'<div class="content" id="zoom"><!--ZJEG_RSS.content.begin-->{text}<!--ZJEG_RSS.content.end--></div><div class="print"><a href="javascript:window.print()">打印</a><a href="javascript:window.close()">关闭</a></div></div>'
        + _FOOT
    )  # fmt: skip
