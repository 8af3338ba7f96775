"""The kinds of files that can be imported, detected from the content first and the name second."""

from __future__ import annotations

import re
from collections.abc import Callable

from archive.warc.stream import is_warc
from crawler.extract.encoding import decode
from crawler.extract.soft_errors import format_of
from crawler.files.epub import epub
from crawler.files.feed import feed
from crawler.files.item import UNREADABLE, Item
from crawler.files.job import Job, Outcomes
from crawler.files.objects import objects
from crawler.files.page import mhtml, page, pdf, text
from crawler.files.table import table
from crawler.files.warc import warc
from crawler.files.zipped import folder, names_in, wacz

Reader = Callable[[Job, Item], Outcomes]

_HEAD = 1 << 14  # bytes that tell what a file is
_OF_PDF = 1024  # bytes within which a PDF begins
BY_NAME: dict[str, Reader] = {
    ".html": page, ".htm": page, ".shtml": page, ".xhtml": page, ".txt": text, ".jsonl": objects, ".json": objects,
    ".ndjson": objects, ".csv": table, ".tsv": table, ".xlsx": table, ".warc": warc, ".arc": warc, ".wacz": wacz,
    ".zip": folder, ".epub": epub, ".pdf": pdf, ".mhtml": mhtml, ".mht": mhtml, ".rss": feed, ".atom": feed,
}  # fmt: skip
_NO_PAGES = re.compile(r"\.(?:js|mjs|css|map|svg|xml|xsl|json|vue|tsx?|jsx|py|md|rst|log|opml)$")
_PAGE_NAMES = re.compile(r"\.(?:s?html?|xhtml|php\d?|aspx?|jspx?|cfm|cgi|do|action)(?:\?.*)?$")
_BEGINS_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head)\b", re.I | re.DOTALL)
_MARKUP = re.compile(r"<(?:!doctype html|html|head|body|div|p|meta|table|title|article|section|h1|br|font)\b", re.I)
_BEGINS_FEED = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<\?[^>]{0,400}>\s*|<!--.{0,400}?-->\s*|<!DOCTYPE rss[^>]{0,200}>\s*){0,8}"
    r"<(?:rss|feed|rdf:RDF)[\s>]", re.DOTALL,
)  # fmt: skip
_BEGINS_JSON = re.compile(r"\s*(?:\[\s*)?\{\s*[\"}]")
_MAIL_HEAD = re.compile(r"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+")
_MAIL_FIELD = re.compile(r"^(?:MIME-Version|Content-Type|Snapshot-Content-Location)\s*:", re.IGNORECASE | re.MULTILINE)


def reader_of(item: Item) -> Reader | None:
    """What reads a file; None for an unknown kind. The file is left at its beginning."""
    try:
        return _by_content(item) or _by_name(item)
    except UNREADABLE:  # its name says what it should be, and reading it says what is wrong
        return _by_name(item)
    finally:
        try:
            item.file.seek(0)
        except UNREADABLE:
            """Reading it will say so."""


def _by_name(item: Item) -> Reader | None:
    name = item.plain_name
    return next((reader for ending, reader in BY_NAME.items() if name.endswith(ending)), None)


def _by_content(item: Item) -> Reader | None:
    if is_warc(item.file):
        return warc
    head = item.file.read(_HEAD)
    if b"%PDF-" in head[:_OF_PDF]:
        return pdf
    if head.startswith(b"PK\x03\x04"):
        return _of_zip(names_in(item.file))
    return _of_text(head, item.plain_name)


def _of_zip(names: list[str]) -> Reader | None:
    parts = set(names)
    if "META-INF/container.xml" in parts:
        return epub
    if "[Content_Types].xml" in parts:
        return table if any(name.startswith("xl/") for name in parts) else None
    if "datapackage.json" in parts or any(re.match(r"archive/.*\.w?arc(?:\.gz)?$", name) for name in parts):
        return wacz
    return folder if parts else None


def _of_text(head: bytes, name: str) -> Reader | None:
    """What reads a text; where its beginning leaves it open its name decides, then tags anywhere in it."""
    start = (
        decode(head).text
        if b"\0" in head[:4] or head.startswith((b"\xff\xfe", b"\xfe\xff"))
        else head.decode("latin-1")
    )
    start = start.removeprefix("\ufeff").removeprefix("\xef\xbb\xbf")
    if _BEGINS_HTML.match(start):
        return page
    if _BEGINS_FEED.match(start):
        return feed
    mail = _MAIL_HEAD.match(start.replace("\r", ""))
    if mail and _MAIL_FIELD.search(mail[0]):
        return mhtml
    if _PAGE_NAMES.search(name):
        return page
    if _BEGINS_JSON.match(start):
        return objects
    is_named = any(name.endswith(ending) for ending in BY_NAME) or _NO_PAGES.search(name)
    is_page = not is_named and b"\0" not in head and _MARKUP.search(start) and not format_of(start)
    return page if is_page else None
