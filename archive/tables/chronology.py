"""Goes through the archive in the order in which its articles were published."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from archive import schema
from archive.article import SHANGHAI, Revision
from archive.store import ArticleStore

_PAGE = 500
_wanted = sa.Table("wanted", sa.MetaData(), sa.Column("id", sa.Text, primary_key=True), prefixes=["TEMPORARY"])


class Appearance(NamedTuple):
    """When and where an article was published."""

    id: str
    day: str  # in Asia/Shanghai, as 2022-06-01; "" for none
    source: str
    section: str
    credit: str


def in_order(store: ArticleStore, ids: Iterable[str] | None = None, by: str = "") -> Iterator[Revision]:
    """The newest version of each article that was not withdrawn; of those with `ids`, or of all.

    The earliest published first, the undated at the end, at the same moment by id; `by` "source"
    or "section" one of these after the other. It is what the archive holds at the first step,
    whatever is written to it meanwhile; a million articles take 8 MB.
    """
    yield from map(schema.revision_of, _rows(store, _sequences(store, ids, by), sa.select(schema.revisions)))


def appearances(store: ArticleStore, ids: Iterable[str] | None = None) -> Iterator[Appearance]:
    """The same articles in the same order, by day; their texts are not read."""
    c = schema.revisions.c
    columns = sa.select(c.sequence, c.id, c.published, c.source, c.section, c.credit)
    for row in _rows(store, _sequences(store, ids, ""), columns):
        day = row.published.astimezone(SHANGHAI).date().isoformat() if row.published else ""
        yield Appearance(row.id, day, row.source, row.section, row.credit)


def _rows(store: ArticleStore, sequences: array[int], columns: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
    """The revisions of these sequences, in their order, without the withdrawn."""
    asked = columns.where(~schema.withdrawn)
    for start in range(0, len(sequences), _PAGE):
        some = sequences[start : start + _PAGE]
        with store.reading() as connection:
            rows = connection.execute(asked.where(schema.revisions.c.sequence.in_(some.tolist()))).all()
        kept = {row.sequence: row for row in rows}
        yield from (kept[one] for one in some if one in kept)


def _sequences(store: ArticleStore, ids: Iterable[str] | None, by: str) -> array[int]:
    c = schema.revisions.c
    newest = schema.newest_revisions().with_only_columns(c.sequence, maintain_column_froms=True)
    order = [*([c[by]] if by in ("source", "section") else []), c.published.is_(None), c.published, c.id]
    with store.reading() as connection:
        if ids is None:
            return array("q", connection.scalars(newest.order_by(*order)))
        _wanted.create(connection)
        rows = ({"id": id} for id in ids)
        while some := list(islice(rows, _PAGE)):
            connection.execute(_wanted.insert(), some)
        found = newest.where(schema.articles.c.id.in_(sa.select(_wanted.c.id))).order_by(*order)
        sequences = array("q", connection.scalars(found))
        _wanted.drop(connection)
        return sequences


def size(store: ArticleStore) -> int:
    """How many articles are kept; told without reading their texts."""
    withdrawn = sa.select(sa.func.count(schema.revisions.c.id.distinct())).where(schema.withdrawn)
    with store.reading() as connection:
        every = connection.scalar(sa.select(sa.func.count()).select_from(schema.articles)) or 0
        return every - (connection.scalar(withdrawn) or 0)


def newest(store: ArticleStore) -> Revision | None:
    """The article published last; where none is dated, one of those."""
    c = schema.revisions.c
    found: list[sa.Row[Any]] = []
    for source in store.sources():  # by source, as the index goes
        rows = sa.select(schema.revisions).where(c.source == source, ~schema.withdrawn)
        with store.reading() as connection:
            found += connection.execute(rows.order_by(c.published.desc(), c.sequence.desc()).limit(1)).all()
    dated = [row for row in found if row.published]
    row = max(dated, key=lambda row: row.published) if dated else next(iter(found), None)
    return schema.revision_of(row) if row else None
