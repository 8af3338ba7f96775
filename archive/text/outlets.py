"""The normal name of the outlet that a credit names: 新华社 for 来源：新华网, 新华社拉萨6月1日电 and the like.

A site that bears the name of its agency or paper counts as that (新华网, 中新网, 健康报网); one with a
name of its own does not (人民网, 光明网, 中青在线).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

_LABEL = re.compile(
    r"^\W*(?:(?:文章|信息|消息|稿件|内容)?(?:来源|稿源)|转自|转载自|摘自|原载|据|source)(?:于)?[\s:：]*", re.IGNORECASE
)
_END = re.compile(  # behind the outlet: who wrote it, when it was sent, another outlet
    r"\s*(?:[(（【\[][^)）】\]]*[)）】\]]?$|作者|(?<=[社网\s])记者|(?<=日报)记者|通讯员|编辑|责编|(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?|\d{4}[-/.年]\d"
    r"|(?<=[\u3400-\u9fff])[\s、,，;；/|｜]+|[\s、,，;；/|｜]+(?=[\u3400-\u9fff]))"
)
_PARTS = re.compile(r"\s*[-－—―–]+\s*")
_MARKS = str.maketrans("", "", '《》〈〉“”"「」『』')
_PAPER = re.compile("(?:报|日报|晚报|早报|时报|周刊|杂志|海外版)$")
_ACCOUNT = re.compile(
    "(?<=..)(?:客户端|(?:官方)?(?:微信|微博)(?:公众)?(?:号|平台)?|公众号|(?:门户|官方)?网站|官网|论坛|综合|专稿|(?<=[社网报])[讯电]|评论员"
    "|APP|app|杂志社?|(?<=报)[社网])$"
)


@lru_cache(maxsize=1 << 14)
def outlet(credit: str) -> str:
    """The normal name of the first outlet in a credit, as printed or without a label; "" where none is named.

    The same for its own answers. Rules and the spellings in outlets.txt decide, so an unknown outlet has
    the name that is printed.
    """
    name = _first(credit)
    while (shorter := _first(name)) != name:
        name = shorter
    return name


def _first(credit: str) -> str:
    text = _LABEL.sub("", " ".join(credit.split())).strip(" :：")
    end = _END.search(text)
    text = text[: end.start()] if end else text
    return _known(_plain(_publisher(text.translate(_MARKS).strip(" :：·"))))


def _publisher(text: str) -> str:
    """Of 人民网-人民日报 the paper, of 人民网-四川频道 the site."""
    parts = [part for part in _PARTS.split(text) if part]
    return next((part for part in reversed(parts) if _PAPER.search(part)), parts[0] if parts else "")


def _plain(name: str) -> str:
    """A name without what tells that it is the outlet's app, account or site."""
    while (shorter := _ACCOUNT.sub("", name)) != name:
        name = shorter
    return name


def _known(name: str) -> str:
    spellings, beginnings = _outlets()
    known = spellings.get(name.lower())
    return known or next((own for start, own in beginnings if name.lower().startswith(start)), name)


@cache
def _outlets() -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """The normal names by spelling, and by how a name begins."""
    text = Path(__file__).with_name("outlets.txt").read_text(encoding="utf-8")
    pairs = [line.split(":") for line in text.splitlines() if not line.startswith("#")]
    names = [(spelling.lower(), own) for own, rest in pairs for spelling in (own, *rest.split())]
    return (
        {spelling: own for spelling, own in names if not spelling.endswith("*")},
        tuple((spelling[:-1], own) for spelling, own in names if spelling.endswith("*")),
    )
