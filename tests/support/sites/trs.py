"""A news site as TRS WCM publishes one: channel folders, tYYYYMMDD_N.html, a pager that a script writes."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.sites.stories import NEWEST, Site, Story, in_pages, items, stories

_CHANNELS = [("xw/bdxw", "本地新闻"), ("xw/jjjs", "经济建设"), ("wh/whyw", "文化要闻"), ("st/sthb", "生态环保")]
_HEAD = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>{title}</title>{metas}<link href="/images/style.css" rel="stylesheet" type="text/css" />
<script type="text/javascript" src="/images/jquery.min.js"></script></head><body>
<div class="top"><span id="date">2025年11月28日 星期五</span><a href="/bzzx/">帮助中心</a> <a href="http://mail.yajiang.example/">邮箱</a>
<form action="http://search.yajiang.example/was5/web/search" method="get"><input name="searchword" /><input type="submit" value="搜索" /></form></div>
<div class="nav"><ul><li><a href="/">首页</a></li>{nav}<li><a href="/zt/">专题</a></li><li><a href="/sp/">视频</a></li></ul></div>
"""
_FOOT = """<div class="footer"><p><a href="/gywm/">关于我们</a> | <a href="/gywm/lxfs.html">联系方式</a> | <a href="/gywm/bqsm.html">版权声明</a></p>
<p>雅江在线版权所有 藏ICP备05000001号 互联网新闻信息服务许可证：54120190001</p></div>
<script type="text/javascript" src="/images/tongji.js"></script></body></html>"""


def site() -> Site:
    rows = stories("trs", 4, 15, NEWEST)
    pages = {"/": _front(rows).encode(), "/robots.txt": b"User-agent: *\nDisallow: /images/\n"}
    for number, (path, name) in enumerate(_CHANNELS):
        own = [story for story in rows if story.channel == number]
        for page, count, shown in in_pages(own, 6):
            file = "" if page == 1 else f"index_{page - 1}.html"
            pages[f"/{path}/{file}"] = _list(name, page, count, shown, rows).encode()
    articles = {_address(story): story for story in rows}
    pages |= {url: _article(story, rows).encode() for url, story in articles.items()}
    pages |= {"/zt/": _plain("专题"), "/sp/": _plain("视频"), "/gywm/": _plain("关于我们"), "/bzzx/": _plain("帮助中心")}
    return Site("trs", "www.yajiang.example", "雅江在线", pages, articles)


def _address(story: Story) -> str:
    return f"/{_CHANNELS[story.channel][0]}/{story.time:%Y%m}/t{story.time:%Y%m%d}_{7911000 + story.number * 37}.html"


def _head(title: str, metas: str = "") -> str:
    nav = "".join(f'<li><a href="/{path}/">{name}</a></li>' for path, name in _CHANNELS)
    return _HEAD.format(title=title, metas=metas, nav=nav)


def _plain(name: str) -> bytes:
    return (_head(f"{name}_雅江在线") + f'<div class="w1000"><h2>{name}</h2><p>栏目建设中，敬请期待。</p></div>' + _FOOT).encode()


def _front(rows: Sequence[Story]) -> str:
    blocks = ""
    for number, (path, name) in enumerate(_CHANNELS):
        own = [story for story in rows if story.channel == number][:6]
        links = items(own, lambda story: f'<li><a href=".{_address(story)}" target="_blank">{story.title}</a></li>')
        blocks += f'<div class="box"><h3><a href="./{path}/">{name}</a><a class="more" href="./{path}/">更多&gt;&gt;</a></h3><ul>{links}</ul></div>'
    slides = items(rows[:3], lambda story: f'<li><a href=".{_address(story)}"><img src="./W020251128.jpg" /></a><p>{story.title}</p></li>')
    return _head("雅江在线") + f'<div id="focus"><ul>{slides}</ul></div><div class="w1000">{blocks}</div>{_friends()}' + _FOOT


def _friends() -> str:
    sites = ["雪域日报", "雅江晚报", "高原广播", "林芝发布"]
    links = "".join(f'<a href="http://www.friend{n}.example/" target="_blank">{name}</a>' for n, name in enumerate(sites))
    return f'<div class="links">友情链接：{links}</div>'


def _list(name: str, page: int, count: int, shown: Sequence[Story], rows: Sequence[Story]) -> str:
    links = items(
        shown,
        lambda story: f'<li><span>{story.time:%Y-%m-%d}</span><a href="./{_address(story).split("/", 3)[3]}" target="_blank">{story.title}</a></li>',
    )
    return (
        _head(f"{name}_雅江在线")
        + f'<div class="w1000"><div class="left"><div class="pos">当前位置：<a href="../../">首页</a> &gt; <a href="./">{name}</a></div>'
        + f'<div class="listnews"><ul>{links}</ul></div><div class="page"><script>createPageHTML({count}, {page - 1}, "index", "html");</script></div></div>'
        + _hot(rows) + "</div>" + _FOOT
    )  # fmt: skip


def _hot(rows: Sequence[Story]) -> str:
    links = items(rows[10:18], lambda story: f'<li><a href="{_address(story)}" title="{story.title}">{story.title[:14]}</a></li>')
    return f'<div class="right"><h3>热点排行</h3><ul class="hot">{links}</ul></div>'


def _article(story: Story, rows: Sequence[Story]) -> str:
    path, name = _CHANNELS[story.channel]
    metas = (
        f'<meta name="ArticleTitle" content="{story.title}" /><meta name="PubDate" content="{story.time:%Y-%m-%d %H:%M}" />'
        f'<meta name="ContentSource" content="{story.credit}" />'
    )
    related = items(rows[:4], lambda other: f'<li><a href="{_address(other)}">{other.title}</a></li>')
    return (
        _head(f"{story.title}_{name}_雅江在线", metas)
        + f'<div class="w1000"><div class="pos">当前位置：<a href="../../../">首页</a> &gt; <a href="../">{name}</a></div><div class="left">'
        + f'<div class="title_box"><h2>{story.title}</h2><div class="info"><span>发布时间：{story.time:%Y-%m-%d %H:%M:%S}</span><span>来源：{story.credit}</span>'
        + '<span>字号：<a href="javascript:doZoom(16)">大</a> <a href="javascript:doZoom(12)">小</a></span></div></div>'
        + f'<div class="TRS_Editor" id="text"><style type="text/css">.TRS_Editor P{{line-height:2;}}</style>{story.html}</div>'
        + f'<div class="editor">（责编：{story.author}）</div><div class="xgxw"><h4>相关新闻</h4><ul>{related}</ul></div></div>'
        + _hot(rows) + "</div>" + _FOOT
    )  # fmt: skip
