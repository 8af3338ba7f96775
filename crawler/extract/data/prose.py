"""Which text in the data of a page is that of its article: the longest prose, with a title or a time beside it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import Any

FEWEST = 40  # characters of prose
_DEEPEST = 30
_MOST_VALUES = 100_000
_TAG = re.compile(r"<[^<>]{0,2000}>")
_SENTENCE = re.compile(r"[\u3400-\u9fff].*[，。！？；]|[a-z,] [a-z]+ [^<>{}]*[.!?](?:\s|$)", re.DOTALL)
_CODE = re.compile(r"function\s*\(|[{;]\s*\w+\s*:\s*[\w#]+;|=>|\bvar \w+ ?=")
_ADDRESS = re.compile(r"(?:https?:)?//\S+|[\w/.-]+\.(?:jpe?g|png|gif|webp|mp4)", re.IGNORECASE)
_NOT_LETTERS = re.compile(r"[\W_]+")
_BODIES = re.compile(
    r"(?:.*_)?(?:article_?body|(?:\w*)content(?:s|html|text|_\w+)?|body\w*|text|html|detail|正文|内容)", re.I
)
_ASIDE = re.compile(
    r".*(?:desc|summary|abstract|intro|excerpt|digest|lead|caption|comment|copyright|disclaim|agreement|policy|privacy"
    r"|tip|notice|about|slogan|seo|keyword|reply|license|error|message|footer|摘要|导语|评论)\w*",
    re.IGNORECASE,
)
TITLES = re.compile(r"(?:\w*_)?(?:title|headline|subject|标题)|(?:\w+)?Title|msg_title|name", re.IGNORECASE)
TIMES = re.compile(
    r"(?:date|first)?_?(?:publi|release|issue)\w*|(?:pub|create|c|p|show|display|news|add|input|send|post|start)_?(?:ed_?)?"
    r"(?:time|date|at|day)\w*|ct|date|time|datetime|发布时间|时间|日期",
    re.IGNORECASE,
)
_AUTHORS = re.compile(r"authors?(?:_?name)?|writer|reporter|byline|作者|记者", re.IGNORECASE)
_CREDITS = re.compile(
    r"source(?:_?name)?|media(?:_?name)?|origin(?:_?name)?|copyfrom|come_?from|publisher|nick_?name|来源|provider", re.I
)
_OF_OTHERS = re.compile(
    r"\w*(?:author|writer|user|channel|column|categor|media|account|publisher|site|image|cover|next|prev)\w*", re.I
)
_LONGEST_FIELD = 200
_TITLED, _UNNAMED = 3, 0.5
_MOST_BESIDE = 5  # objects beside a text that may have its title
_MANY = 3  # objects of the same keys in a list from which on they are taken as those of other articles


@dataclass(frozen=True, slots=True)
class Prose:
    """A text, plain or HTML, with what stands beside it; times as they are written."""

    text: str
    where: str
    score: float
    title: str = ""
    time: str = ""
    author: str = ""
    credit: str = ""


def best_of(values: Iterable[tuple[str, Any]], page_title: str) -> Prose | None:
    """The text that is likeliest the article's; `values` are data with the places where they are."""
    walk = _Walk(letters(page_title))
    for where, value in values:
        walk.over(value, where, (), 1.0, 0)
    return max(walk.found, key=lambda prose: prose.score, default=None)


def letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text).casefold()


def size_of(text: str) -> int:
    """The characters of prose in a text, plain or HTML; 0 if it is none."""
    if len(text) < FEWEST // 2:
        return 0
    plain = " ".join(unescape(_TAG.sub("", unescape(text) if "&lt;" in text[:200] else text)).split())
    if not _SENTENCE.search(plain) or _CODE.search(plain[:2000]):
        return 0
    return len(plain)


