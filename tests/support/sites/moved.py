"""A site that moved: new articles on news.kaqu.example, older ones under www.kaqu.example/show.php?id=3, in one list."""

# ruff: noqa: E501  # markup stands on long lines

from __future__ import annotations

from collections.abc import Sequence

from tests.support.sites.stories import NEWEST, Site, Story, in_pages, items, stories

_CHANNELS = [("xw", "卡曲新闻"), ("jy", "教育卫生"), ("ly", "文化旅游")]
_HEAD = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><link rel="stylesheet" href="/static/site.css"></head><body>
<header><div class="logo"><a href="http://www.kaqu.example/"><img src="/static/logo.png" alt="卡曲网"></a></div><nav><a href="http://www.kaqu.example/">首页</a>{nav}<a href="http://www.kaqu.example/about.html">关于我们</a></nav></header>
"""
_FOOT = """<footer><p>卡曲网 版权所有　藏ICP备00000001号　<a href="http://www.kaqu.example/contact.html">联系我们</a></p></footer></body></html>"""


def site() -> Site:
    rows = stories("moved", 3, 20, NEWEST)
    pages = {"/": _front(rows).encode()}
    for number, (name, title) in enumerate(_CHANNELS):
        own = [story for story in rows if story.channel == number]
        for page, count, shown in in_pages(own, 12):
            address = f"http://news.kaqu.example/{name}/" + (f"index_{page}.html" if page > 1 else "")
            pages[address] = _list(name, title, page, count, shown).encode()
    articles = {_address(story): story for story in rows}
    pages |= {url: (_new(story) if _is_new(story) else _old(story)).encode() for url, story in articles.items()}
    for path, title in (("/about.html", "关于我们"), ("/contact.html", "联系我们")):
        pages[path] = (
            _head(title) + f"<main><h1>{title}</h1><p>卡曲网由县融媒体中心主办。</p></main>" + _FOOT
        ).encode()
    return Site("moved", "www.kaqu.example", "卡曲网", pages, articles)


def _is_new(story: Story) -> bool:
    return story.number > 24


def _address(story: Story) -> str:
    if _is_new(story):
        return f"http://news.kaqu.example/{_CHANNELS[story.channel][0]}/{story.time:%Y%m}/c{story.number + 9000}.html"
    return f"http://www.kaqu.example/show.php?id={story.number + 400}"


def _head(title: str) -> str:
    nav = "".join(f'<a href="http://news.kaqu.example/{name}/">{channel}</a>' for name, channel in _CHANNELS)
    return _HEAD.format(title=f"{title}_卡曲网", nav=nav)


def _row(story: Story) -> str:
    return f'<li><a href="{_address(story)}" target="_blank">{story.title}</a><em>{story.time:%Y-%m-%d}</em></li>'


def _front(rows: Sequence[Story]) -> str:
    blocks = ""
    for number, (name, title) in enumerate(_CHANNELS):
        own = [story for story in rows if story.channel == number][:9]
        blocks += f'<section class="box"><h2>{title}<a href="http://news.kaqu.example/{name}/">更多</a></h2><ul>{items(own, _row)}</ul></section>'
    return _head("首页") + f"<main>{blocks}</main>" + _FOOT


def _list(name: str, title: str, page: int, count: int, shown: Sequence[Story]) -> str:
    numbers = "".join(
        f'<a href="http://news.kaqu.example/{name}/{f"index_{n}.html" if n > 1 else ""}">{n}</a>'
        for n in range(1, count + 1)
    )
    return (
        _head(title)
        + f'<main><div class="path"><a href="http://www.kaqu.example/">首页</a> &gt; {title}</div><ul class="news-list">{items(shown, _row)}</ul><div class="pager">{numbers}</div></main>'
        + _FOOT
    )  # fmt: skip


def _new(story: Story) -> str:
    name, channel = _CHANNELS[story.channel]
    return (
        _head(story.title)
        + f'<main><div class="path"><a href="http://www.kaqu.example/">首页</a> &gt; <a href="http://news.kaqu.example/{name}/">{channel}</a> &gt; 正文</div><article class="news"><h1>{story.title}</h1><p class="meta"><time>{story.time:%Y-%m-%d %H:%M}</time><span>来源：{story.credit}</span></p><div class="text">{story.html}</div></article></main>'
        + _FOOT
    )  # fmt: skip


def _old(story: Story) -> str:
    return (
        _head(story.title)
        + f'<table width="960" align="center"><tr><td class="bt" align="center">{story.title}</td></tr><tr><td class="sj" align="center">发布时间：{story.time:%Y-%m-%d %H:%M}　来源：{story.credit}　点击：<span id="hits">27</span>次</td></tr><tr><td class="nr">{story.html}</td></tr></table>'
        + _FOOT
    )  # fmt: skip
