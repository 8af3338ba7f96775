"""A site of DedeCMS 5.7 in GB2312 with its default templates: /a/news/20251128/123.html, list_3_2.html."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.sites.stories import NEWEST, Site, Story, in_pages, items, stories

_CHANNELS = [(3, "nongye", "农业"), (5, "jiaoyu", "教育"), (8, "jiankang", "健康")]
_HEAD = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<title>{title}</title><link href="/templets/default/style/dedecms.css" rel="stylesheet" media="screen" type="text/css" />
<script language="javascript" type="text/javascript" src="/include/dedeajax2.js"></script></head><body class="{kind}">
<div class="header_top"><div class="w960 center"><span id="time" class="time">织梦风格的站点</span><div class="toplinks"><a href="/plus/heightsearch.php">高级搜索</a>|<a href="/data/sitemap.html">网站地图</a>|<a href="/tags.html">TAG标签</a><span>[<a href="/data/rssmap.html">RSS订阅</a>]</span></div></div></div>
<div class="header"><div class="title"><h1><a href="http://www.heyuan.example/"><img src="/templets/default/images/logo.gif" /></a></h1></div>
<div class="module blue mT10 wrapper w963"><div id="navMenu"><ul><li><a href='/'><span>主页</span></a></li>{nav}</ul></div></div></div>
"""
_FOOT = """<div class="footer w960 center mT1 clear"><p class="powered">Powered by <a href="http://www.dedecms.example" target="_blank"><strong>DedeCMSV57</strong></a> &copy; 2004-2011</p>
<p><a href="/a/about/">关于我们</a> 河源镇新闻网 备案号：藏ICP备09000002号</p></div></body></html>"""


def site() -> Site:
    rows = stories("dedecms", 3, 17, NEWEST)
    pages = {"/": _front(rows).encode("gb18030")}
    for number, (id, folder, name) in enumerate(_CHANNELS):
        own = [story for story in rows if story.channel == number]
        for page, count, shown in in_pages(own, 7):
            html = _list(id, folder, name, page, count, shown, len(own), rows).encode("gb18030")
            pages[f"/a/{folder}/list_{id}_{page}.html"] = html
            if page == 1:
                pages[f"/a/{folder}/"] = pages[f"/a/{folder}/index.html"] = html
    articles = {_address(story): story for story in rows}
    pages |= {url: _article(story, rows).encode("gb18030") for url, story in articles.items()}
    about = _head("关于我们", "articleview") + "<div class='content'>河源镇新闻网成立于二〇〇四年。</div>" + _FOOT
    pages["/a/about/"] = about.encode("gb18030")
    return Site("dedecms", "www.heyuan.example", "河源镇新闻网", pages, articles)


def _address(story: Story) -> str:
    return f"/a/{_CHANNELS[story.channel][1]}/{story.time:%Y%m%d}/{story.number + 100}.html"


def _head(title: str, kind: str) -> str:
    nav = "".join(f"<li><a href='/a/{folder}/' ><span>{name}</span></a></li>" for _id, folder, name in _CHANNELS)
    return _HEAD.format(title=f"{title}_河源镇新闻网", kind=kind, nav=nav)


def _front(rows: Sequence[Story]) -> str:
    blocks = ""
    for number, (_id, folder, name) in enumerate(_CHANNELS):
        own = [story for story in rows if story.channel == number][:6]
        links = items(own, lambda story: f'<li><span class="rdate">{story.time:%m-%d}</span><a href="{_address(story)}">{story.title}</a></li>')
        blocks += f'<dl class="tbox"><dt><strong><a href="/a/{folder}/">{name}</a></strong><span class="more"><a href="/a/{folder}/">更多...</a></span></dt><dd><ul class="d1 ico3">{links}</ul></dd></dl>'
    return _head("首页", "index") + f'<div class="w960 center clear mT1"><div class="pleft"><div class="listbox">{blocks}</div></div></div>' + _FOOT


