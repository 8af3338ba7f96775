"""Articles whose every field attacks the page that shows it."""

from __future__ import annotations

from datetime import timedelta
from itertools import starmap

from archive.article import Article, Image
from tests.support.pages import THEN

EVIL = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' autofocus onfocus=alert(1) x='",
    "</title><svg/onload=alert(1)>", "{{ 7*7 }}{% raw %}", "\u202eevil\u2066", "javascript:alert(1)",
    "𠀀𪚥\U0001f468\u200d\U0001f469", "&lt;b&gt;&amp;", "]]>--><!--", "\x1b[31mred", "\x85\x9f",
    "</textarea></pre></style>a\0b<base href=//evil.example/>",
)  # fmt: skip
IDS = ("a/b", "..", "x.json", "a b", "a?b#c", "%2F", "<i>", 'a"b', "a'b", "diff", "raw", "标题 - x", "a&b=c")


def hostile_article(number: int, evil: str) -> Article:
    """An article whose every field is hostile."""
    return Article(
        url=f"javascript:alert({number})" if number % 2 else f"http://x.example/{number}?a=1&b=<>\"'",
        id=IDS[number], title=f"{evil} 西藏 {evil}", body=f"西藏第一段{evil}\n{evil}\n西藏{evil}", source=f"x{evil}",
        section=evil, credit=evil, published=THEN - timedelta(days=number), authors=(evil, evil), editor=evil,
        rights=evil, original_title=evil, images=(Image("javascript:alert(1)", evil),), restored=True,
    )  # fmt: skip


HOSTILE = list(starmap(hostile_article, enumerate(EVIL)))
