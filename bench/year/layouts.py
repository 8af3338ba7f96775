"""How the site's pages look: the forms that the source tibet_cn knows, and one that no form fits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archive.article import SHANGHAI

LINKING = ("desktop", "old")  # whose forms know where links to other articles stand
_LAYOUTS = {
    "desktop": "<div class='title_box'><h2>{title}</h2><div class='info'><span></span><span>发布时间：{at}</span>"
    "<span>来源：中国西藏网</span></div></div><div class='content'><div class='left'><div id='text'>{text}</div></div>"
    "<div class='right'>{advertisement}</div></div>{related}",
    "mobile": "<h1>{title}</h1><p class='src'>发布时间：{at} 来源：中国西藏网</p><div class='words'>{text}</div>"
    "{related}<footer>{advertisement}</footer>",
    "old": "<div>当前位置：中国西藏网 &gt; 资讯</div><h1>{title}</h1><p>{at} 来源：中国西藏网</p>"
    "<div>{text}</div>{related}<div class='foot'>{advertisement}</div>",
    "unknown": "<header class='top'><h3 class='headline'>{title}</h3><time>{at}</time> <b>来源：中国西藏网</b></header>"
    "<div class='story'>{text}</div>{related}<footer>{advertisement}</footer>",
}


def page(layout: str, number: int, published: datetime, text: str, related: Sequence[str], count: int) -> str:
    """An article's page; `count` changes what is no part of the article: blanks, an advertisement."""
    title, blank = f"消息{number}", "　　" if count % 2 else ""
    said = (text, "记者在现场看到，村民们一早就来到桥边，老人说这是几十年来盼着的事。", "(责编: 某某)")
    body = _LAYOUTS[layout].format(
        title=title, at=f"{published.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        text="".join(f"<p>{blank}{line}</p>" for line in said),
        related="".join(f"<ul><li><a href='{url}'>相关</a></li></ul>" for url in related),
        advertisement=f"<a href='/ad/'>广告{count}</a>",
    )  # fmt: skip
    return f"<html><head><title>{title}_中国西藏网</title></head><body>{body}</body></html>"


def listing(rows: Sequence[str], pages: int, changed: bool) -> str:
    """A page of a list; `changed`: as no rule reads it."""
    heading = "h5" if changed else "h4"
    links = "".join(f"<li><{heading}><a href='{url}'>{url[-12:-5]}</a></{heading}></li>" for url in rows)
    return (
        f"<html><body><div class='listnews'><ul>{links}</ul></div>"
        f"<script>createPageHTML({pages}, 0, 'index', 'html');</script></body></html>"
    )
