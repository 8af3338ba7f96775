"""A newspaper's site as Founder's publishing system writes it: node_1234.htm, content/2025-11/28/content_123.htm."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.sites.stories import NEWEST, Site, Story, in_pages, items, stories

_NODES = [(2011, "要闻"), (2012, "民生"), (2015, "评论"), (2031, "副刊")]
_HEAD = """<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{title}</title>
{metas}<link href="{up}images/common.css" rel="stylesheet" type="text/css"><script src="{up}images/jquery.js"></script></head><body>
<div class="header"><a href="{up}node_2.htm"><img src="{up}images/logo.png"></a><div class="date"><script>document.write(new Date())</script></div></div>
<div class="navbar"><a href="{up}node_2.htm">首页</a>{nav}<a href="http://epaper.xueyu.example/" target="_blank">数字报</a></div>
"""
_FOOT = """<div class="bottom"><a href="{up}node_9.htm">关于我们</a>|<a href="{up}node_10.htm">广告服务</a><p>雪域晚报社 版权所有 未经书面授权不得复制或建立镜像</p></div></body></html>"""


def site() -> Site:
    rows = stories("founder", 4, 14, NEWEST)
    front = _front(rows).encode()
    pages = {"/": front, "/node_2.htm": front, "/index.htm": front}
    for number, (id, name) in enumerate(_NODES):
        own = [story for story in rows if story.channel == number]
        for page, count, shown in in_pages(own, 5):
            file = f"node_{id}.htm" if page == 1 else f"node_{id}_{page}.htm"
            pages[f"/{file}"] = _list(id, name, page, count, shown, rows).encode()
    articles = {f"/{_address(story)}": story for story in rows}
    pages |= {url: _article(story, rows).encode() for url, story in articles.items()}
    about = _head("关于我们", "") + "<p>雪域晚报创刊于一九八五年。</p>" + _FOOT.format(up="")
    pages["/node_9.htm"] = pages["/node_10.htm"] = about.encode()
    return Site("founder", "www.xueyu.example", "雪域晚报网", pages, articles)


def _address(story: Story) -> str:
    return f"content/{story.time:%Y-%m}/{story.time:%d}/content_{1204000 + story.number * 3}.htm"


def _head(title: str, up: str, metas: str = "") -> str:
    nav = "".join(f'<a href="{up}node_{id}.htm">{name}</a>' for id, name in _NODES)
    return _HEAD.format(title=f"{title}--雪域晚报网", up=up, nav=nav, metas=metas)


def _front(rows: Sequence[Story]) -> str:
    blocks = ""
    for number, (id, name) in enumerate(_NODES):
        own = [story for story in rows if story.channel == number][:5]
        links = items(own, lambda story: f'<li><a href="{_address(story)}" target="_blank">{story.title}</a></li>')
        blocks += f'<div class="column"><h2><a href="node_{id}.htm">{name}</a></h2><ul>{links}</ul></div>'
    top = f'<div class="toutiao"><h1><a href="{_address(rows[0])}">{rows[0].title}</a></h1></div>'
    return _head("雪域晚报网", "") + f"{top}<div class='main'>{blocks}</div>" + _FOOT.format(up="")


def _list(id: int, name: str, page: int, count: int, shown: Sequence[Story], rows: Sequence[Story]) -> str:
    links = items(
        shown,
        lambda story: f'<tr><td class="font12" align="left"><a href="{_address(story)}" target="_blank">{story.title}</a></td><td class="time">({story.time:%Y-%m-%d %H:%M})</td></tr>',
    )
    file = [f"node_{id}.htm", *(f"node_{id}_{n}.htm" for n in range(2, count + 1))]
    numbers = "".join(f"<span>[{n}]</span>" if n == page else f'<a href="{file[n - 1]}">[{n}]</a>' for n in range(1, count + 1))
    on = f'<a href="{file[page]}">下一页</a>' if page < count else ""
    back = f'<a href="{file[page - 2]}">上一页</a>' if page > 1 else ""
    return (
        _head(name, "")
        + f'<div class="main"><div class="lft"><div class="wz"><a href="node_2.htm">首页</a>&gt;<a href="node_{id}.htm">{name}</a></div><!--enpproperty <nodeid>{id}</nodeid><nodename>{name}</nodename>/enpproperty-->'
        + f'<table width="100%" border="0" cellspacing="0">{links}</table><div id="displaypagenum">{back}{numbers}{on}</div></div>{_right(rows, "")}</div>'
        + _FOOT.format(up="")
    )  # fmt: skip


def _right(rows: Sequence[Story], up: str) -> str:
    links = items(rows[3:9], lambda story: f'<li><a href="{up}{_address(story)}">{story.title}</a></li>')
    return f'<div class="rgt"><h3>图片新闻</h3><ul class="pic">{links}</ul></div>'


def _article(story: Story, rows: Sequence[Story]) -> str:
    id, name = _NODES[story.channel]
    up = "../../../"
    number = 1204000 + story.number * 3
    text = "".join(f"<P>　　{paragraph}</P>" for paragraph in story.paragraphs)
    return (
        _head(f"{story.title}-{name}", up, f'<meta name="keywords" content="{name}">')
        + f'<!--enpproperty <articleid>{number}</articleid><date>{story.time:%Y-%m-%d %H:%M:%S}:0</date><author>{story.author}</author><title>{story.title}</title><nodename>{name}</nodename>/enpproperty-->'
        + f'<div class="main"><div class="lft"><div class="wz"><a href="{up}node_2.htm">首页</a>&gt;<a href="{up}node_{id}.htm">{name}</a>&gt;正文</div>'
        + f'<div class="bt1"><founder-title>{story.title}</founder-title></div><div class="ly">{story.time:%Y-%m-%d %H:%M}&nbsp;&nbsp;来源：{story.credit}&nbsp;&nbsp;作者：{story.author}</div>'
        + f'<div class="nr"><!--enpcontent--><founder-content>{text}</founder-content><!--/enpcontent--></div><div class="zrbj">责任编辑：{story.author}</div>'
        + '<div class="fx">分享到：<a href="javascript:void(0)">微信</a> <a href="javascript:void(0)">微博</a></div></div>'
        + _right(rows, up) + "</div>" + _FOOT.format(up=up)
    )  # fmt: skip
