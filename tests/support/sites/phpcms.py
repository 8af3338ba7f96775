"""A site of PHPCMS v9 with its default templates: show-17-345-1.html, list-17-1.html, a pager of links."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.sites.stories import NEWEST, Site, Story, in_pages, items, stories

_CHANNELS = [(17, "牧区动态"), (18, "政策解读"), (23, "技术推广")]
_HEAD = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>{title}</title><meta name="keywords" content="牧业" /><link href="/statics/css/reset.css" rel="stylesheet" type="text/css" />
<script type="text/javascript" src="/statics/js/jquery.min.js"></script></head><body>
<div class="body-top"><div class="content"><div class="login lh24"><a href="/index.php?m=member&c=index&a=login">登录</a><a href="/index.php?m=member&c=index&a=register">注册</a></div></div></div>
<div class="header"><div class="logo"><a href="http://www.muye.example/"><img src="/statics/images/v9/logo.jpg" /></a></div>
<div class="nav-bar"><ul class="nav-site"><li><a href="http://www.muye.example/"><span>首页</span></a></li>{nav}<li class="line">|</li><li><a href="http://www.muye.example/index.php?m=special&c=index&a=special"><span>专题</span></a></li></ul></div></div>
"""
_FOOT = """<div class="footer"><p class="info"><a href="http://www.muye.example/list-2-1.html">关于我们</a> | <a href="http://www.muye.example/list-3-1.html">联系方式</a> | <a href="http://www.muye.example/index.php?m=link">友情链接</a></p>
<p>Powered by <strong><a href="http://www.phpcms.example" target="_blank">PHPCMS</a></strong> V9 &copy; 2025 牧业信息网</p></div>
<script type="text/javascript" src="/api.php?op=count&id=1&modelid=1"></script></body></html>"""


def site() -> Site:
    rows = stories("phpcms", 3, 18, NEWEST)
    pages = {"/": _front(rows).encode()}
    for number, (id, name) in enumerate(_CHANNELS):
        own = [story for story in rows if story.channel == number]
        for page, count, shown in in_pages(own, 8):
            pages[f"/list-{id}-{page}.html"] = _list(id, name, page, count, shown, len(own), rows).encode()
    articles = {_address(story): story for story in rows}
    pages |= {url: _article(story, rows).encode() for url, story in articles.items()}
    about = _head("关于我们") + '<div class="main"><h1>关于我们</h1><p>牧业信息网由县农牧局主办。</p></div>' + _FOOT
    pages |= {"/list-2-1.html": about.encode(), "/list-3-1.html": about.encode()}
    return Site("phpcms", "www.muye.example", "牧业信息网", pages, articles)


def _address(story: Story) -> str:
    return f"/show-{_CHANNELS[story.channel][0]}-{300 + story.number}-1.html"


def _link(story: Story) -> str:
    return f"http://www.muye.example{_address(story)}"


def _head(title: str) -> str:
    nav = "".join(f'<li class="line">|</li><li><a href="http://www.muye.example/list-{id}-1.html"><span>{name}</span></a></li>' for id, name in _CHANNELS)
    return _HEAD.format(title=f"{title} - 牧业信息网", nav=nav)


def _front(rows: Sequence[Story]) -> str:
    blocks = ""
    for number, (id, name) in enumerate(_CHANNELS):
        own = [story for story in rows if story.channel == number][:7]
        links = items(own, lambda story: f'<li>·<a href="{_link(story)}" target="_blank" title="{story.title}">{story.title}</a></li>')
        blocks += f'<div class="box cat-area"><h5 class="title-1">{name}<a href="http://www.muye.example/list-{id}-1.html" class="more">更多>></a></h5><div class="content"><ul class="list lh24 f14">{links}</ul></div></div>'
    return _head("首页") + f'<div class="main"><div class="col-left">{blocks}</div></div>' + _FOOT


def _pager(id: int, page: int, count: int, total: int) -> str:
    url = "http://www.muye.example/list-{}-{}.html"
    numbers = "".join(
        f" <span>{n}</span>" if n == page else f' <a href="{url.format(id, n)}">{n}</a>' for n in range(1, count + 1)
    )
    back, on = url.format(id, max(page - 1, 1)), url.format(id, min(page + 1, count))
    return f'<div id="pages" class="text-c"><a class="a1">{total}条</a> <a href="{back}" class="a1">上一页</a>{numbers} <a href="{on}" class="a1">下一页</a></div>'


def _list(id: int, name: str, page: int, count: int, shown: Sequence[Story], total: int, rows: Sequence[Story]) -> str:
    links = ""
    for place, story in enumerate(shown, 1):
        links += f'<li><span class="rt">{story.time:%Y-%m-%d %H:%M:%S}</span>·<a href="{_link(story)}" target="_blank">{story.title}</a></li>'
        links += '<li class="bk20 hr"></li>' if place % 5 == 0 else ""
    return (
        _head(name)
        + f'<div class="main"><div class="col-left"><div class="crumbs"><a href="http://www.muye.example/">首页</a><span> &gt; </span><a href="http://www.muye.example/list-{id}-1.html">{name}</a> &gt; 列表</div>'
        + f'<ul class="list lh24 f14">{links}</ul>{_pager(id, page, count, total)}</div>{_side(rows)}</div>' + _FOOT
    )  # fmt: skip


def _side(rows: Sequence[Story]) -> str:
    hot = items(rows[5:15], lambda story: f'<li><a href="{_link(story)}" target="_blank" title="{story.title}">{story.title[:13]}</a></li>')
    top = items(rows[20:24], lambda story: f'<li><a href="{_link(story)}">{story.title}</a></li>')
    return f'<div class="col-auto"><div class="box"><h5 class="title-2">频道总排行</h5><ul class="content digg">{hot}</ul></div><div class="box"><h5 class="title-2">频道本月排行</h5><ul class="content rank">{top}</ul></div></div>'


def _article(story: Story, rows: Sequence[Story]) -> str:
    id, name = _CHANNELS[story.channel]
    own = [other for other in rows if other.channel == story.channel]
    place = own.index(story)
    before, after = own[(place + 1) % len(own)], own[place - 1]
    return (
        _head(f"{story.title} - {name}")
        + f'<div class="main"><div class="col-left"><div class="crumbs"><a href="http://www.muye.example/">首页</a><span> &gt; </span><a href="http://www.muye.example/list-{id}-1.html">{name}</a> &gt; 正文</div>'
        + f'<div id="Article"><h1>{story.title}<br /><span>{story.time:%Y-%m-%d %H:%M:%S}&nbsp;&nbsp;&nbsp;来源：{story.credit}&nbsp;&nbsp;&nbsp;评论：<a href="#comment_iframe" id="comment">0</a> 点击：<a href="javascript:;" id="hits"></a></span></h1>'
        + f'<div class="content">{story.html}</div><div id="pages" class="text-c"></div>'
        + '<p style="margin-bottom:10px"><strong>热词搜索：</strong></p>'
        + f'<p class="f14"><strong>上一篇：</strong><a href="{_link(before)}">{before.title}</a><br /><strong>下一篇：</strong><a href="{_link(after)}">{after.title}</a></p>'
        + '<a href="javascript:window.print()">打印</a> <a href="javascript:;" class="t1">收藏</a></div></div>'
        + _side(rows) + "</div>" + _FOOT
    )  # fmt: skip
