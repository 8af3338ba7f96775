"""What a page shows only when a script runs, as it stands in the page as data: an article's text, a list's rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from html import escape
from typing import Any

from archive.errors import NotAnArticle
from archive.url import canonical
from crawler.extract.bylines import find_credit
from crawler.extract.data.literals import values_in
from crawler.extract.data.prose import Prose, best_of, letters, size_of
from crawler.extract.data.rows import rows_in
from crawler.extract.dates import find_compact, find_date
from crawler.extract.document import Page

_MOST = 1 << 21  # characters of a script
# Chinese, plain or escaped, or a few words in a row.
_MAY_HOLD_TEXT = re.compile(r"[\u3400-\u9fff]{4}|\\u[0-9a-fA-F]{4}|%[0-9A-F]{2}%|[a-z] [a-z]+ [a-z]+ [a-z]+ [a-z]+ ")
_HEAD = 500  # characters of what the page shows
_HOLDERS = ("script", "textarea", "template", "noscript", "xmp")
_BARE = re.compile(r"\ufeff?\s*(?:(?P<json>[{\[])|<(?!!doctype\s+html|html|head|body))", re.IGNORECASE)
_OUTWEIGHS = 3  # times the text that is shown, from which on that is taken as its beginning


def text_in_data(page: Page) -> Prose | None:
    """The text in scripts, templates and attributes of a page that is likeliest its article."""
    return best_of(_values(page), page.title)


def outweighs(prose: Prose, title: str, body: str) -> bool:
    """Whether data hold much more of the article that a page shows, which they name by its title."""
    return letters(prose.title) == letters(title) != "" and size_of(prose.text) >= _OUTWEIGHS * len(body)


def drawn(page: Page, prose: Prose, fetched: datetime | None) -> Page:
    """The page as a script would draw it: title, time, credit and authors, and text."""
    shown = page.text("//body")[:_HEAD]  # may have the time and the credit
    moment = find_compact(prose.time, fetched) or find_date(shown, fetched)
    time = f"{moment.time:%Y-%m-%d %H:%M}" if moment and moment.timed else f"{moment.day}" if moment else ""
    labels = (("来源：", prose.credit or find_credit(shown)), ("作者：", prose.author))
    info = "　".join(filter(None, (time, *(label + text for label, text in labels if text))))
    text = prose.text if "<" in prose.text else "".join(f"<p>{escape(line)}</p>" for line in prose.text.splitlines())
    heading = f"<h1>{escape(prose.title)}</h1>" if prose.title else ""
    return page.with_body(f"{heading}<div>{escape(info)}</div><div>{text}</div>")


def _values(page: Page) -> Iterator[tuple[str, Any]]:
    names: dict[str, Any] = {}  # what scripts assign one by one stands beside each other
    for script in page.scripts:
        if "template" in script.type or "html" in script.type:
            yield f"script {script.type}", {"html": script.text}
        elif _MAY_HOLD_TEXT.search(script.text[:_MOST]):
            for name, value in values_in(script.text[:_MOST]):
                if isinstance(value, str | int):
                    names.setdefault(name, value)
                else:
                    yield name or script.name or "JSON-LD" * ("ld+json" in script.type), _revived(value)
    yield "script", names
    for where, text in page.unseen:
        yield where, {"html": text}


def _revived(value: Any) -> Any:
    """The objects of Nuxt 3, whose values are places in one list; any other value as it is."""
    if not (isinstance(value, list) and len(value) > 1 and isinstance(value[0], dict | list)):
        return value
    numbers = [part for each in value if isinstance(each, dict) for part in each.values()]
    if not numbers or not all(isinstance(number, int) and number < len(value) for number in numbers):
        return value
    return [
        {key: value[place] if place >= 0 else None for key, place in each.items()} if isinstance(each, dict) else each
        for each in value
    ]


def unfold(page: Page) -> None:
    """Put the rows of lists that the page holds as data into the tags that hold them, as tags.

    An XPath then finds them there: //script//li/a/@href. What has no link that the page does not show is left as it is.
    """
    shown: set[str] = set()
    for holder, kind, text in [*_holders(page)]:
        if not (rows := rows_in(kind, text)):
            continue
        with suppress(NotAnArticle):  # too large, or nested too deep
            body = Page(f"<!DOCTYPE html><body>{rows}</body>".encode(errors="replace"), page.url).root.find("body")
            shown = shown or _addresses(page, page.root)
            if body is not None and _addresses(page, body) - shown:
                holder.extend([*body])


def _holders(page: Page) -> Iterator[tuple[Any, str, str]]:
    """The tags whose text a browser does not show as such, with its type; what is JSON or XML as a whole."""
    bare = _BARE.match(page.source)
    if bare and (bare["json"] or "<![CDATA[" in page.source):
        yield page.root, "" if bare["json"] else "xml", page.source
    for node in page.root.iter(*_HOLDERS):
        if node.text:
            yield node, (node.get("type") or "").lower() if node.tag == "script" else "html", node.text


def _addresses(page: Page, root: Any) -> set[str]:
    return {canonical(page.absolute(node.get("href") or "")) for node in root.iter("a")}
