"""A site of Hugo with a theme like PaperMod: /posts/NAME/, entries whose link has no text, feeds, a sitemap."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.sites.stories import NEWEST, Site, Story, in_pages, items, stories

_URL = "http://blog.zanri.example"
_SECTIONS = [("posts", "文章"), ("notes", "笔记"), ("walks", "行走")]
_SYLLABLES = "ba de qu lin zhi na ma tso gang ri duo xue shan mu chang he tang la kang se".split()
_HEAD = """<!DOCTYPE html><html lang="zh" dir="auto"><head><meta charset="utf-8"><title>{title}</title><meta name="generator" content="Hugo 0.128.0">
<link rel="canonical" href="{url}"><link crossorigin="anonymous" href="/assets/css/stylesheet.css" rel="preload stylesheet" as="style">{feed}</head>
<body class="{kind}" id="top"><header class="header"><nav class="nav"><div class="logo"><a href="{base}/" accesskey="h" title="赞日手记 (Alt + H)">赞日手记</a></div>
<ul id="menu">{nav}<li><a href="{base}/tags/" title="标签"><span>标签</span></a></li><li><a href="{base}/about/" title="关于"><span>关于</span></a></li></ul></nav></header><main class="main">
"""
_FOOT = """</main><footer class="footer"><span>&copy; 2025 <a href="http://blog.zanri.example/">赞日手记</a></span> · <span>Powered by <a href="https://gohugo.io/" rel="noopener">Hugo</a></span></footer></body></html>"""


def site() -> Site:
    rows = stories("hugo", 3, 13, NEWEST)
    pages = {"/robots.txt": b"User-agent: *\n", "/sitemap.xml": _sitemap(rows), "/index.xml": _feed(rows[:20])}
    for page, count, shown in in_pages(rows, 8):
        pages["/" if page == 1 else f"/page/{page}/"] = _list("", "赞日手记", page, count, shown).encode()
    for number, (slug, name) in enumerate(_SECTIONS):
        own = [story for story in rows if story.channel == number]
        pages[f"/{slug}/index.xml"] = _feed(own)
        for page, count, shown in in_pages(own, 5):
            pages[f"/{slug}/" if page == 1 else f"/{slug}/page/{page}/"] = _list(slug, name, page, count, shown).encode()
    articles = {_address(story): story for story in rows}
    pages |= {url: _article(story).encode() for url, story in articles.items()}
    pages["/about/"] = (_head("关于", "/about/", "") + '<article class="post-single"><h1 class="post-title">关于</h1><div class="post-content"><p>走路的人写的手记。</p></div></article>' + _FOOT).encode()
    pages["/tags/"] = (_head("标签", "/tags/", "list") + '<ul class="terms-tags"><li><a href="/tags/caochang/">草场 <sup><strong><sup>3</sup></strong></sup></a></li></ul>' + _FOOT).encode()
    return Site("hugo", "blog.zanri.example", "赞日手记", pages, articles)


def _address(story: Story) -> str:
    number, words = story.number * 7919 % 7000, []
    for _place in range(3):
        number, left = divmod(number, len(_SYLLABLES))
        words.append(_SYLLABLES[left])
    return f"/{_SECTIONS[story.channel][0]}/{'-'.join(words)}/"


def _head(title: str, path: str, kind: str) -> str:
    nav = "".join(f'<li><a href="{_URL}/{slug}/" title="{name}"><span>{name}</span></a></li>' for slug, name in _SECTIONS)
    feed = f'<link rel="alternate" type="application/rss+xml" href="{_URL}{path}index.xml">' if kind == "list" and path != "/tags/" else ""
    return _HEAD.format(title=title if title == "赞日手记" else f"{title} | 赞日手记", url=_URL + path, base=_URL, nav=nav, kind=kind, feed=feed)


def _list(slug: str, name: str, page: int, count: int, shown: Sequence[Story]) -> str:
    path = f"/{slug}/" if slug else "/"
    entries = items(
        shown,
        lambda story: f'<article class="post-entry"><header class="entry-header"><h2 class="entry-hint-parent">{story.title}</h2></header><div class="entry-content"><p>{story.paragraphs[0]}</p></div><footer class="entry-footer"><span title="{story.time:%Y-%m-%d %H:%M:%S} +0800">{story.time.year}年{story.time.month}月{story.time.day}日</span>&nbsp;·&nbsp;1 分钟</footer><a class="entry-link" aria-label="post link to {story.title}" href="{_URL}{_address(story)}"></a></article>',
    )
    back = f'<a class="prev" href="{_URL}{path}' + (f"page/{page - 1}/" if page > 2 else "") + '">«&nbsp;上一页&nbsp;</a>' if page > 1 else ""
    on = f'<a class="next" href="{_URL}{path}page/{page + 1}/">下一页&nbsp;&nbsp;»</a>' if page < count else ""
    pager = f'<footer class="page-footer"><nav class="pagination">{back}{on}</nav></footer>'
    head = f'<header class="page-header"><h1>{name}</h1></header>' if slug else ""
    return _head(name, path, "list") + head + entries + pager + _FOOT


def _article(story: Story) -> str:
    slug, name = _SECTIONS[story.channel]
    text = "\n".join(f"<p>{paragraph}</p>" for paragraph in story.paragraphs)
    return (
        _head(story.title, _address(story), "")
        + f'<article class="post-single"><header class="post-header"><div class="breadcrumbs"><a href="{_URL}/">主页</a>&nbsp;»&nbsp;<a href="{_URL}/{slug}/">{name}</a></div><h1 class="post-title entry-hint-parent">{story.title}</h1>'
        + f'<div class="post-meta"><span title="{story.time:%Y-%m-%d %H:%M:%S} +0800">{story.time.year}年{story.time.month}月{story.time.day}日</span>&nbsp;·&nbsp;1 分钟&nbsp;·&nbsp;{story.author}</div></header>'
        + f'<div class="post-content">{text}</div><footer class="post-footer"><ul class="post-tags"><li><a href="{_URL}/tags/caochang/">草场</a></li></ul></footer></article>'
        + _FOOT
    )  # fmt: skip


def _feed(rows: Sequence[Story]) -> bytes:
    entries = items(rows, lambda story: f"<item><title>{story.title}</title><link>{_URL}{_address(story)}</link><pubDate>{story.time:%a, %d %b %Y %H:%M:%S} +0800</pubDate><guid>{_URL}{_address(story)}</guid><description>{story.paragraphs[0]}</description></item>")
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?><rss version="2.0"><channel><title>赞日手记</title><link>{_URL}/</link>{entries}</channel></rss>'.encode()


def _sitemap(rows: Sequence[Story]) -> bytes:
    paths = [*map(_address, rows), *(f"/{slug}/" for slug, _name in _SECTIONS), "/about/", "/tags/"]
    urls = "".join(f"<url><loc>{_URL}{path}</loc><lastmod>2025-11-28T18:00:00+08:00</lastmod></url>" for path in paths)
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
