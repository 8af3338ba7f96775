"""The names in articles: which persons, institutions and places each one names, as a reader found them.

Derived from the texts, and made anew where another reader finds them. A row belongs to one version of an article, so
that those of older versions count no more as soon as there is a newer one.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from archive.batches import batches
from archive.store import ArticleStore, schema
from archive.tables.chronology import Appearance, appearances
from archive.text.messages import Message

_MOST = 0xFFFF  # the number of a sentence
_c, _articles = schema.names.c, schema.articles.c
_OF_NEWEST = schema.names.join(schema.articles, _articles.sequence == _c.sequence)
_ROWS = sa.select(
    _articles.id, _c.kind, _c.name, _c.printed, _c.title, _c.sentences
).select_from(_OF_NEWEST)  # fmt: skip


class Named(NamedTuple):
    """A name in a text: the form by which it is counted, its commonest printed form, and the first title beside it.

    `sentences` has the number of the sentence of each mention. It is empty for what the text prints only as a part of
    a fuller name, or for the sake of a place that lies there: such a name is found, and not counted.
    """

    kind: str
    name: str
    printed: str
    title: str = ""
    sentences: tuple[int, ...] = ()


class Names:
    """The names of an archive by one reader; each call is one transaction, and raises what ArticleStore raises."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    def position(self) -> tuple[int, str]:
        """The sequence up to which names are recorded, and the reader that found them; 0 and "" at first."""
        *_others, sequence, reader = self._store.sequences()
        return sequence, reader

    def position_of(self, reader: str) -> int:
        """The sequence up to which this reader recorded names."""
        sequence, by = self.position()
        return sequence if by == reader else 0

    def behind(self, reader: str) -> int:
        """How many articles this reader has not recorded the names of."""
        return self._store.changed_since(self.position_of(reader))

    def notices(self) -> list[Message]:
        """Who found the names, and how many articles are not read yet."""
        sequence, reader = self.position()
        count = self._store.changed_since(sequence)
        by = [Message("names-by", {"reader": reader})] if reader else []
        return [*by, Message("names-behind", {"count": count})] if count else by

    def put(self, names: Mapping[int, Iterable[Named]], after: int, last: int, reader: str) -> bool:
        """Record the names of these versions, all that changed after a sequence and up to the `last` one.

        False, and nothing is recorded, where another process has done so meanwhile. What another reader found is
        deleted.
        """
        with self._store.writing() as connection:
            row = connection.execute(sa.select(schema.archive.c.names, schema.archive.c.names_by)).one()
            if (row.names if row.names_by == reader else 0) != after:
                return False
            self._forget(connection, after)
            newest = sa.select(_articles.sequence).where(_articles.sequence.in_(list(names)))
            rows = [_values(sequence, name) for sequence in connection.scalars(newest) for name in names[sequence]]
            if rows:
                connection.execute(schema.names.insert(), rows)
            connection.execute(schema.archive.update().values(names=last, names_by=reader))
        return True

    def _forget(self, connection: sa.Connection, after: int) -> None:
        """Delete the names of articles that changed after a sequence."""
        forgotten = schema.names.delete()
        if after:
            c = schema.revisions.c
            changed = sa.select(c.sequence).join(schema.articles).where(_articles.sequence > after)
            forgotten = forgotten.where(_c.sequence.in_(changed))
        connection.execute(forgotten)

    def ids(self, kind: str, name: str) -> frozenset[str]:
        """The ids of the articles that name it."""
        with self._store.reading() as connection:
            rows = connection.scalars(
                sa.select(_articles.id).select_from(_OF_NEWEST).where(_c.kind == kind, _c.name == name)
            )
            return frozenset(rows)

    def of(
        self, ids: Iterable[str] | None, kinds: Collection[str], reader: str
    ) -> Iterator[tuple[Appearance, list[Named] | None]]:
        """The names in these articles, or in all, in order of publication; None where this reader has not read one."""
        for batch in batches(appearances(self._store, ids)):
            names = self._read([article.id for article in batch], kinds, reader)
            yield from ((article, names.get(article.id)) for article in batch)

    def _read(self, ids: list[str], kinds: Collection[str], reader: str) -> dict[str, list[Named]]:
        position = self.position_of(reader)
        these = _articles.id.in_(ids)
        with self._store.reading() as connection:
            recorded = sa.select(_articles.id).where(these, _articles.sequence <= position)
            names: dict[str, list[Named]] = {id: [] for id in connection.scalars(recorded)}
            rows = connection.execute(_ROWS.where(these, _c.kind.in_(kinds))).all()
        for row in rows:
            if row.id in names:
                sentences = tuple(array("H", row.sentences))
                names[row.id].append(Named(row.kind, row.name, row.printed or row.name, row.title, sentences))
        return names


def _values(sequence: int, named: Named) -> dict[str, Any]:
    return {
        "sequence": sequence, "kind": named.kind, "name": named.name,
        "printed": "" if named.printed == named.name else named.printed, "title": named.title,
        "sentences": array("H", (min(number, _MOST) for number in named.sentences)).tobytes(),
    }  # fmt: skip
