"""A forum of Discuz! X3.4 with rewritten addresses: thread-123-1-1.html, forum-2-1.html; in GBK."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.support.sites.stories import NEWEST, Site, Story, in_pages, items, stories

_FORUMS = [(2, "本地新闻"), (37, "驴友出行"), (40, "民生热线")]
_HEAD = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=gbk" />
<title>{title} -  Powered by Discuz!</title><meta name="generator" content="Discuz! X3.4" /><base href="http://bbs.nianchu.example/" />
<link rel="stylesheet" type="text/css" href="data/cache/style_1_common.css" /><script src="static/js/common.js" type="text/javascript"></script></head>
<body id="nv_forum" class="{kind}"><div id="toptb" class="cl"><div class="wp"><div class="z"><a href="javascript:;" onclick="setHomepage('http://bbs.nianchu.example/');">设为首页</a></div><div class="y"><a href="member.php?mod=logging&amp;action=login">登录</a><a href="member.php?mod=register">立即注册</a></div></div></div>
<div id="hd"><div class="wp"><div class="hdc cl"><h2><a href="./" title="年楚社区"><img src="static/image/common/logo.png" alt="年楚社区" /></a></h2></div>
<div id="nv"><ul><li class="a" id="mn_forum"><a href="forum.php" hidefocus="true" title="BBS">论坛</a></li><li id="mn_group"><a href="group.php" hidefocus="true">群组</a></li><li><a href="misc.php?mod=ranklist" hidefocus="true">排行榜</a></li></ul></div></div></div><div id="wp" class="wp">
"""
_FOOT = """</div><div id="ft" class="wp cl"><div id="flk" class="y"><p><a href="archiver/" >Archiver</a><span class="pipe">|</span><a href="forum.php?mobile=yes" >手机版</a><span class="pipe">|</span><strong><a href="http://bbs.nianchu.example/" target="_blank">年楚社区</a></strong></p><p class="xs0">GMT+8, 2025-11-28 19:02 , Processed in 0.03 second(s), 7 queries .</p></div><div id="frt"><p>Powered by <strong><a href="http://www.discuz.example" target="_blank">Discuz!</a></strong> <em>X3.4</em></p></div></div></body></html>"""


def site() -> Site:
    rows = stories("discuz", 3, 16, NEWEST)
    front = _front(rows).encode("gbk")
    pages = {"/": front, "/forum.php": front, "/robots.txt": b"User-agent: *\nDisallow: /api/\nDisallow: /member.php*\nDisallow: /misc.php*\nDisallow: /home.php*\n"}
    articles: dict[str, Story] = {}
    for number, (id, name) in enumerate(_FORUMS):
        own = [story for story in rows if story.channel == number]
        for page, count, shown in in_pages(own, 7):
            pages[f"/forum-{id}-{page}.html"] = _list(id, name, page, count, shown).encode("gbk")
            articles |= {_address(story, page): story for story in shown}
    rules = replace(rows[-1], number=-3999, title="发帖须知和版块管理规定")
    articles[_address(rules, 1)] = rules
    pages |= {_address(story, 1): _article(story).encode("gbk") for story in articles.values()}
    pages |= {url: _article(story).encode("gbk") for url, story in articles.items()}
    pages["/group.php"] = (_head("群组", "pg_index") + "<p>尚无群组</p>" + _FOOT).encode("gbk")
    return Site("discuz", "bbs.nianchu.example", "年楚社区", pages, articles)


def _address(story: Story, page: int) -> str:
    """The third number is the page of the forum that links there; the program does not look at it."""
    return f"/thread-{4000 + story.number}-1-{page}.html"


def _head(title: str, kind: str) -> str:
    return _HEAD.format(title=title, kind=kind)


def _user(story: Story) -> str:
    return f'<a href="space-uid-{story.number % 7 + 11}.html" c="1">{story.author}</a>'


def _front(rows: Sequence[Story]) -> str:
    forums = ""
    for number, (id, name) in enumerate(_FORUMS):
        last = next(story for story in rows if story.channel == number)
        forums += (
            f'<tr class="fl_row"><td class="fl_icn"><a href="forum-{id}-1.html"><img src="static/image/common/forum.gif" alt="{name}" /></a></td><td><h2><a href="forum-{id}-1.html">{name}</a></h2></td><td class="fl_i"><span class="xi2">16</span><span class="xg1"> / 35</span></td>'
            f'<td class="fl_by"><div><a href="forum.php?mod=redirect&amp;tid={4000 + last.number}&amp;goto=lastpost#lastpost" class="xi2">{last.title[:12]} ...</a> <cite>{last.time:%Y-%m-%d %H:%M} {_user(last)}</cite></div></td></tr>'
        )
    return _head("年楚社区", "pg_index") + f'<div id="ct" class="wp cl"><div id="chart" class="bm bw0 cl"><p class="chart z">今日: <em>3</em><span class="pipe">|</span>帖子: <em>105</em></p></div><div class="fl bm"><div class="bm bmw cl"><div class="bm_h cl"><h2><a href="forum.php?gid=1">社区</a></h2></div><div class="bm_c"><table cellspacing="0" cellpadding="0" class="fl_tb">{forums}</table></div></div></div></div>' + _FOOT


