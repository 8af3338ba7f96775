"""Versions that follow another version of their article, the newest first: where to look for edits."""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from archive.article import Revision, StoredText
from archive.progress import Progress
from archive.store import ArticleStore, schema
from archive.text.outlets import outlet

_PAGE = 200
_KEPT = 16  # histories
_c = schema.revisions.c
_other = schema.revisions.alias().c
_OF_ARTICLE = _other.id == _c.id
_FOLLOWS = sa.or_(_other.fetched < _c.fetched, _other.sequence < _c.sequence)
# Another reading of the same page, by other rules: the site changed nothing.
_IS_REREAD = sa.and_(_other.sequence < _c.sequence, _other.fetched == _c.fetched, _other.gone == _c.gone)
_SEVERAL = sa.select(_c.id).group_by(_c.id).having(sa.func.count() > 1)  # reads nothing but the index on ids


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which versions: of a source, a section and a credit, fetched at or after `since` and before `until` (aware).

    `credit` is the normal name of an outlet. `gone` takes those only that the site no longer had.
    """

    source: str = ""
    section: str = ""
    credit: str = ""
    since: datetime | None = None
    until: datetime | None = None
    gone: bool = False

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """The same for a query of the database, but for the credit."""
        values = {"source": self.source, "section": self.section}
        conditions = [_c[name] == value for name, value in values.items() if value]
        conditions += [_c.fetched >= self.since] if self.since else []
        conditions += [_c.fetched < self.until] if self.until else []
        return [*conditions, *([_c.gone] if self.gone else [])]


def sequences(store: ArticleStore, before: int = 0, ids: Container[str] | None = None) -> array[int]:
    """The versions of articles that have several, of those with `ids` or of all, from the newest `before` one on."""
    chosen = sa.select(_c.sequence, _c.id).where(_c.id.in_(_SEVERAL)).order_by(_c.sequence.desc())
    with store.reading() as connection:
        rows = connection.execute(chosen.where(_c.sequence < before) if before else chosen)
        return array("q", (row.sequence for row in rows if ids is None or row.id in ids))


def following(store: ArticleStore, sequences: array[int], wanted: Wanted) -> Iterator[tuple[int, Revision, Revision]]:
    """How many of these versions are done, and each wanted one after the version before it; read as asked for.

    First versions, withdrawn ones, and those that are another reading of the same page are left out.
    """
    chosen = sa.select(_c.sequence, _c.id, _c.credit).where(~schema.withdrawn, *wanted.conditions).where(
        sa.exists().where(_OF_ARTICLE, _FOLLOWS), ~sa.exists().where(_OF_ARTICLE, _IS_REREAD)
    )  # fmt: skip
    for start in range(0, len(sequences), _PAGE):
        page = sequences[start : start + _PAGE].tolist()
        with store.reading() as connection:
            rows = connection.execute(chosen.where(_c.sequence.in_(page))).all()
        ids = {row.sequence: row.id for row in rows if wanted.credit in ("", outlet(row.credit))}
        history = lru_cache(_KEPT)(store.history)  # several versions of an article often follow one another
        for done, sequence in enumerate(page, start + 1):
            if sequence in ids and (pair := _with_previous(history(ids[sequence]), sequence)):
                yield done, *pair


def _with_previous(versions: list[Revision], sequence: int) -> tuple[Revision, Revision] | None:
    places = {version.sequence: place for place, version in enumerate(versions)}
    place = places.get(sequence, 0)
    if not place or versions[place].withdrawn:  # the first one, or taken down meanwhile
        return None
    return versions[place - 1], versions[place]


def superseded(store: ArticleStore, progress: Progress) -> Iterator[StoredText]:
    """The text of every version that is not the newest of its article.

    `progress` is called with the number of versions so far.
    """
    newest = sa.select(schema.articles.c.sequence)
    old = sa.select(_c.sequence).where(_c.id.in_(_SEVERAL), _c.sequence.not_in(newest))
    with store.reading() as connection:
        places = list(connection.scalars(old))
    texts: sa.Select[Any] = sa.select(*(_c[name] for name in StoredText._fields)).where(~schema.withdrawn)
    for start in range(0, len(places), _PAGE):
        progress(start)
        with store.reading() as connection:
            rows = connection.execute(texts.where(_c.sequence.in_(places[start : start + _PAGE]))).all()
        yield from map(StoredText._make, rows)
