"""Changes the layout of a saved page as a redesign of its site would; the texts stay as they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from lxml import etree

from crawler.extract.encoding import decode

_HEADINGS = ("h1", "h2", "h3")


def changed(page: bytes, way: str) -> bytes:
    """The page in another layout, in UTF-8; `way` is one of WAYS or OTHER_WAYS."""
    text = re.sub(r"<\?xml[^>]*\?>", "", decode(page).text)
    root = etree.fromstring(text.encode(errors="replace"), etree.HTMLParser(encoding="utf-8", huge_tree=True))
    for meta in root.iter("meta"):
        if meta.get("charset"):
            meta.set("charset", "utf-8")
        elif "charset" in (meta.get("content") or ""):
            meta.set("content", "text/html; charset=utf-8")
    (WAYS | OTHER_WAYS)[way](root)
    return b"<!DOCTYPE html>\n" + bytes(etree.tostring(root, encoding="utf-8", method="html"))


def _tags(root: Any) -> list[Any]:
    return [node for node in root.iter() if isinstance(node.tag, str)]


def _body(root: Any) -> Any:
    return next(root.iter("body"))


def _renamed(name: str) -> str:
    letters = hashlib.sha256(name.encode()).hexdigest()[:6]
    return "c-" + "".join(chr(ord("g") + int(digit, 16)) for digit in letters)


def _rename_classes(root: Any) -> None:
    for node in _tags(root):
        if node.get("class"):
            node.set("class", " ".join(map(_renamed, node.get("class").split())))


def _add_wrappers(root: Any) -> None:
    """Two divs around what stands in the page's body, and one around each div with an id or a class."""
    body = _body(root)
    nodes = [node for node in body.iter("div") if node.get("id") or node.get("class")]
    for node in nodes:
        _wrap(node, "wrap")
    outer, inner = etree.Element("div", {"class": "app"}), etree.Element("div", {"class": "main-in"})
    outer.append(inner)
    inner.text, body.text = body.text, None
    inner.extend(list(body))
    body.append(outer)
    for node in nodes:
        for name in ("id", "class"):
            if node.get(name):
                node.getparent().set(name, f"{node.get(name)}-wrap")
                node.attrib.pop(name)


def _wrap(node: Any, name: str) -> None:
    parent, holder = node.getparent(), etree.Element("div", {"class": name})
    holder.tail, node.tail = node.tail, None
    parent.replace(node, holder)
    holder.append(node)


def _drop_ids(root: Any) -> None:
    """All ids, and the classes of what holds paragraphs, whose rules were by these."""
    for node in _tags(root):
        node.attrib.pop("id", None)
        if any(child.tag == "p" for child in node) or node.tag in _HEADINGS:
            node.attrib.pop("class", None)


def _lists_as_tables(root: Any) -> None:
    for holder in list(_body(root).iter("ul", "ol")):
        holder.tag = "table"
        for row in holder.iterchildren("li"):
            row.tag = "td"
            parent, around = row.getparent(), etree.Element("tr")
            around.tail, row.tail = row.tail, None
            parent.replace(row, around)
            around.append(row)
    for node in list(_body(root).iter("div")):
        if node.get("class"):
            node.set("class", node.get("class").split()[0] + "-tb")


def _move_titles(root: Any) -> None:
    """Headings become divs of one class, and what was around them loses its name."""
    for node in list(_body(root).iter(*_HEADINGS)):
        node.tag = "div"
        node.set("class", "article-headline")
        parent = node.getparent()
        if parent.tag != "body":
            parent.attrib.pop("class", None)


def _unnamed(root: Any) -> None:
    """No ids and no classes at all; divs become sections."""
    for node in _tags(root):
        node.attrib.pop("id", None)
        node.attrib.pop("class", None)
        if node.tag == "div":
            node.tag = "section"


def _framed(root: Any) -> None:
    """Divs become tables of one cell, as in the nineties; their names go to the cell, in capitals."""
    for node in [node for node in _body(root).iter("div") if node.get("class") or node.get("id")]:
        names = {name: value.upper() for name in ("id", "class") if (value := node.attrib.pop(name, ""))}
        node.tag = "td"
        for key in list(node.attrib):
            node.attrib.pop(key)
        node.attrib.update(names)
        parent, table = node.getparent(), etree.Element("table")
        table.tail, node.tail = node.tail, None
        parent.replace(node, table)
        etree.SubElement(etree.SubElement(table, "tbody"), "tr").append(node)


WAYS: dict[str, Callable[[Any], None]] = {
    "classes renamed": _rename_classes, "wrappers added": _add_wrappers, "ids dropped": _drop_ids,
    "list as table": _lists_as_tables, "title in another tag": _move_titles,
}  # fmt: skip
# The finder was not tuned on these.
OTHER_WAYS: dict[str, Callable[[Any], None]] = {"no names at all": _unnamed, "in tables": _framed}