class _Walk:
    def __init__(self, page_title: str) -> None:
        self._page_title = page_title
        self._left = _MOST_VALUES
        self.found: list[Prose] = []

    def over(self, value: Any, where: str, above: tuple[Mapping[str, Any], ...], weight: float, depth: int) -> None:
        """Note each text in a value; `above` are the objects around it, the nearest first."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            return
        if isinstance(value, str) and len(value) > FEWEST and value.lstrip()[:1] in ("{", "["):
            with suppress(ValueError, RecursionError):
                value = json.loads(value, strict=False)
        match value:
            case dict():
                beside = (
                    each for key, each in value.items() if isinstance(each, dict) and not _OF_OTHERS.fullmatch(str(key))
                )
                around = (value, *islice(beside, _MOST_BESIDE), *above[:1])
                for key, part in value.items():
                    self._note(str(key), part, where, around, weight)
                    self.over(part, f"{where}.{key}".strip("."), around, weight, depth + 1)
            case list():
                weight = 0.0 if _is_list_of_articles(value) else weight
                for each in value:
                    self.over(each, where, above, weight, depth + 1)

    def _note(self, key: str, part: Any, where: str, around: tuple[Mapping[str, Any], ...], weight: float) -> None:
        text = "" if _ASIDE.fullmatch(key) else _joined(part)
        if not (size := size_of(text)):
            return
        title = field_of(around, TITLES)
        matches = len(letters(title)) >= 4 and (
            letters(title) in self._page_title or (self._page_title and self._page_title in letters(title))
        )
        weight = _TITLED if matches else weight
        if not weight:
            return
        weight *= 1 if _BODIES.fullmatch(key) else _UNNAMED
        self.found.append(
            Prose(
                text,
                f"{where}.{key}".strip("."),
                size * weight,
                title,
                field_of(around, TIMES),
                field_of(around, _AUTHORS),
                field_of(around, _CREDITS),
            )
        )


def _joined(part: Any) -> str:
    """The text of a value: a string, or the paragraphs of a list of strings or of blocks of an editor."""
    if isinstance(part, str):
        return part
    if isinstance(part, dict):
        part = next(
            (part[key] for key in ("blocks", "ops", "nodes", "children") if isinstance(part.get(key), list)), None
        )
    if not isinstance(part, list) or any(map(_is_article, part)):
        return ""
    return "\n".join(filter(None, (_of_block(each, 0) for each in part)))


def _is_list_of_articles(values: list[Any]) -> bool:
    kinds = Counter(frozenset(value) for value in values if isinstance(value, dict))
    return max(kinds.values(), default=0) >= _MANY


def _is_article(value: Any) -> bool:
    """Whether an object in a list is one of several articles rather than a paragraph."""
    return isinstance(value, dict) and any(TITLES.fullmatch(str(key)) for key in value)


def _of_block(block: Any, depth: int) -> str:
    match block:
        case str():
            return "" if _ADDRESS.fullmatch(block.strip()) else block
        case list() if depth < _DEEPEST:
            return "".join(_of_block(each, depth + 1) for each in block)
        case dict() if depth < _DEEPEST:
            parts = (
                block[key]
                for key in ("text", "html", "content", "value", "data", "insert", "children")
                if block.get(key)
            )
            return next(filter(None, (_of_block(part, depth + 1) for part in parts)), "")
    return ""


def field_of(around: tuple[Mapping[str, Any], ...], names: re.Pattern[str]) -> str:
    """The first short value under one of these names, in the nearest object that has one."""
    return next(filter(None, _fields(around, names)), "")


def _fields(around: tuple[Mapping[str, Any], ...], names: re.Pattern[str]) -> Iterator[str]:
    for values in around:
        keys = sorted((key for key in map(str, values) if names.fullmatch(key)), key=lambda key: key.lower() == "name")
        for key in keys:
            yield _short(values.get(key))


def _short(value: Any) -> str:
    match value:
        case bool():
            return ""
        case int():
            return str(value)
        case str():
            text = " ".join(unescape(_TAG.sub("", value)).split())
            return text if len(text) <= _LONGEST_FIELD and not _ADDRESS.fullmatch(text) else ""
        case dict():
            return _short(value.get("name"))
        case list():
            return "、".join(filter(None, map(_short, value[:9])))
    return ""
