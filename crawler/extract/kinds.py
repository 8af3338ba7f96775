"""What is sent as HTML and is not: data, scripts and feeds."""

from __future__ import annotations

import json
import re

from archive.errors import NotAnArticle
from archive.text.messages import Reason
from crawler.extract.encoding import decode

_HEAD = 1 << 16  # bytes in which an HTML page has a tag
_COMMENTS = re.compile(r"(?:\s+|//[^\n]*\n|/\*[^*]*\*+(?:[^*/][^*]*\*+)*/)+")
_MARKUP = re.compile(r"<(?:!doctype\s+html|html|head|body|title|h1|div|table)\b", re.IGNORECASE)
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<\?[^>]{0,500}\?>\s*|<!--.{0,2000}?-->\s*){0,9}"
    r"<(?:rss|feed|rdf:RDF|urlset|sitemapindex|opml)\b",
    re.DOTALL,
)
_SCRIPT = re.compile(
    r"(?:[;!+(]*\s*(?:async\s+)?function\b|['\"]use strict['\"]|(?:var|let|const)\s+[\w$]+\s*[=;,]"
    r"|(?:import|export)\s+[\w${*'\"]|(?:window|self|this|document|module|define|require|\$|jQuery)\s*[.(\[=]"
    r"|(?:try|if|for|while)\s*[({]|[\w$.]+\s*=(?!=)|[\w$.]{1,99}\(\s*[\[{'\")\d])"
)


def kind(page: bytes) -> str:
    """JSON, JavaScript or RSS for what is that, else ""."""
    head = decode(page[:_HEAD]).text.lstrip("\ufeff")
    if _FEED.match(head):
        return "RSS"
    start = _COMMENTS.sub("", head[:4096], count=1) if head[:1].isspace() or head[:1] == "/" else head[:4096]
    if start[:1] in ("{", "[") and _is_json(page):
        return "JSON"
    if start[:1] != "<" and _SCRIPT.match(start) and not _is_marked_up(start, head):
        return "JavaScript"
    return ""


def _is_marked_up(start: str, head: str) -> bool:
    """Whether the text is a page with something before it, such as a warning of the server's program."""
    match = _MARKUP.search(head)
    return bool(match) and not re.search(r"['\"`]", head[: match.start()] if match else start)


def _is_json(page: bytes) -> bool:
    """Whether it is valid, or begins like an object with keys or a list of such."""
    text = decode(page).text.strip().lstrip("\ufeff")
    try:
        json.loads(text, strict=False)
    except RecursionError:
        return True
    except ValueError:
        return re.match(r"[\[{\s]*(?:['\"][\w$.-]+['\"]\s*:|\{\s*\})", text) is not None
    return True


def refuse_other(page: bytes, url: str) -> None:
    """Raises NotAnArticle for a page that is not HTML."""
    if name := kind(page):
        raise NotAnArticle(url, Reason.NOT_HTML.format(kind=name))
