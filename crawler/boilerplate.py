"""Which lines are not the body: editor, credit, rights notice, related links; kept as fields.

Rules ask for whole lines, so that a sentence which merely contains such a word stays. They
hold for Simplified and Traditional text, half- and full-width.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from archive.article import Image


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of the page, or an image between two (then `image` is its address)."""

    text: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """How a reading came to a field, or why it took a line off (`field` is "" then)."""

    field: str
    how: str
    text: str = ""


@dataclass(slots=True)
class Cleaned:
    """The body's lines and what was taken off them."""

    lines: list[Line] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)  # editor, credit, rights, original_title
    steps: list[Step] = field(default_factory=list)

    @property
    def body(self) -> str:
        return "\n".join(line.text for line in self.lines if line.text)

    @property
    def images(self) -> tuple[Image, ...]:
        """Each image with the line below it, where that is a caption."""
        below = [*self.lines[1:], Line()]
        return tuple(
            Image(line.image, after.text if _CAPTION.fullmatch(after.text) else "")
            for line, after in zip(self.lines, below, strict=True)
            if line.image
        )


_OPEN, _CLOSE = r"[(（\[【]?\s*", r"\s*[)）\]】]?"

# Lines that hold a field, printed among the body's.
_FIELDS = {
    "editor": re.compile(_OPEN + r"(?:[责責]任?[编編][辑輯]?|[编編][辑輯])\s*[:：]\s*([^。？！?!]{1,30}?)" + _CLOSE),
    "original_title": re.compile(_OPEN + r"原[标標][题題]\s*[:：]\s*(.+?)" + _CLOSE),
    "credit": re.compile(_OPEN + r"(?:本文|稿件|文章)?[来來]源\s*[:：]\s*([^,，。]{1,30}?)" + _CLOSE),
}
_RIGHTS = re.compile(r"版[权權][声聲]明\s*[:：].+")
_CAPTION = re.compile(r"(?:图为|圖為|图片?[:：]|资料图).{0,150}|.{0,100}[\s\u3000](?:摄|攝|供图)[)）。]?")

# From such a line on nothing is the body's.
_ENDS = (
    (re.compile(r"(?:最新评论|说两句吧|网友评论|我来说两句)\s*(?:[(（]\S{0,8}[)）])?"), "comments"),
    (re.compile(r"(?:相关|延伸)(?:链接|新闻|阅读|报道|文章)\s*[:：]?|更多精彩|猜你喜欢|热门推荐"), "related links"),
)
_CARD = re.compile(r".*\[[详詳][细細]\]\s*-?")  # the text of a related card; its headline is the line before

_SENTENCE_ENDS = ("。", "！", "？", "”", "）", ")", "…")

_NOTHING = (
    (re.compile(r"(?:(?:上一页|下一页|首页|尾页|末页|[\[【(]?\d{1,3}[\]】)]?)\s*){2,}|[上下]一页"), "pager"),
    (re.compile(r"(?:e-?mail|邮箱)\s*(?:[:：]\s*\S{0,60}|\S+@\S+)?", re.IGNORECASE), "address line of the mobile form"),
    (re.compile(r"[-—_=·.*\s]+"), "rule of dashes"),
    (re.compile(_OPEN + r"(?:[责責]任?[编編][辑輯]?|[来來]源)\s*[:：]" + _CLOSE), "label without a value"),
)

_BYLINE = re.compile(
    r"[（(]\s*(?:中国西藏网|中國西藏網)?\s*(?:本[网網])?(?:[记記]者|文|通[讯訊][员員])\s*[/／:：\s]\s*([^（()）]{2,40})[)）]\s*$"
)


def clean(lines: Iterable[Line], rights: str = "") -> Cleaned:
    """The lines that are the article's, and the fields found among the others.

    `rights` is the notice where the page marks it as such.
    """
    found = Cleaned(fields={"rights": rights} if rights else {})
    lines = list(lines)
    end, why = _end(lines, rights)
    for line in lines[:end]:
        _take(found, line)
    for line in lines[end:]:
        if line.text:
            _take_after_end(found, line, why)
    return found


def _end(lines: Sequence[Line], rights: str) -> tuple[int, str]:
    """Where the body's lines end, and by what."""
    for at, line in enumerate(lines):
        if _RIGHTS.fullmatch(line.text) or (line.text and rights.startswith(line.text)):
            return at, "after the rights notice"
        if at and _CARD.fullmatch(line.text):
            has_headline = not lines[at - 1].text.endswith(_SENTENCE_ENDS)
            return at - has_headline, "related card"
        for pattern, why in _ENDS if at else ():
            if pattern.fullmatch(line.text):
                return at, why
    return len(lines), ""


def _take(found: Cleaned, line: Line) -> None:
    for name, pattern in _FIELDS.items():
        if match := pattern.fullmatch(line.text):
            found.fields.setdefault(name, match[1])
            found.steps.append(Step("", f"{name} line", line.text))
            return
    for pattern, why in _NOTHING:
        if pattern.fullmatch(line.text):
            found.steps.append(Step("", why, line.text))
            return
    found.lines.append(line)


def _take_after_end(found: Cleaned, line: Line, why: str) -> None:
    """Past the end only fields are still of use: an editor may be named below the notice."""
    if _RIGHTS.fullmatch(line.text):
        found.fields.setdefault("rights", line.text)
        why = "rights notice"
    elif match := _FIELDS["editor"].fullmatch(line.text):
        found.fields.setdefault("editor", match[1])
        why = "editor line"
    found.steps.append(Step("", why, line.text))


_LABELS = {"作者", "记者", "記者", "通讯员", "通訊員", "文", "图", "圖", "摄影", "攝影"}


def byline(lines: Sequence[str]) -> tuple[str, ...]:
    """The authors named in brackets at the end of one of the last paragraphs."""
    for line in reversed(lines[-3:]):
        if match := _BYLINE.search(line):
            return people(match[1])
    return ()


def people(text: str) -> tuple[str, ...]:
    """The names in a printed list of them."""
    names = re.split(r"[\s\u3000、,，;；:：/／]+", text)
    return tuple(name for name in names if name and name not in _LABELS)
