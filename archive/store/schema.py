"""The tables of an archive, and the conversion of revisions to rows.

The same on SQLite and PostgreSQL: times as UTC text of one width, sequences as BigInteger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa

from archive.article import Article, Image, Origin, RawPage, Revision, StoredText
from archive.text.messages import Message
from archive.text.translation import gettext as _

P = ParamSpec("P")
T = TypeVar("T")
WARC_FILE = re.compile(r"pages/[0-9A-Za-z][0-9A-Za-z._-]*\.warc\.gz")
_SHA256, _RECORD_ID = re.compile("[0-9a-f]{64}"), re.compile("<[!-;=?-~]+>")


def _of_our_kind(read: Callable[P, T]) -> Callable[P, T]:
    """A function that raises ValueError for a value from the database that has not the form in which it was stored."""

    @wraps(read)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except (TypeError, LookupError, AttributeError) as error:
            raise ValueError(_("a value has not the form in which it was stored")) from error

    return checked


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware datetime as UTC text of fixed width, which every database stores alike and sorts correctly.

    SQLite would drop the time zone of a datetime, and PostgreSQL convert it.
    """

    impl = sa.String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")

    @_of_our_kind
    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:
        time = None if value is None else datetime.fromisoformat(value)
        if time and not time.tzinfo:
            raise ValueError(_("is not a time with its zone: {value}").format(value=value))
        return time


class MessageType(sa.types.TypeDecorator[Message]):
    """A message by its code and parameters, independent of the language."""

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Message | None, dialect: sa.Dialect) -> dict[str, Any] | None:
        return value.stored() if value else None

    @_of_our_kind
    def process_result_value(self, value: dict[str, Any] | None, dialect: sa.Dialect) -> Message | None:
        return Message.restored(value) if value else None