def _list(id: int, name: str, page: int, count: int, shown: Sequence[Story]) -> str:
    sticky = f'<tbody id="stickthread_1"><tr><td class="icn"><a href="thread-1-1-1.html" title="本版置顶主题" target="_blank"><img src="static/image/common/pin_1.gif" alt="本版置顶" /></a></td><th class="common"><a href="thread-1-1-1.html" onclick="atarget(this)" class="s xst">发帖须知和版块管理规定</a></th></tr></tbody>' if page == 1 else ""
    threads = items(
        shown,
        lambda story: f'<tbody id="normalthread_{4000 + story.number}"><tr><td class="icn"><a href="thread-{4000 + story.number}-1-{page}.html" title="有新回复 - 新窗口打开" target="_blank"><img src="static/image/common/folder_new.gif" /></a></td><th class="new"><a href="javascript:;" id="content_{4000 + story.number}" class="showcontent y" title="更多操作"></a> <a href="thread-{4000 + story.number}-1-{page}.html" onclick="atarget(this)" class="s xst">{story.title}</a></th>'
        f'<td class="by"><cite>{_user(story)}</cite><em><span>{story.time:%Y-%m-%d}</span></em></td><td class="num"><a href="thread-{4000 + story.number}-1-{page}.html" class="xi2">0</a><em>{story.number * 3}</em></td><td class="by"><cite>{_user(story)}</cite><em><a href="forum.php?mod=redirect&tid={4000 + story.number}&goto=lastpost#lastpost">{story.time:%Y-%m-%d %H:%M}</a></em></td></tr></tbody>',
    )
    numbers = "".join(f"<strong>{n}</strong>" if n == page else f'<a href="forum-{id}-{n}.html">{n}</a>' for n in range(1, count + 1))
    back = f'<a href="forum-{id}-{page - 1}.html" class="prev">&nbsp;&nbsp;</a>' if page > 1 else ""
    on = f'<a href="forum-{id}-{page + 1}.html" class="nxt">下一页</a>' if page < count else ""
    pager = f'<span id="fd_page_bottom"><div class="pg">{back}{numbers}<label><input type="text" name="custompage" class="px" size="2" value="{page}" /><span> / {count} 页</span></label>{on}</div></span>'
    return (
        _head(f"{name} -  年楚社区", "pg_forumdisplay")
        + f'<div id="pt" class="bm cl"><div class="z"><a href="./" class="nvhm">年楚社区</a><em>&raquo;</em><a href="forum.php">论坛</a><em>&rsaquo;</em> <a href="forum-{id}-1.html">{name}</a></div></div><div class="boardnav"><div id="ct" class="wp cl"><div class="mn"><div class="bm bml pbn"><h1 class="xs2"><a href="forum-{id}-1.html">{name}</a></h1></div>'
        + f'<div id="threadlist" class="tl bm bmw"><div class="th"><table><tr><th colspan="2"><div class="tf"><a href="forum.php?mod=forumdisplay&amp;fid={id}&amp;filter=lastpost&amp;orderby=lastpost" class="xi2">最新</a></div></th><td class="by">作者</td><td class="num">回复/查看</td></tr></table></div><div class="bm_c"><table summary="forum_{id}" cellspacing="0" cellpadding="0" id="threadlisttableid">{sticky}{threads}</table></div></div><div class="bm bw0 pgs cl">{pager}</div></div></div></div>'
        + _FOOT
    )  # fmt: skip


def _article(story: Story) -> str:
    id, name = _FORUMS[story.channel]
    number = 4000 + story.number
    text = "<br />\n<br />\n".join(story.paragraphs)
    return (
        _head(f"{story.title} - {name} -  年楚社区", "pg_viewthread")
        + f'<div id="pt" class="bm cl"><div class="z"><a href="./" class="nvhm">年楚社区</a> <em>&rsaquo;</em> <a href="forum-{id}-1.html">{name}</a> <em>&rsaquo;</em> <a href="thread-{number}-1-1.html">{story.title}</a></div></div><div id="ct" class="wp cl"><div id="postlist" class="pl bm"><table cellspacing="0" cellpadding="0"><tr><td class="pls ptn pbn"><div class="hm ptn"><span class="xg1">查看:</span> <span class="xi1">{story.number * 3}</span><span class="pipe">|</span><span class="xg1">回复:</span> <span class="xi1">0</span></div></td>'
        + f'<td class="plc ptm pbn vwthd"><h1 class="ts"><span id="thread_subject">{story.title}</span></h1><span class="xg1"><a href="thread-{number}-1-1.html" onclick="return copyThreadUrl(this)">[复制链接]</a></span></td></tr></table>'
        + f'<div id="post_{number + 9}"><table id="pid{number + 9}" class="plhin"><tr><td class="pls" rowspan="2"><div class="pls favatar"><div class="pi"><div class="authi">{_user(story)}</div></div><p><em>金牌会员</em></p></div></td><td class="plc"><div class="pi"><strong><a href="thread-{number}-1-1.html">楼主</a></strong><div class="pti"><div class="authi"><em id="authorposton{number + 9}">发表于 {story.time:%Y-%m-%d %H:%M:%S}</em><span class="pipe">|</span><a href="forum.php?mod=viewthread&amp;tid={number}&amp;page=1&amp;authorid=11" rel="nofollow">只看该作者</a></div></div></div>'
        + f'<div class="pct"><div class="pcb"><div class="t_fsz"><table cellspacing="0" cellpadding="0"><tr><td class="t_f" id="postmessage_{number + 9}">\n{text}</td></tr></table></div></div></div></td></tr><tr><td class="plc plm"><div class="po hin"><div class="pob cl"><em><a class="fastre" href="forum.php?mod=post&amp;action=reply&amp;fid={id}&amp;tid={number}">回复</a></em><p><a href="javascript:;">举报</a></p></div></div></td></tr></table></div></div></div>'
        + _FOOT
    )  # fmt: skip
