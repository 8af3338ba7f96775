"""The text of a piece of HTML that is all article, as feeds and databases hold it."""

from __future__ import annotations

import re
from html import escape, unescape

from crawler.extract import boilerplate
from crawler.extract.boilerplate import Cleaned, Line
from crawler.extract.document import Page
from crawler.extract.lines import lines_of

_TAG = re.compile(
    r"<(?:/?(?:p|div|span|section|br|img|a|b|strong|em|table|ul|ol|li|h\d|figure|blockquote)\b|!--)", re.I
)
_ESCAPED = re.compile(r"&lt;(?:p|div|br|span|section)\b", re.IGNORECASE)


def cleaned(text: str, title: str = "", url: str = "") -> Cleaned:
    """The lines of HTML, or of plain text, without those that are not the body. Raises NotAnArticle."""
    if not _TAG.search(text) and _ESCAPED.search(text):  # escaped once more than it should be
        text = unescape(text)
    if not _TAG.search(text):
        return boilerplate.clean([Line(" ".join(line.split())) for line in unescape(text).splitlines()], title=title)
    page = Page(f"<!DOCTYPE html><title>{escape(title)}</title><body>{text}</body>".encode(errors="replace"), url)
    node = page.first("//body")
    return boilerplate.clean([] if node is None else lines_of(page, node), title=title)


def has_tags(text: str) -> bool:
    return bool(_TAG.search(text) or _ESCAPED.search(text))


def plain_body(text: str, title: str = "") -> str:
    """The paragraphs of HTML. Raises NotAnArticle."""
    return cleaned(text, title).body


def plain_text(text: str) -> str:
    """A title or a name, without tags and entities."""
    return " ".join(unescape(re.sub(r"<[^<>]*>", "", unescape(text)) if "<" in unescape(text) else text).split())
