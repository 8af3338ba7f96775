"""A site by an ASP program of 2008 in GB2312: tables, newsview.asp?id=3, news.asp?classid=3&page=2, jQuery for its slides."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.sites.stories import NEWEST, Site, Story, in_pages, items, stories

_CLASSES = [(3, "镇村要闻"), (4, "通知公告"), (9, "农事指南")]
_HEAD = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>{title}</title>
<link href="css/style.css" rel="stylesheet" type="text/css"><script src="js/jquery-1.4.2.min.js"></script><script>$(function(){{$("#slide").cycle();}});</script></head>
<body topmargin="0"><table width="1000" border="0" align="center"><tr><td><img src="images/banner.jpg"></td></tr></table>
<table width="1000" border="0" align="center" background="images/nav.gif"><tr><td align="center"><a href="index.asp" class="nav">网站首页</a></td>{nav}<td align="center"><a href="about.asp" class="nav">单位简介</a></td><td align="center"><a href="guestbook.asp" class="nav">在线留言</a></td></tr></table>
"""
_FOOT = """<table width="1000" align="center"><tr><td align="center">版权所有：下察隅镇信息站　地址：下察隅镇政府院内　电话：0894-0000000<br>技术支持：<a href="http://www.dong-ruan.example" target="_blank">东软网络</a>　<a href="admin/login.asp">管理登录</a></td></tr></table></body></html>"""


def site() -> Site:
    rows = stories("oldasp", 3, 20, NEWEST)
    front = _front(rows).encode("gb18030")
    pages = {"/": front, "/index.asp": front}
    for number, (id, name) in enumerate(_CLASSES):
        own = [story for story in rows if story.channel == number]
        for page, count, shown in in_pages(own, 9):
            html = _list(id, name, page, count, shown, len(own), rows).encode("gb18030")
            pages[f"/news.asp?classid={id}&page={page}"] = html
            if page == 1:
                pages[f"/news.asp?classid={id}"] = html
    articles = {_address(story): story for story in rows}
    pages |= {url: _article(story, rows).encode("gb18030") for url, story in articles.items()}
    about = _head("单位简介") + "<table align=center><tr><td><p>下察隅镇位于县境南部。</p></td></tr></table>" + _FOOT
    pages["/about.asp"] = pages["/guestbook.asp"] = about.encode("gb18030")
    return Site("oldasp", "www.xiachayu.example", "下察隅镇信息网", pages, articles)


def _address(story: Story) -> str:
    return f"/newsview.asp?id={story.number + 780}"


def _link(story: Story) -> str:
    return _address(story)[1:]


def _head(title: str) -> str:
    nav = "".join(f'<td align="center"><a href="news.asp?classid={id}" class="nav">{name}</a></td>' for id, name in _CLASSES)
    return _HEAD.format(title=f"{title}--下察隅镇信息网", nav=nav)


def _front(rows: Sequence[Story]) -> str:
    cells = ""
    for number, (id, name) in enumerate(_CLASSES):
        own = [story for story in rows if story.channel == number][:7]
        lines = items(own, lambda story: f'<tr><td height="24">·<a href="{_link(story)}" target="_blank" title="{story.title}">{story.title[:12]}...</a></td><td width="60">{story.time:%m-%d}</td></tr>')
        cells += f'<td valign="top"><table width="320"><tr><td class="bt">{name}</td><td align="right"><a href="news.asp?classid={id}"><img src="images/more.gif" border="0"></a></td></tr>{lines}</table></td>'
    return _head("首页") + f'<table width="1000" align="center"><tr>{cells}</tr></table>' + _FOOT


def _list(id: int, name: str, page: int, count: int, shown: Sequence[Story], total: int, rows: Sequence[Story]) -> str:
    lines = items(
        shown,
        lambda story: f'<tr onmouseover="this.bgColor=\'#EEEEEE\'"><td width="20"><img src="images/dot.gif"></td><td height="28"><a href="{_link(story)}" target="_blank">{story.title}</a></td><td width="100">[{story.time.year}-{story.time.month}-{story.time.day}]</td></tr>',
    )
    to = f"news.asp?classid={id}&page="
    back = f'<a href="{to}1">首页</a> <a href="{to}{page - 1}">上一页</a>' if page > 1 else "首页 上一页"
    on = f'<a href="{to}{page + 1}">下一页</a> <a href="{to}{count}">尾页</a>' if page < count else "下一页 尾页"
    pager = f'<tr><td colspan="3" align="center">共<font color="red">{total}</font>条 {back} {on} 页次：<strong>{page}</strong>/{count}页 9条/页 转到：<input name="page" size="3"></td></tr>'
    return (
        _head(name)
        + f'<table width="1000" align="center"><tr>{_left(rows)}<td valign="top"><table width="760"><tr><td colspan="3" class="wz">您现在的位置：<a href="index.asp">网站首页</a> &gt;&gt; <a href="news.asp?classid={id}">{name}</a></td></tr>{lines}{pager}</table></td></tr></table>'
        + _FOOT
    )  # fmt: skip


def _left(rows: Sequence[Story]) -> str:
    kinds = "".join(f'<tr><td height="30"><a href="news.asp?classid={id}">{name}</a></td></tr>' for id, name in _CLASSES)
    hot = items(rows[11:19], lambda story: f'<tr><td height="22">·<a href="{_link(story)}" title="{story.title}">{story.title[:10]}</a></td></tr>')
    return f'<td width="220" valign="top"><table class="lm">{kinds}</table><table class="rd"><tr><td>热门文章</td></tr>{hot}</table></td>'


def _article(story: Story, rows: Sequence[Story]) -> str:
    id, name = _CLASSES[story.channel]
    text = "<br>".join(f"&nbsp;&nbsp;&nbsp;&nbsp;{paragraph}" for paragraph in story.paragraphs)
    return (
        _head(story.title)
        + f'<table width="1000" align="center"><tr>{_left(rows)}<td valign="top"><table width="760"><tr><td class="wz">您现在的位置：<a href="index.asp">网站首页</a> &gt;&gt; <a href="news.asp?classid={id}">{name}</a> &gt;&gt; 正文</td></tr>'
        + f'<tr><td align="center" height="50" class="newstitle"><strong>{story.title}</strong></td></tr><tr><td align="center" bgcolor="#F5F5F5">发布时间：{story.time:%Y-%m-%d %H:%M:%S}　来源：{story.credit}　浏览次数：{story.number * 5}</td></tr>'
        + f'<tr><td class="newscontent" style="line-height:26px">{text}</td></tr><tr><td align="right">【<a href="javascript:window.print()">打印本页</a>】【<a href="javascript:window.close()">关闭窗口</a>】</td></tr></table></td></tr></table>'
        + _FOOT
    )  # fmt: skip