class MessageCounts(sa.types.TypeDecorator[Mapping[Message, int]]):
    """Messages and their counts, in order."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Mapping[Message, int] | None, dialect: sa.Dialect) -> list[Any]:
        return [[message.stored(), count] for message, count in (value or {}).items()]

    @_of_our_kind
    def process_result_value(self, value: list[Any] | None, dialect: sa.Dialect) -> Mapping[Message, int]:
        return {Message.restored(message): int(count) for message, count in value or ()}


class _Checked:
    """A type whose values are of one class: a column of SQLite takes any, whatever is declared."""

    classes: tuple[type, ...]

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], Any]:
        def process(value: Any) -> Any:
            if value is None or type(value) in self.classes:
                return value
            raise ValueError(_("a value has not the form in which it was stored"))

        return process


class _Text(_Checked, sa.Text):
    classes = (str,)


class _String(_Checked, sa.String):
    classes = (str,)


class _Integer(_Checked, sa.Integer):
    classes = (int,)


class _BigInteger(_Checked, sa.BigInteger):
    classes = (int,)


class _Float(_Checked, sa.Float[float]):
    classes = (float, int)


_CHECKED = {sa.Text: _Text, sa.String: _String, sa.Integer: _Integer, sa.BigInteger: _BigInteger, sa.Float: _Float}


metadata = sa.MetaData()

archive = sa.Table(
    "archive", metadata,
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("stories", sa.BigInteger, nullable=False, server_default="0"),  # sequence up to which they are computed
    sa.Column("stories_by", sa.Text, nullable=False, server_default=""),  # the version of the algorithm
    sa.Column("annotations", sa.BigInteger, nullable=False, server_default="0"),  # counts changes of tags and notes
    sa.Column("names", sa.BigInteger, nullable=False, server_default="0"),  # sequence up to which they are recorded
    sa.Column("names_by", sa.Text, nullable=False, server_default=""),  # the reader that found them
)  # fmt: skip

articles = sa.Table(
    "articles", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),  # of its newest revision
    sa.Index("articles_by_text", "source", "digest"),
)  # fmt: skip

revisions = sa.Table(
    "revisions", metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text, sa.ForeignKey("articles.id"), nullable=False, index=True),
    sa.Column("fetched", Instant, nullable=False),
    sa.Column("extractor", sa.Text, nullable=False),
    sa.Column("gone", sa.Boolean, nullable=False),
    sa.Column("pages", sa.JSON(none_as_null=True)),  # of each: file, offset, record id, sha-256
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("original_title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("published", Instant),  # Article.latest
    sa.Column("day_only", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("editor", sa.Text, nullable=False),
    sa.Column("credit", sa.Text, nullable=False),
    sa.Column("rights", sa.Text, nullable=False),
    sa.Column("images", sa.JSON, nullable=False),
    sa.Column("restored", sa.Boolean, nullable=False),
    sa.Column("origin", sa.Text),  # the address of the capture in a web archive that it was read from
    sa.Column("taken", Instant),  # when it was taken from there
    sa.Column("seen", Instant),  # when the same was last seen after it was fetched
    sa.Column("seen_origin", sa.Text),  # and in which capture of a web archive
    sa.Column("seen_taken", Instant),
    sa.Column("withdrawn", sa.Text),  # the reason, in each revision of the article (archive/store/withdrawal.py)
    sa.Index("revisions_by_day", "source", "published", "sequence"),  # covers the counts of days
)  # fmt: skip

withdrawn = revisions.c.withdrawn.is_not(None)
_WITHDRAWN_INDEX = "CREATE INDEX withdrawn_texts ON revisions (digest) WHERE withdrawn IS NOT NULL"
# Not an sa.Index: its postgresql_where would load that dialect, and asyncio, at each start.
sa.event.listen(revisions, "after_create", sa.DDL(_WITHDRAWN_INDEX))  # type: ignore[no-untyped-call]

addresses = sa.Table(
    "addresses", metadata,
    sa.Column("url", sa.Text, primary_key=True),  # canonical
    sa.Column("id", sa.Text, sa.ForeignKey("articles.id"), nullable=False, index=True),
    sa.Column("met", sa.Text, nullable=False, server_default=""),  # as it was met first
)  # fmt: skip

runs = sa.Table(  # archive/tables/ledger.py
    "runs", metadata,
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("finished", Instant, nullable=False),
    sa.Column("read", sa.Integer, nullable=False),
    sa.Column("general", sa.Integer, nullable=False),
    sa.Column("failed", sa.Integer, nullable=False),
    sa.Column("started", Instant, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False),
    sa.Column("unchanged", sa.Integer, nullable=False),
    sa.Column("gone", sa.Integer, nullable=False),
    sa.Column("skipped", sa.Integer, nullable=False),
    sa.Column("lists", sa.Integer, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("sections", sa.JSON, nullable=False),  # list: outcome: count
    sa.Column("reasons", MessageCounts, nullable=False),
    sa.Column("program", sa.Text, nullable=False),
    sa.Column("ended", sa.Text, nullable=False),
    sa.Column("doubted", sa.Integer, nullable=False, server_default="0"),
    sa.Index("runs_by_source", "source", "finished"),
)  # fmt: skip

sections = sa.Table(
    "sections", metadata,
    sa.Column("list", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("checked", Instant),
    sa.Column("due", Instant, nullable=False),
    sa.Column("seconds", sa.Integer, nullable=False),  # from one check to the next
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("newest", Instant),
    sa.Column("etag", sa.Text, nullable=False),
    sa.Column("modified", sa.Text, nullable=False),
)  # fmt: skip

candidates = sa.Table(
    "candidates", metadata,
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("list", sa.Text, nullable=False),
    sa.Column("found", Instant, nullable=False),
    sa.Column("due", Instant),
    sa.Column("fetched", Instant),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("reason", MessageType),
    sa.Column("met", sa.Text, nullable=False, server_default=""),
    sa.Index("candidates_due", "source", "due"),
)  # fmt: skip

doubts = sa.Table(  # archive/tables/doubts.py
    "doubts", metadata,
    sa.Column("url", sa.Text, primary_key=True),  # canonical
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("met", sa.Text, nullable=False),  # the address as it was met
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("reason", MessageType, nullable=False),
    sa.Column("found", Instant, nullable=False),
    sa.Column("fetched", Instant, nullable=False),
    sa.Column("pages", sa.JSON, nullable=False),  # of each: file, offset, record id, sha-256
    sa.Column("earlier", sa.JSON, nullable=False),  # pages that were doubted before
    sa.Column("article", sa.JSON(none_as_null=True)),  # as in JSON Lines
    sa.Column("extractor", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Index("doubts_by_state", "state", "source"),
)  # fmt: skip

lookups = sa.Table(  # archive/tables/captures.py
    "lookups", metadata,
    sa.Column("archive", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("query", sa.Text, primary_key=True),
    sa.Column("position", sa.Text, nullable=False),  # where the next request continues, in the archive's notation
    sa.Column("asked", Instant),
    sa.Column("done", sa.Boolean, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("reason", MessageType),
)  # fmt: skip

captures = sa.Table(
    "captures", metadata,
    sa.Column("archive", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, primary_key=True),  # canonical
    sa.Column("captured", Instant, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("met", sa.Text, nullable=False),  # the address as it was captured
    sa.Column("digest", sa.Text, nullable=False),  # of the page, in the archive's notation; "" if unknown
    sa.Column("place", sa.Text, nullable=False),  # the address of the capture, or of the file that holds it
    sa.Column("offset", sa.BigInteger),
    sa.Column("length", sa.BigInteger),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("reason", MessageType),
    sa.Index("captures_by_state", "source", "archive", "state", "url", "captured"),
)  # fmt: skip

pictures = sa.Table(  # archive/tables/pictures.py
    "pictures", metadata,
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("article", sa.Text, nullable=False, index=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("due", Instant),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("page", sa.JSON(none_as_null=True)),  # file, offset, record id, sha-256
    sa.Index("pictures_due", "source", "due"),
)  # fmt: skip

watches = sa.Table(  # archive/tables/watches.py
    "watches", metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("feed", sa.String(36), nullable=False),
    sa.Column("begun", Instant, nullable=False),
)  # fmt: skip

hits = sa.Table(
    "hits", metadata,
    sa.Column("watch", sa.Text, sa.ForeignKey("watches.name"), primary_key=True),
    sa.Column("id", sa.Text, sa.ForeignKey("articles.id"), primary_key=True),
    sa.Column("told", sa.Boolean, nullable=False),
)  # fmt: skip

# Reprints. What is computed for a text is stored once, under a number derived from it, whichever articles have it.

signed = sa.Table(  # archive/tables/sketches.py
    "signed", metadata,
    sa.Column("article", sa.Text, primary_key=True),
    sa.Column("text", sa.BigInteger, nullable=False, index=True),
)  # fmt: skip

signatures = sa.Table(
    "signatures", metadata,
    sa.Column("text", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("size", sa.Integer, nullable=False),  # shingles
    sa.Column("landmarks", sa.LargeBinary, nullable=False),  # four bytes each
)  # fmt: skip

landmarks = sa.Table(
    "landmarks", metadata,
    sa.Column("landmark", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("text", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)  # fmt: skip

likenesses = sa.Table(  # each pair twice, once in either direction
    "likenesses", metadata,
    sa.Column("text", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("other", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("shared", sa.Integer, nullable=False),  # shingles
    sqlite_with_rowid=False,
)  # fmt: skip

stories = sa.Table(  # archive/tables/stories.py
    "stories", metadata,
    sa.Column("article", sa.Text, primary_key=True),
    sa.Column("story", sa.Text, primary_key=True, index=True),
    sa.Column("of_first", sa.Float, nullable=False),
    sa.Column("of_own", sa.Float, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

names = sa.Table(  # archive/tables/names.py
    "names", metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),  # of the version that names it
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),  # the form by which it is counted
    sa.Column("printed", sa.Text, nullable=False),  # "" where it is the same
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("sentences", sa.LargeBinary, nullable=False),  # of each mention, two bytes
    sa.Index("names_by_name", "kind", "name"),
    sqlite_with_rowid=False,
)  # fmt: skip

locks = sa.Table(  # archive/tables/locks.py
    "locks", metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("token", sa.BigInteger, nullable=False),  # counts up with each holder
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("process", sa.BigInteger, nullable=False),
    sa.Column("since", Instant, nullable=False),
)  # fmt: skip

notices = sa.Table(  # archive/notify/notice.py
    "notices", metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sent", Instant, nullable=False),
)  # fmt: skip

tags = sa.Table(  # archive/tables/tags.py
    "tags", metadata,
    sa.Column("key", sa.Text, primary_key=True),  # the label, folded
    sa.Column("id", sa.Text, sa.ForeignKey("articles.id"), primary_key=True, index=True),
    sa.Column("label", sa.Text, nullable=False),  # as it was written first
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("time", Instant, nullable=False),
)  # fmt: skip

notes = sa.Table(
    "notes", metadata,
    sa.Column("id", sa.Text, sa.ForeignKey("articles.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),  # among those of the article, from 1
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("time", Instant, nullable=False),  # when it was written or changed last
)  # fmt: skip

ranges = sa.Table(  # archive/tables/ranges.py
    "ranges", metadata,
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("last", sa.BigInteger, nullable=False),
)  # fmt: skip


def _stored(type: Any) -> Any:
    """A column's type, checked on reading; on PostgreSQL text is sorted by code point, as SQLite and Python do."""
    checked: Any = _CHECKED.get(type.__class__)
    if checked and isinstance(type, sa.String):
        return checked(type.length).with_variant(type.__class__(type.length, collation="C"), "postgresql")
    return checked() if checked else type


