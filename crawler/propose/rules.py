"""XPaths that may select a node on other pages of its site too: by id, class, label, or its place beside another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations, islice
from typing import Any

from crawler.extract.document import text_of

_CHANGING = re.compile(r"\d{3}")  # a number in a name differs from page to page
_PLAIN = re.compile(r"[\w-]+")
_HOLDERS = 4  # ancestors by whose names a node is selected
_TELLING = {"h1", "h2", "h3", "article", "main", "section", "table"}  # tags that may be the only ones on a page
_LABELS = (
    "发布时间", "发表时间", "发布日期", "时间：", "日期：", "来源", "责任编辑", "责编", "编辑", "作者", "记者",
    "当前位置", "位置：", "版权",
)  # fmt: skip
_DIGITS = "translate(., '123456789', '000000000')"
_DATES = ("0000-00-00", "0000年00月00日", "0000/00/00", "0000.00.00", "0000年0月0日")
_SHORT = 300  # characters of a text that is searched for labels


def xpaths(node: Any, beside: Iterable[tuple[Any, str]] = ()) -> Iterator[str]:
    """XPaths of a node, the most robust first; `beside` are other nodes of the page with XPaths of theirs."""
    names, has_paragraphs = named(node), _has_paragraphs(node)
    yield from names
    for holder in islice(node.iterancestors(), _HOLDERS):
        for place in named(holder):
            yield f"{place}{_path(node, holder, counted=False)}"
            if has_paragraphs:
                yield f"{place}{_path(node, holder, counted=False)}[p]"
            yield f"{place}//{node.tag}"
            yield from (f"{place}{name}" for name in names)
            yield f"{place}{_path(node, holder)}"
    if node.tag in _TELLING:
        yield f"//{node.tag}"
    for other, xpath in beside:
        yield from _beside(node, other, xpath)
    body = next((holder for holder in node.iterancestors("body")), None)
    if body is not None:
        if has_paragraphs:
            yield f"//body{_path(node, body, counted=False)}[p]"
        yield f"//body{_path(node, body)}"


def named(node: Any) -> list[str]:
    """By the id and the classes of a node."""
    id, classes = node.get("id") or "", (node.get("class") or "").split()
    places = [f"//{node.tag}[@id='{id}']"] if id and "'" not in id else []
    places += [f"//{node.tag}[has-class('{name}')]" for name in classes if _PLAIN.fullmatch(name)]
    return [place for place in places if not _CHANGING.search(place)]


def by_labels(node: Any) -> Iterator[str]:
    """By the labels and the date that a short text shows: the closest node around them."""
    text = text_of(node)
    if len(text) > _SHORT:
        return
    digits = re.sub("[1-9]", "0", text)
    shown = [f"contains({_DIGITS}, '{date}')" for date in _DATES if date in digits][:1]
    shown += [f"contains(., '{label}')" for label in _LABELS if label in text][:3]
    for count in (1, 2):
        for conditions in combinations(shown, count):
            test = " and ".join(conditions)
            yield f"//body//*[{test}][not(*[{test}])]"


def _has_paragraphs(node: Any) -> bool:
    return any(child.tag == "p" for child in node)


def _path(node: Any, holder: Any, counted: bool = True) -> str:
    """The steps from a holder down to a node, with positions where `counted`."""
    path = ""
    while node is not holder:
        parent = node.getparent()
        same = [child for child in parent if child.tag == node.tag]
        path = f"/{node.tag}" + (f"[{same.index(node) + 1}]" if counted and len(same) > 1 else "") + path
        node = parent
    return path


def _beside(node: Any, other: Any, xpath: str) -> Iterator[str]:
    """By the way from another node: the first of its tag behind it that has paragraphs, or by steps up and down."""
    yield from (f"{xpath}/following::{name.removeprefix('//')}" for name in named(node))
    if _has_paragraphs(node):
        yield f"{xpath}/following::*[self::{node.tag}][p][1]"
    around = {holder: number for number, holder in enumerate(other.iterancestors(), 1)}
    shared = next((holder for holder in node.iterancestors() if holder in around), None)
    if shared is not None and node is not other and around[shared] <= _HOLDERS:
        yield xpath + "/.." * around[shared] + _path(node, shared)