def _pager(id: int, page: int, count: int, total: int) -> str:
    file = f"list_{id}_{{}}.html".format
    back = f"<li><a href='{file(1)}'>首页</a></li>\n<li><a href='{file(page - 1)}'>上一页</a></li>\n" if page > 1 else "<li>首页</li>\n"
    numbers = "".join(
        f'<li class="thisclass">{n}</li>\n' if n == page else f"<li><a href='{file(n)}'>{n}</a></li>\n" for n in range(1, count + 1)
    )
    on = f"<li><a href='{file(page + 1)}'>下一页</a></li>\n<li><a href='{file(count)}'>末页</a></li>\n" if page < count else "<li>末页</li>\n"
    options = "".join(f"<option value='{file(n)}'>{n}</option>" for n in range(1, count + 1))
    return f"<div class='dede_pages'><ul class='pagelist'>{back}{numbers}{on}<li><select name='sldd' onchange='location.href=this.value'>{options}</select></li><li><span class='pageinfo'>共 <strong>{count}</strong>页<strong>{total}</strong>条</span></li></ul></div>"


def _list(id: int, folder: str, name: str, page: int, count: int, shown: Sequence[Story], total: int, rows: Sequence[Story]) -> str:
    links = items(
        shown,
        lambda story: f"<li><a href='{_address(story)}' class='preview'><img src='/uploads/allimg/{story.number}.jpg'/></a>[<b><a href='/a/{folder}/'>{name}</a></b>] <a href=\"{_address(story)}\" class=\"title\">{story.title}</a>"
        f"<span class=\"info\"><small>日期：</small>{story.time:%Y-%m-%d %H:%M:%S}<small>点击：</small>{story.number * 7}<small>好评：</small>0</span><p class=\"intro\">{story.paragraphs[0][:40]}...</p></li>",
    )
    return (
        _head(name, "articlelist")
        + f"<div class='w960 center clear mT1'><div class='pleft'><div class='place'><strong>当前位置:</strong> <a href='http://www.heyuan.example/'>主页</a> > <a href='/a/{folder}/'>{name}</a> > </div>"
        + f"<div class='listbox'><ul class='e2'>{links}</ul></div>{_pager(id, page, count, total)}</div>{_side(rows)}</div>" + _FOOT
    )  # fmt: skip


def _side(rows: Sequence[Story]) -> str:
    picked = items(rows[8:13], lambda story: f"<li><a href=\"{_address(story)}\">{story.title}</a><p>{story.paragraphs[1][:30]}...</p></li>")
    hot = items(rows[2:10], lambda story: f'<li><a href="{_address(story)}">{story.title}</a></li>')
    return f"<div class='pright'><dl class='tbox'><dt><strong>推荐内容</strong></dt><dd><ul class='d4'>{picked}</ul></dd></dl><dl class='tbox'><dt><strong>热点内容</strong></dt><dd><ul class='c1 ico2'>{hot}</ul></dd></dl></div>"


def _article(story: Story, rows: Sequence[Story]) -> str:
    _id, folder, name = _CHANNELS[story.channel]
    other = rows[(rows.index(story) + 3) % len(rows)]
    return (
        _head(f"{story.title}_{name}", "articleview")
        + f"<div class='w960 center clear mT1'><div class='pleft'><div class='place'><strong>当前位置:</strong> <a href='http://www.heyuan.example/'>主页</a> > <a href='/a/{folder}/'>{name}</a> > </div>"
        + f"<div class='viewbox'><div class='title'><h2>{story.title}</h2></div><div class='info'><small>时间:</small>{story.time:%Y-%m-%d %H:%M}<small>来源:</small>{story.credit}<small>作者:</small>{story.author}<small>点击:</small><script src='/plus/count.php?view=yes&aid={story.number}' language='javascript'></script>次</div>"
        + f"<div class='content'><table width='100%' border='0'><tr><td>{story.html}</td></tr></table></div><div class='dede_pages'><ul class='pagelist'></ul></div>"
        + f"<div class='newdigg' id='newdigg'><div class='diggbox digg_good'><div class='digg_act'>顶一下</div><div class='digg_num'>(0)</div></div></div><div class='boxoff'><strong>------分隔线----------------------------</strong></div>"
        + f"<div class='handle'><div class='context'><ul><li>上一篇：<a href='{_address(other)}'>{other.title}</a> </li><li>下一篇：没有了 </li></ul></div><div class='actbox'><ul><li id='act-fav'><a href='/plus/stow.php?aid=1' target='_blank'>收藏</a></li></ul></div></div></div></div>"
        + _side(rows) + "</div>" + _FOOT
    )  # fmt: skip
