"""Takedowns: of a withdrawn article only its id, addresses, times, digests and the reason remain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from archive.article import Article
from archive.errors import Withdrawn
from archive.store import schema
from archive.text.messages import Reason
from archive.url import canonical

_NOTHING: dict[str, Any] = {
    "title": "", "original_title": "", "body": "", "published": None, "authors": [],
    "editor": "", "credit": "", "rights": "", "images": [],
}  # fmt: skip

# Built once, as it runs for each article that comes in.
_c = schema.revisions.c
_at_address = sa.select(schema.addresses.c.id).where(schema.addresses.c.url == sa.bindparam("url"))
_same = sa.or_(
    sa.and_(_c.id == sa.bindparam("id"), _c.source == sa.bindparam("source")),
    _c.id.in_(_at_address),
    _c.digest == sa.bindparam("digest"),
)
_WITHDRAWN = sa.select(_c.id).where(schema.withdrawn, _same).limit(1)


def refuse(connection: sa.Connection, article: Article) -> None:
    """Raise Withdrawn for a withdrawn article, identified by its id, an address, or the text of a version."""
    keys = {"id": article.id, "source": article.source, "url": canonical(article.url), "digest": article.digest}
    if id := connection.scalar(_WITHDRAWN, keys):
        newest = sa.select(_c.fetched, _c.withdrawn).where(_c.id == id).order_by(_c.sequence.desc())
        raise fault(id, *connection.execute(newest).first())  # type: ignore[misc]  # there is one


def fault(id: str, time: datetime, reason: str) -> Withdrawn:
    return Withdrawn(id, Reason.WITHDRAWN.format(time=f"{time:%Y-%m-%d %H:%M}Z", reason=reason))


def blank(connection: sa.Connection, id: str, reason: str) -> None:
    """Delete the text of every version and its names, tags and notes; the digests stay, to prove what was archived.

    No further fetch of its addresses and pictures is scheduled.
    """
    connection.execute(schema.revisions.update().filter_by(id=id).values(_NOTHING | {"withdrawn": reason}))
    addresses = sa.select(schema.addresses.c.url).filter_by(id=id)
    doubts = schema.doubts.update().where(schema.doubts.c.url.in_(addresses) | (schema.doubts.c.id == id))
    connection.execute(doubts.values(id=id, article=None, state="refused"))
    connection.execute(schema.candidates.update().where(schema.candidates.c.url.in_(addresses)).values(due=None))
    versions = sa.select(_c.sequence).where(_c.id == id)
    connection.execute(schema.names.delete().where(schema.names.c.sequence.in_(versions)))
    for table in (schema.tags, schema.notes):  # a note may quote the text
        connection.execute(table.delete().filter_by(id=id))
    connection.execute(schema.pictures.update().where(schema.pictures.c.article.in_(addresses)).values(due=None))
