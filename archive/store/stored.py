"""The values of a revision as they are stored, and the revision of them. Knows no SQLAlchemy."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from archive.article import Article, Image, Origin, RawPage, Revision
from archive.text.translation import gettext as _

P = ParamSpec("P")
T = TypeVar("T")
WARC_FILE = re.compile(r"pages/[0-9A-Za-z][0-9A-Za-z._-]*\.warc\.gz")
_SHA256, _RECORD_ID = re.compile("[0-9a-f]{64}"), re.compile("<[!-;=?-~]+>")


def of_our_kind(read: Callable[P, T]) -> Callable[P, T]:
    """A function that raises ValueError for a value from the database that has not the form in which it was stored."""

    @wraps(read)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except (TypeError, LookupError, AttributeError) as error:
            raise ValueError(_("a value has not the form in which it was stored")) from error

    return checked


@of_our_kind
def instant(value: str | None) -> datetime | None:
    """The time in a text. Raises ValueError for one without its zone."""
    time = None if value is None else datetime.fromisoformat(value)
    if time and not time.tzinfo:
        raise ValueError(_("is not a time with its zone: {value}").format(value=value))
    return time


@of_our_kind
def raw_page_of(values: Sequence[Any]) -> RawPage:
    """The raw page in a row. Raises ValueError for one that can't be ours: it could name any file of the machine."""
    file, offset, record_id, sha256 = values
    are_ours = WARC_FILE.fullmatch(file) and _RECORD_ID.fullmatch(record_id) and _SHA256.fullmatch(sha256)
    if not (are_ours and type(offset) is int and offset >= 0):
        raise ValueError(_("a raw page is said to be in {file}").format(file=ascii(file)[:100]))
    return RawPage(file, offset, record_id, sha256)


def origin_of(url: str | None, taken: datetime | None) -> Origin | None:
    """The origin in two columns. Raises ValueError if its time is missing or its address is not a text."""
    if url is None:
        return None
    if not (isinstance(url, str) and taken):
        raise ValueError(_("a value is missing"))
    return Origin(url, taken)


@of_our_kind
def revision_of(row: Any) -> Revision:
    """The revision in a row. Raises ValueError for a value that can't be ours."""
    article = Article(
        id=row.id, url=row.url, source=row.source, section=row.section, title=row.title,
        original_title=row.original_title, body=row.body, published=row.published, day_only=row.day_only,
        authors=tuple(row.authors), editor=row.editor, credit=row.credit, rights=row.rights,
        images=tuple(Image(*image) for image in row.images), restored=row.restored,
    )  # fmt: skip
    texts = (
        article.id, article.url, article.source, article.section, article.title, article.original_title, article.body,
        article.editor, article.credit, article.rights, *article.authors, row.extractor, row.digest,
    )  # fmt: skip
    texts += tuple(text for image in article.images for text in (image.url, image.caption))
    if set(map(type, texts)) != {str} or not row.fetched:
        raise ValueError(_("a value is missing"))
    pages = tuple(map(raw_page_of, row.pages or ()))
    return Revision(
        row.sequence, article, row.fetched, row.extractor, row.gone, pages, row.withdrawn or "",
        row.digest if row.withdrawn else "", origin=origin_of(row.origin, row.taken),
    )  # fmt: skip
