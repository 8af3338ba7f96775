"""Which column of a table, or key of JSON, is which field: as it is called in Chinese or English, or by the user."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from archive.article import KEYS
from archive.errors import BadRecord, UsageFault
from archive.text.translation import gettext as _

# Heads of columns, the likeliest first; they are compared without case, width, blanks and marks.
_HEADS: Mapping[str, tuple[str, ...]] = {
    "title": (
        "title", "headline", "article title", "标题", "題名", "题名", "標題", "文章标题", "新闻标题", "新聞標題",
        "篇名", "题目",
    ),
    "body": (
        "body", "maintext", "plaintext", "text content", "content html", "content text", "article body", "正文", "全文",
        "内容", "內容", "full text", "text", "content", "article", "story text", "正文内容",
        "文章内容", "新闻内容", "新聞內容", "文章正文", "文本",
    ),
    "url": (
        "url", "网址", "網址", "链接", "鏈接", "連結", "link", "原文链接", "文章链接", "新闻链接", "地址", "原文网址",
        "网页链接", "web address", "responded url", "requested url", "canonical url", "canonical link", "permalink",
        "original url",
    ),
    "published": (
        "published", "date", "日期", "发布时间", "發布時間", "发布日期", "發布日期", "发表时间", "发表日期", "报道时间",
        "报道日期", "出版日期", "刊发日期", "时间", "時間", "publish date", "publication date", "published at",
        "publish time", "pubdate", "datetime", "time", "publishing date", "date publish", "date published",
        "published date", "published time", "publication time", "pub time",
    ),
    "time": ("time", "时间", "時間", "时刻", "時刻"),
    "source": ("source", "网站", "網站", "站点", "来源网站", "site", "website"),
    "section": ("section", "栏目", "欄目", "版面", "版名", "频道", "頻道", "category"),
    "original_title": ("original title", "原标题", "原標題"),
    "authors": ("authors", "author", "作者", "记者", "記者", "byline", "creator"),
    "editor": ("editor", "责编", "責編", "责任编辑", "編輯", "编辑"),
    "credit": (
        "credit", "来源", "來源", "媒体", "媒體", "报纸", "報紙", "出处", "媒体名称", "来源媒体", "稿源", "newspaper",
        "publisher", "media", "outlet", "media name", "source name",
    ),
    "rights": ("rights", "版权", "版權", "版权声明", "copyright"),
    "images": ("images", "image", "图片", "圖片", "图片链接", "image url", "top image"),
    "fetched": ("fetched", "抓取时间", "采集时间", "採集時間", "date download", "download date", "crawl date"),
}  # fmt: skip
_OWN = (*KEYS, "fetched", "gone")  # of an export of ours
_LATER = ("tags", "notes", "annotations", "origin")  # of an export of ours, since it has them
FIELDS = tuple(dict.fromkeys((*_OWN, "time")))  # that a column may be
_ALSO = {"date": "published", "author": "authors", "image": "images"}  # names that --map takes too
_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of each field's columns, of a long text several; the columns of a table of ours are all known."""

    places: Mapping[str, tuple[int, ...]]
    head: tuple[str, ...]

    @property
    def is_own(self) -> bool:
        return set(_OWN) <= set(self.head)

    def __str__(self) -> str:
        """What is read as what, and what is not read."""
        read = ", ".join(f"{field} = {self.head[at]}" for field, (at, *_more) in self.places.items())
        used = {at for places in self.places.values() for at in places}
        left = ", ".join(name for at, name in enumerate(self.head) if at not in used and name.strip())
        if not left:
            return _("columns: {read}").format(read=read)
        return _("columns: {read}; not read: {names}").format(read=read, names=left)

    def values(self, cells: Sequence[str]) -> dict[str, str]:
        """The fields of a row, as text."""
        return {field: "".join(cells[at] for at in places if at < len(cells)) for field, places in self.places.items()}


def parsed_map(texts: Sequence[str]) -> dict[str, str]:
    """The columns that `title=标题,body=正文` names, by field. Raises UsageFault for an unknown field."""
    names = "|".join((*FIELDS, *_ALSO))
    chosen: dict[str, str] = {}
    for part in (part for text in texts for part in re.split(rf",(?=\s*(?:{names})\s*=)", text)):
        name, equals, column = (each.strip() for each in part.partition("="))
        field = _ALSO.get(name, name)
        if field not in FIELDS or not (equals and column):
            fields = _("fields: {names}").format(names=", ".join(FIELDS))
            raise UsageFault(f"--map {part}", _("is not FIELD=COLUMN"), fields)
        chosen[field] = column
    return chosen


def known(head: Sequence[str]) -> int:
    """How many columns of a head are recognized."""
    return len(recognized(head))


def of_head(name: str, head: Sequence[str], chosen: Mapping[str, str]) -> Columns:
    """The columns of a table by its head, those that are `chosen` before all others.

    Raises BadRecord if a chosen column is missing, or there is none for the title or the body.
    """
    head = tuple(each.strip() for each in head)
    mend = _("name it with --map; columns: {names}").format(names=", ".join(filter(None, head)))
    if missing := [column for column in chosen.values() if column not in head]:
        raise BadRecord(name, _("has no column {column}; {mend}").format(column=missing[0], mend=mend))
    first = {field: head.index(column) for field, column in chosen.items()}
    taken = set(first.values())
    others = recognized(head).items()
    first |= {field: at for field, at in others if field not in first and at not in taken}
    if missing := [field for field in ("title", "body") if field not in first]:
        raise BadRecord(name, _("has no column for {column}; {mend}").format(column=missing[0], mend=mend))
    return Columns({field: _continued(head, at) for field, at in first.items()}, head)


def recognized(head: Sequence[str]) -> dict[str, int]:
    """The place of each field's column. Numbers of a table may be called id too, so that of ours only is one."""
    if set(_OWN) <= set(head):
        return {field: head.index(field) for field in (*_OWN, *_LATER) if field in head}
    plain = [_plain(name) for name in head]
    places: dict[str, int] = {}
    for field, names in _HEADS.items():
        of_field = [plain.index(name) for name in map(_plain, names) if name in plain]
        free = [at for at in of_field if at not in places.values()]
        places |= {field: free[0]} if free else {}
    return places


def _continued(head: Sequence[str], at: int) -> tuple[int, ...]:
    """The place of a column, and those of body_2, body_3 ... that continue its long texts."""
    places, number = [at], 2
    while (name := f"{head[at]}_{number}") in head:
        places.append(head.index(name))
        number += 1
    return tuple(places)


def _plain(name: str) -> str:
    return _MARKS.sub("", normalize("NFKC", name)).casefold()
