"""Extracts the article of one page from a file, standard input or the network; nothing is archived."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from archive.errors import NotAnArticle, UsageFault
from archive.settings import Settings
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from crawler.extract.document import MOST_BYTES, refuse_size
from crawler.extract.encoding import decode
from crawler.extract.extractor import Reading, read, read_text
from crawler.reactor import with_reactor
from crawler.sources import Sources, sources_of

_MARKUP = re.compile(r"<(?:!doctype|html|head|body|div|p|meta|table)\b", re.IGNORECASE)
_HEAD = 1 << 16  # bytes in which an HTML page has a tag


def read_page(where: str, settings: Settings, url: str = "") -> Reading:
    """The reading of a file's path, "-" (standard input) or an HTTP address; `url` is where a file was saved from.

    Raises UsageFault for a file that can't be read, NotAnArticle, and NotFetched. An address is
    fetched with the contact and the delay of the settings.
    """
    if re.match("https?://", where, re.IGNORECASE):
        from crawler.run import fetch

        return with_reactor(fetch, where, settings)
    try:
        return _read(*_bytes(where), url, sources_of(settings))
    except OSError as error:
        raise UsageFault(where, of_error(error), _("name a file, - or an address")) from error
    except NotAnArticle as error:
        raise NotAnArticle(where, error.reason) from error


def _bytes(where: str) -> tuple[bytes, datetime | None]:
    """The bytes of a file or of standard input, and when the file was saved."""
    if where == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1), None
    path = Path(where)
    if path.exists() and not path.is_file():  # a device may have no end
        raise UsageFault(where, _("is not a regular file"), _("name a file, - or an address"))
    refuse_size(path.stat().st_size, where)
    return path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _read(page: bytes, fetched: datetime | None, url: str, sources: Sources) -> Reading:
    head = decode(page[:_HEAD]).text
    if _MARKUP.search(head):
        return read(page, url, fetched, sources=sources)
    return read_text(decode(page).checked("text"), fetched=fetched)
