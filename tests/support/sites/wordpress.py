"""A WordPress site with a classic theme: slugs without a number at the root, /category/NAME/page/2/, feeds, sitemaps."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from tests.support.sites.stories import NEWEST, Site, Story, in_pages, items, stories

_CHANNELS = [("wenlv", "文旅"), ("renwu", "人物"), ("shenghuo", "生活")]
_HEAD = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="UTF-8"><title>{title}</title>
<link rel="alternate" type="application/rss+xml" title="山南笔记 &raquo; Feed" href="http://www.shannan.example/feed/" />
<link rel="alternate" type="application/rss+xml" title="山南笔记 &raquo; 评论Feed" href="http://www.shannan.example/comments/feed/" />
<link rel="https://api.w.org/" href="http://www.shannan.example/wp-json/" /><meta name="generator" content="WordPress 6.4.2" />
<link rel='stylesheet' id='twentytwelve-style-css' href='http://www.shannan.example/wp-content/themes/twentytwelve/style.css' media='all' /></head>
<body class="{kind}"><div id="page" class="hfeed site"><header id="masthead" class="site-header"><hgroup><h1 class="site-title"><a href="http://www.shannan.example/" rel="home">山南笔记</a></h1></hgroup>
<nav id="site-navigation" class="main-navigation"><div class="menu-top-container"><ul id="menu-top" class="nav-menu"><li class="menu-item"><a href="http://www.shannan.example/">首页</a></li>{nav}<li class="menu-item"><a href="http://www.shannan.example/about/">关于</a></li><li class="menu-item"><a href="http://www.shannan.example/liuyan/">留言</a></li></ul></div></nav></header><div id="main" class="wrapper">
"""
_FOOT = """</div><footer id="colophon"><div class="site-info"><a href="https://cn.wordpress.org/" class="imprint">自豪地采用WordPress</a></div></footer></div></body></html>"""
_URL = "http://www.shannan.example"


def site() -> Site:
    rows = stories("wordpress", 3, 14, NEWEST)
    pages = {"/robots.txt": f"User-agent: *\nDisallow: /wp-admin/\nSitemap: {_URL}/wp-sitemap.xml\n".encode()}
    for page, count, shown in in_pages(rows, 6):
        pages["/" if page == 1 else f"/page/{page}/"] = _blog("", "山南笔记", page, count, shown, rows).encode()
    for number, (slug, name) in enumerate(_CHANNELS):
        own = [story for story in rows if story.channel == number]
        for page, count, shown in in_pages(own, 6):
            path = f"/category/{slug}/"
            pages[path if page == 1 else f"{path}page/{page}/"] = _blog(path, name, page, count, shown, rows).encode()
    articles = {_address(story): story for story in rows}
    pages |= {url: _article(story, rows).encode() for url, story in articles.items()}
    for slug, name in (("about", "关于"), ("liuyan", "留言")):
        text = f'<div id="primary"><article class="page"><header class="entry-header"><h1 class="entry-title">{name}</h1></header><div class="entry-content"><p>一个人写的地方笔记，欢迎来信。</p></div></article></div>'
        pages[f"/{slug}/"] = (_head(name, "page") + text + _side(rows) + _FOOT).encode()
    pages |= {"/feed/": _feed(rows[:10]), "/comments/feed/": _feed([]), "/wp-sitemap.xml": _index()}
    pages["/wp-sitemap-posts-post-1.xml"] = _map([_URL + url for url in articles])
    pages["/wp-sitemap-posts-page-1.xml"] = _map([f"{_URL}/about/", f"{_URL}/liuyan/"])
    pages["/wp-sitemap-taxonomies-category-1.xml"] = _map([f"{_URL}/category/{slug}/" for slug, _name in _CHANNELS])
    return Site("wordpress", "www.shannan.example", "山南笔记", pages, articles)


def _address(story: Story) -> str:
    return f"/{quote(story.title)}/"


def _link(story: Story) -> str:
    return _URL + quote(f"/{story.title}/").lower()


def _head(title: str, kind: str) -> str:
    nav = "".join(f'<li class="menu-item menu-item-type-taxonomy"><a href="{_URL}/category/{slug}/">{name}</a></li>' for slug, name in _CHANNELS)
    return _HEAD.format(title=title, kind=kind, nav=nav)


