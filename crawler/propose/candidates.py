"""Which link of the pages seen so far is likeliest to lead to a list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator
from urllib.parse import urlsplit

from crawler.propose.addresses import form_of, is_headline
from crawler.propose.lists import Anchor, ListPage

MORE = re.compile(r"(?:更多|查看全部|more|all)\s*[>»›]*\s*", re.IGNORECASE)
_NO_LIST = re.compile(
    "关于|联系|版权|声明|登录|注册|登陆|帮助|搜索|地图|投稿|招聘|广告|友情|链接|隐私|条款|客户端|下载|收藏|设为|首页|留言|举报|"
    "English|about|contact|login|sign|privacy|terms|help|search|home",
    re.IGNORECASE,
)
_NO_PAGE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|ico|svg|pdf|docx?|xlsx?|pptx?|zip|rar|7z|mp[34]|m3u8|apk|exe|css|js|json|xml|rss|gz)$",
    re.IGNORECASE,
)
_SERVICE = re.compile(
    r"log(?:in|on|ging)|regist|member|search|signup|/user|uid[-=]|/author/|/tags?/|wp-|redirect|comment|reply|print|/feed|rss|"
    r"[?&](?:action|do)=|filter=|orderby=|/(?:19|20)\d\d/(?:\d\d?/)?$",
    re.IGNORECASE,
)
_PAGER = re.compile(
    r"[\[【]?\s*\d{1,4}\s*[\]】]?|[<>«»‹›←→\s]*(?:[上下前后]一?[页頁]|[首尾末][页頁]|Next|Prev\w*|Older.*|Newer.*)?[<>«»‹›←→\s]*",
    re.IGNORECASE,
)
_FURTHER = re.compile(r"/page/\d+/?$|[?&]page=\d|/index_?\d+\.\w+$")
_INDEX = re.compile(r"(?:index|default)\.\w{3,5}$")
_LONGEST = 10  # characters of a channel's name


def best(
    pages: Iterable[ListPage], asked: Container[str], hosts: Collection[str], articles: re.Pattern[str]
) -> str:  # fmt: skip
    """The address to look at next; "" if no link promises a list. Of equal ones the first on the front page."""
    seen: dict[str, list[Anchor]] = {}
    folders = set[str]()
    for page in pages:
        for anchor in page.anchors:
            if urlsplit(anchor.url).hostname not in hosts:
                continue
            if articles.fullmatch(anchor.url) or is_headline(anchor.text):
                folders.update(_folders(anchor.url))
            else:
                seen.setdefault(anchor.url, []).append(anchor)
    new = {url: anchors for url, anchors in seen.items() if url not in asked and not _is_out(url, anchors)}
    forms = Counter(form_of(url, hosts) for url in seen)
    points = {url: _points(url, anchors, folders) + (forms[form_of(url, hosts)] >= 3) for url, anchors in new.items()}
    return max((url for url in points if points[url] > 0), key=lambda url: points[url], default="")


def _folders(url: str) -> Iterator[str]:
    """The folders above an address."""
    parts = urlsplit(url).path.split("/")[1:-1]
    yield from ("/" + "/".join(parts[:n]) for n in range(1, len(parts) + 1))


def _is_out(url: str, anchors: Iterable[Anchor]) -> bool:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return (
        not (parts.path.strip("/") or parts.query)
        or bool(_NO_PAGE.search(parts.path) or _SERVICE.search(target))
        or bool(_FURTHER.search(target))
        or any((anchor.text and _PAGER.fullmatch(anchor.text)) or _NO_LIST.search(anchor.text) for anchor in anchors)
    )


def _points(url: str, anchors: Iterable[Anchor], folders: Container[str]) -> int:
    """How much speaks for a list: articles below it, a link 更多, a short name."""
    path = _INDEX.sub("", urlsplit(url).path).rstrip("/")
    texts = [anchor.text for anchor in anchors]
    named = any(1 < len(text) <= _LONGEST for text in texts)
    return 3 * (path in folders and not urlsplit(url).query) + 2 * any(map(MORE.fullmatch, texts)) + named
