"""A site of Next.js, drawn by its server: /article/cm3k9x0ab..., cards that are one link, ?page=2, __NEXT_DATA__."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from tests.support.sites.stories import NEWEST, Site, Story, in_pages, items, stories

_TOPICS = [("gaoyuan", "高原"), ("nongmu", "农牧"), ("keji", "科技")]


def site() -> Site:
    rows = stories("nextjs", 3, 16, NEWEST)
    pages = {"/": _front(rows).encode(), "/robots.txt": b"User-Agent: *\nAllow: /\nDisallow: /api/\n\nSitemap: http://www.yunduan.example/sitemap.xml\n", "/sitemap.xml": _sitemap(rows)}
    for number, (slug, name) in enumerate(_TOPICS):
        own = [story for story in rows if story.channel == number]
        for page, count, shown in in_pages(own, 6):
            html = _list(slug, name, page, count, shown).encode()
            pages[f"/topic/{slug}?page={page}"] = html
            if page == 1:
                pages[f"/topic/{slug}"] = html
    articles = {_address(story): story for story in rows}
    pages |= {url: _article(story, rows).encode() for url, story in articles.items()}
    pages["/about"] = _page("关于云端", "<main><h1>关于云端</h1><p>一个小编辑部。</p></main>", {}).encode()
    return Site("nextjs", "www.yunduan.example", "云端", pages, articles)


def _address(story: Story) -> str:
    return f"/article/cm3{hashlib.sha256(str(story.number).encode()).hexdigest()[:20]}"


def _page(title: str, inside: str, props: dict[str, object]) -> str:
    nav = "".join(f'<a class="text-sm font-medium hover:underline" href="/topic/{slug}">{name}</a>' for slug, name in _TOPICS)
    data = json.dumps({"props": {"pageProps": props}, "page": "/", "query": {}, "buildId": "x1Yz9", "isFallback": False}, ensure_ascii=False)
    return (
        f'<!DOCTYPE html><html lang="zh"><head><meta charSet="utf-8"/><meta name="viewport" content="width=device-width"/><title>{title}</title><meta name="next-head-count" content="3"/>'
        + '<link rel="preload" href="/_next/static/css/4f2a.css" as="style"/><script src="/_next/static/chunks/main-7f3c.js" defer=""></script></head><body><div id="__next">'
        + f'<header class="sticky top-0 z-40 w-full"><div class="container flex h-16"><a class="font-bold" href="/">云端</a><nav class="flex gap-6">{nav}<a class="text-sm font-medium" href="/about">关于</a></nav></div></header>'
        + inside
        + '<footer class="border-t py-6"><p class="text-sm">© 2025 云端</p></footer></div>'
        + f'<script id="__NEXT_DATA__" type="application/json">{data}</script></body></html>'
    )  # fmt: skip


def _card(story: Story) -> str:
    return (
        f'<a class="group block rounded-lg border p-4" href="{_address(story)}"><img alt="" loading="lazy" width="320" height="180" src="/_next/image?url=%2Fc.jpg&amp;w=640&amp;q=75"/><h3 class="text-lg font-semibold">{story.title}</h3>'
        + f'<p class="line-clamp-2 text-sm">{story.paragraphs[0][:36]}…</p><div class="text-xs"><span>{story.author}</span><time dateTime="{story.time.isoformat()}">{story.time.month}月{story.time.day}日</time></div></a>'
    )


def _brief(rows: Sequence[Story]) -> list[dict[str, str]]:
    return [{"id": _address(story).rpartition("/")[2], "title": story.title} for story in rows]


def _front(rows: Sequence[Story]) -> str:
    blocks = ""
    for number, (slug, name) in enumerate(_TOPICS):
        own = [story for story in rows if story.channel == number][:4]
        blocks += f'<section class="py-8"><div class="flex justify-between"><h2>{name}</h2><a class="text-sm" href="/topic/{slug}">查看全部</a></div><div class="grid grid-cols-2">{items(own, _card)}</div></section>'
    return _page("云端", f'<main class="container">{blocks}</main>', {"articles": _brief(rows[:12])})


def _list(slug: str, name: str, page: int, count: int, shown: Sequence[Story]) -> str:
    numbers = "".join(f'<a aria-current="{"page" if n == page else "false"}" class="px-3 py-1" href="/topic/{slug}?page={n}">{n}</a>' for n in range(1, count + 1))
    on = f'<a class="px-3 py-1" href="/topic/{slug}?page={page + 1}">下一页</a>' if page < count else '<span class="opacity-50">下一页</span>'
    inside = f'<main class="container"><h1 class="text-3xl">{name}</h1><div class="grid grid-cols-2 gap-4">{items(shown, _card)}</div><div class="flex justify-center gap-2">{numbers}{on}</div></main>'
    return _page(f"{name} - 云端", inside, {"topic": slug, "page": page, "articles": _brief(shown)})


def _article(story: Story, rows: Sequence[Story]) -> str:
    slug, name = _TOPICS[story.channel]
    text = "".join(f"<p>{paragraph}</p>" for paragraph in story.paragraphs)
    more = items(rows[:3], lambda other: f'<li><a class="hover:underline" href="{_address(other)}">{other.title}</a></li>')
    inside = (
        f'<main class="container max-w-3xl"><article><a class="text-sm" href="/topic/{slug}">{name}</a><h1 class="mt-2 text-4xl font-bold">{story.title}</h1><div class="mt-4 flex text-sm"><span>{story.author}</span><time dateTime="{story.time.isoformat()}">{story.time:%Y-%m-%d %H:%M}</time></div>'
        + f'<div class="prose mt-8">{text}</div></article><aside><h2>推荐阅读</h2><ul>{more}</ul></aside></main>'
    )  # fmt: skip
    return _page(f"{story.title} - 云端", inside, {"article": {"id": _address(story), "title": story.title}})


def _sitemap(rows: Sequence[Story]) -> bytes:
    urls = "".join(f"<url><loc>http://www.yunduan.example{_address(story)}</loc><lastmod>{story.time:%Y-%m-%d}</lastmod></url>" for story in rows)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://www.yunduan.example/</loc></url>{urls}</urlset>'.encode()