def _blog(path: str, name: str, page: int, count: int, shown: Sequence[Story], rows: Sequence[Story]) -> str:
    posts = items(
        shown,
        lambda story: f'<article id="post-{story.number}" class="post type-post status-publish hentry"><header class="entry-header"><h1 class="entry-title"><a href="{_link(story)}" rel="bookmark">{story.title}</a></h1><div class="comments-link"><a href="{_link(story)}#respond"><span class="leave-reply">发表回复</span></a></div></header>'
        f'<div class="entry-summary"><p>{story.paragraphs[0]}…… <a href="{_link(story)}" class="more-link">继续阅读<span class="meta-nav">&rarr;</span></a></p></div><footer class="entry-meta">本文发布于 <a href="{_link(story)}" title="{story.time:%H:%M}" rel="bookmark"><time class="entry-date" datetime="{story.time:%Y-%m-%dT%H:%M:%S+08:00}">{story.time.year}年{story.time.month}月{story.time.day}日</time></a>。属于<a href="{_URL}/category/{_CHANNELS[story.channel][0]}/" rel="category tag">{_CHANNELS[story.channel][1]}</a>分类</footer></article>',
    )
    numbers = ""
    for n in range(1, count + 1):
        to = f"{_URL}{path or '/'}" + (f"page/{n}/" if n > 1 else "")
        numbers += f'<span aria-current="page" class="page-numbers current">{n}</span>\n' if n == page else f'<a class="page-numbers" href="{to}">{n}</a>\n'
    on = f'<a class="next page-numbers" href="{_URL}{path or "/"}page/{page + 1}/">下一页</a>' if page < count else ""
    back = f'<a class="prev page-numbers" href="{_URL}{path or "/"}' + (f"page/{page - 1}/" if page > 2 else "") + '">上一页</a>' if page > 1 else ""
    pager = f'<nav class="navigation pagination" aria-label="文章"><h2 class="screen-reader-text">文章导航</h2><div class="nav-links">{back}{numbers}{on}</div></nav>'
    title = f"{name} | 山南笔记" if path else name
    return _head(title, "archive" if path else "home blog") + f'<section id="primary" class="site-content"><div id="content" role="main">{posts}{pager}</div></section>' + _side(rows) + _FOOT


def _side(rows: Sequence[Story]) -> str:
    recent = items(rows[:5], lambda story: f'<li><a href="{_link(story)}">{story.title}</a></li>')
    months = "".join(f"<li><a href='{_URL}/2025/{month:02}/'>2025年{month}月</a></li>" for month in (11, 10))
    kinds = "".join(f'<li class="cat-item"><a href="{_URL}/category/{slug}/">{name}</a></li>' for slug, name in _CHANNELS)
    return f'<div id="secondary" class="widget-area" role="complementary"><aside id="search-2" class="widget widget_search"><form role="search" method="get" action="{_URL}/"><input type="text" name="s" /></form></aside><aside id="recent-posts-2" class="widget widget_recent_entries"><h3 class="widget-title">近期文章</h3><ul>{recent}</ul></aside><aside id="archives-2" class="widget"><h3 class="widget-title">归档</h3><ul>{months}</ul></aside><aside id="categories-2" class="widget"><h3 class="widget-title">分类</h3><ul>{kinds}</ul></aside></div>'


def _article(story: Story, rows: Sequence[Story]) -> str:
    slug, name = _CHANNELS[story.channel]
    other = rows[(rows.index(story) + 1) % len(rows)]
    text = "\n".join(f"<p>{paragraph}</p>" for paragraph in story.paragraphs)
    return (
        _head(f"{story.title} | 山南笔记", "single single-post").replace("</head>", f'<link rel="canonical" href="{_link(story)}" /></head>')
        + f'<div id="primary" class="site-content"><div id="content" role="main"><article id="post-{story.number}" class="post type-post hentry"><header class="entry-header"><h1 class="entry-title">{story.title}</h1></header><div class="entry-content">{text}</div>'
        + f'<footer class="entry-meta">本文发布于 <a href="{_link(story)}" rel="bookmark"><time class="entry-date" datetime="{story.time:%Y-%m-%dT%H:%M:%S+08:00}">{story.time.year}年{story.time.month}月{story.time.day}日</time></a>。属于<a href="{_URL}/category/{slug}/" rel="category tag">{name}</a>分类。作者是<span class="author vcard"><a class="url fn n" href="{_URL}/author/admin/" rel="author">{story.author}</a></span>。</footer></article>'
        + f'<nav class="nav-single"><h3 class="assistive-text">文章导航</h3><span class="nav-previous"><a href="{_link(other)}" rel="prev"><span class="meta-nav">&larr;</span> {other.title}</a></span></nav>'
        + '<div id="comments" class="comments-area"><div id="respond" class="comment-respond"><h3 id="reply-title">发表回复</h3><form action="/wp-comments-post.php" method="post"><p class="comment-notes">您的邮箱地址不会被公开。 必填项已用 * 标注</p><textarea name="comment"></textarea></form></div></div></div></div>'
        + _side(rows) + _FOOT
    )  # fmt: skip


def _feed(rows: Sequence[Story]) -> bytes:
    entries = items(
        rows,
        lambda story: f"<item><title>{story.title}</title><link>{_link(story)}</link><dc:creator><![CDATA[{story.author}]]></dc:creator><pubDate>{story.time:%a, %d %b %Y %H:%M:%S} +0800</pubDate><category><![CDATA[{_CHANNELS[story.channel][1]}]]></category><guid isPermaLink=\"false\">{_URL}/?p={story.number}</guid><description><![CDATA[{story.paragraphs[0]} [&#8230;]]]></description><content:encoded><![CDATA[{story.html}]]></content:encoded></item>",
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>山南笔记</title><link>{_URL}</link><language>zh-CN</language>{entries}</channel></rss>'.encode()


def _index() -> bytes:
    names = ("posts-post-1", "posts-page-1", "taxonomies-category-1")
    maps = "".join(f"<sitemap><loc>{_URL}/wp-sitemap-{name}.xml</loc></sitemap>" for name in names)
    return f'<?xml version="1.0" encoding="UTF-8"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{maps}</sitemapindex>'.encode()


def _map(urls: Sequence[str]) -> bytes:
    rows = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()
