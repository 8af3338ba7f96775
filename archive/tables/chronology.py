"""Articles in order of publication."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from archive.article import SHANGHAI, Revision
from archive.batches import batches
from archive.store import ArticleStore, schema
from archive.text.outlets import outlet

_PAGE = 500
_wanted = sa.Table("wanted", sa.MetaData(), sa.Column("id", sa.Text, primary_key=True), prefixes=["TEMPORARY"])


class Appearance(NamedTuple):
    """When and where an article was published."""

    id: str
    day: str  # in Asia/Shanghai, as 2022-06-01; "" for none
    source: str
    section: str
    credit: str  # the normal name of the outlet


def in_order(store: ArticleStore, ids: Iterable[str] | None = None, by: str = "") -> Iterator[Revision]:
    """The newest version of each article that is not withdrawn, of those with `ids` or of all.

    In order of publication, then of id, undated ones last; with `by` "source" or "section" grouped by
    that first. The result is a snapshot of the first step, whatever is written meanwhile; a million
    articles take 8 MB.
    """
    yield from map(store.revision_of, _rows(store, _sequences(store, ids, by), sa.select(schema.revisions)))


def appearances(store: ArticleStore, ids: Iterable[str] | None = None) -> Iterator[Appearance]:
    """The days and places of publication of the same articles in the same order; reads no texts."""
    c = schema.revisions.c
    columns = sa.select(c.sequence, c.id, c.published, c.source, c.section, c.credit)
    for row in _rows(store, _sequences(store, ids, ""), columns):
        day = row.published.astimezone(SHANGHAI).date().isoformat() if row.published else ""
        yield Appearance(row.id, day, row.source, row.section, outlet(row.credit))


def _rows(store: ArticleStore, sequences: array[int], columns: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
    """The revisions of these sequences, in order, without withdrawn ones."""
    shown = columns.where(~schema.withdrawn)
    for start in range(0, len(sequences), _PAGE):
        page = sequences[start : start + _PAGE]
        with store.reading() as connection:
            result = connection.execute(shown.where(schema.revisions.c.sequence.in_(page.tolist()))).all()
        rows = {row.sequence: row for row in result}
        yield from (rows[sequence] for sequence in page if sequence in rows)


def _sequences(store: ArticleStore, ids: Iterable[str] | None, by: str) -> array[int]:
    c = schema.revisions.c
    newest = schema.newest_revisions().with_only_columns(c.sequence, maintain_column_froms=True)
    order = [*([c[by]] if by in ("source", "section") else []), c.published.is_(None), c.published, c.id]
    with store.reading() as connection:
        if ids is None:
            return array("q", connection.scalars(newest.order_by(*order)))
        _wanted.create(connection)
        rows = ({"id": id} for id in ids)
        for page in batches(rows, _PAGE):
            connection.execute(_wanted.insert(), page)
        chosen = newest.where(schema.articles.c.id.in_(sa.select(_wanted.c.id))).order_by(*order)
        sequences = array("q", connection.scalars(chosen))
        _wanted.drop(connection)
        return sequences


def size(store: ArticleStore) -> int:
    """The number of articles that are not withdrawn; reads no texts."""
    withdrawn = sa.select(sa.func.count(schema.revisions.c.id.distinct())).where(schema.withdrawn)
    with store.reading() as connection:
        total = connection.scalar(sa.select(sa.func.count()).select_from(schema.articles)) or 0
        return total - (connection.scalar(withdrawn) or 0)


def latest(store: ArticleStore, limit: int) -> list[Revision]:
    """The articles published last, the newest first, undated ones left out."""
    c = schema.revisions.c
    dated = schema.newest_revisions().where(~schema.withdrawn, c.published.is_not(None))
    with store.reading() as connection:
        rows = connection.execute(dated.order_by(c.published.desc(), c.sequence.desc()).limit(limit)).all()
    return list(map(store.revision_of, rows))


def newest(store: ArticleStore) -> Revision | None:
    """The article published last; any one if none is dated, None if there is none."""
    c = schema.revisions.c
    newest: list[sa.Row[Any]] = []
    for source in store.sources():  # one at a time, for the index on source and day
        rows = schema.newest_revisions().where(c.source == source, ~schema.withdrawn)
        with store.reading() as connection:
            newest += connection.execute(rows.order_by(c.published.desc(), c.sequence.desc()).limit(1)).all()
    dated = [row for row in newest if row.published]
    row = max(dated, key=lambda row: row.published) if dated else next(iter(newest), None)
    return store.revision_of(row) if row else None