for _column in (column for table in metadata.tables.values() for column in table.columns):
    _column.type = _stored(_column.type)


# Revisions as rows


def newest_revisions() -> sa.Select[Any]:
    """The newest revision of each article."""
    return sa.select(revisions).join(articles, articles.c.sequence == revisions.c.sequence)


def addresses_withdrawn() -> sa.Select[Any]:
    """Every address of a withdrawn article, with the id of that."""
    ids = sa.select(revisions.c.id).where(withdrawn)
    return sa.select(addresses.c.url, addresses.c.id).where(addresses.c.id.in_(ids))


def row_of(revision: Revision) -> dict[str, Any]:
    """The columns of a revision."""
    article = revision.article
    return {
        "sequence": revision.sequence, "id": article.id, "fetched": revision.fetched,
        "extractor": revision.extractor, "gone": revision.gone, "digest": article.digest,
        "pages": list(map(astuple, revision.pages)) or None,
        "url": article.url, "source": article.source, "section": article.section, "title": article.title,
        "original_title": article.original_title, "body": article.body, "published": article.latest,
        "day_only": article.day_only,
        "authors": list(article.authors), "editor": article.editor, "credit": article.credit,
        "rights": article.rights, "images": [[i.url, i.caption] for i in article.images],
        "restored": article.restored, "withdrawn": revision.withdrawn or None,
        "origin": revision.origin and revision.origin.url, "taken": revision.origin and revision.origin.taken,
    }  # fmt: skip


@_of_our_kind
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


@_of_our_kind
def text_of(row: sa.Row[Any]) -> StoredText:
    """The text in a row. Raises ValueError for a value that can't be ours."""
    text = StoredText._make(row)
    if set(map(type, text)) != {str}:
        raise ValueError(_("a value is missing"))
    return text


@_of_our_kind
def revision_of(row: sa.Row[Any]) -> Revision:
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
