"""What is kept of texts to find copies of them: which article has which text, its landmarks, and what it is like.

A text stands here once, under a number made of it (wencang/desk/reprints/likeness.py), whichever articles have it.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from archive import schema
from archive.store import ArticleStore

_SOME = 500  # asked for at once
T = TypeVar("T")

_signed, _kept, _places, _likes = schema.signed.c, schema.signatures.c, schema.landmarks.c, schema.likenesses.c
_asked = _places.landmark.in_(sa.bindparam("landmarks", expanding=True))
_OFTEN = sa.select(_places.landmark, sa.func.count().label("texts")).where(_asked).group_by(_places.landmark)
_MET = sa.select(_kept.text, _kept.landmarks).where(_kept.text.in_(sa.select(_places.text).where(_asked)))
_RARE = 20  # texts at most that have a landmark


@dataclass(frozen=True, slots=True)
class Signature:
    """A text's number, how many shingles it has, and those of them (32 bits) by which it is found."""

    text: int
    size: int
    landmarks: tuple[int, ...]


class Likeness(NamedTuple):
    """How many shingles two texts share."""

    text: int
    other: int
    shared: int


class Signatures:
    """The signatures of an archive; each call is one transaction, and raises what ArticleStore raises."""

    def __init__(self, store: ArticleStore) -> None:
        self._store = store

    def clear(self) -> None:
        with self._store.writing() as connection:
            for column in (_signed.text, _kept.text, _places.text, _likes.text):
                connection.execute(sa.delete(column.table))

    def forget(self, after: int) -> set[int]:
        """Let go of the articles that changed after a sequence; the texts that lost one by it, or a like."""
        changed = _signed.article.in_(sa.select(schema.articles.c.id).where(schema.articles.c.sequence > after))
        with self._store.writing() as connection:
            texts = set(connection.scalars(sa.select(_signed.text).where(changed)))
            connection.execute(schema.signed.delete().where(changed))
            still = {row.text for row in _rows(connection, sa.select(_signed.text), _signed.text, texts)}
            gone = texts - still
            likes = {row.other for row in _rows(connection, sa.select(_likes.other), _likes.text, gone)}
            _delete_landmarks(connection, gone)
            for column in (_likes.text, _likes.other, _kept.text):
                for some in parts(gone):
                    connection.execute(sa.delete(column.table).where(column.in_(some)))
        return (still | likes) - gone

    def add(self, signed: Mapping[str, Signature]) -> list[Signature]:
        """Note which text each article, by id, has; the texts that were not known."""
        met = {signature.text: signature for signature in signed.values()}
        with self._store.writing() as connection:
            known = {row.text for row in _rows(connection, sa.select(_kept.text), _kept.text, met)}
            new = [met[text] for text in met.keys() - known]
            places = sorted((landmark, one.text) for one in new for landmark in one.landmarks)
            _insert(connection, schema.signed, ({"article": id, "text": one.text} for id, one in signed.items()))
            _insert(connection, schema.signatures, map(_values, new))
            _insert(connection, schema.landmarks, ({"landmark": one, "text": text} for one, text in places))
        return new

    def near(self, signature: Signature, share: float) -> list[int]:
        """The other texts that share so much of its landmarks, or of theirs where they have fewer.

        The landmarks that most texts have are not asked for: who shares so much shares one of the others, too.
        For a text that has fewer of them that is likely only, so rare ones are asked for in any case.
        """
        mine = set(signature.landmarks)
        with self._store.reading() as connection:
            often = connection.execute(_OFTEN.order_by("texts"), {"landmarks": signature.landmarks}).all()
            enough = len(mine) - ceil(share * len(mine)) + 1
            rare = [row.landmark for n, row in enumerate(often) if n < enough or row.texts <= _RARE]
            met = connection.execute(_MET, {"landmarks": rare}).all()
        return [text for text, theirs in met if text != signature.text and _share(mine, array("I", theirs)) >= share]

    def link(self, likenesses: Iterable[Likeness]) -> None:
        """Keep these, from either side; each pair comes once."""
        sides = (one for text, other, shared in likenesses for one in ((text, other, shared), (other, text, shared)))
        with self._store.writing() as connection:
            _insert(connection, schema.likenesses, (Likeness(*side)._asdict() for side in sides))

    def linked(self, texts: Iterable[int]) -> dict[int, dict[int, int]]:
        """Every text that likenesses lead to from these, and what it shares with each it is like."""
        reached: dict[int, dict[int, int]] = {}
        front = set(texts)
        with self._store.reading() as connection:
            while front:
                reached |= {text: {} for text in front}
                for row in _rows(connection, sa.select(schema.likenesses), _likes.text, front):
                    reached[row.text][row.other] = row.shared
                front = {other for text in front for other in reached[text]} - reached.keys()
        return reached

    def sizes(self, texts: Iterable[int]) -> dict[int, int]:
        with self._store.reading() as connection:
            return {
                row.text: row.size for row in _rows(connection, sa.select(_kept.text, _kept.size), _kept.text, texts)
            }

    def articles(self, texts: Iterable[int]) -> dict[int, list[str]]:
        """The ids of those that have each of these texts, all in order of publication, the undated at the end."""
        c = schema.revisions.c
        newest = (
            sa.select(_signed.text, c.id, c.published)
            .join(schema.articles, schema.articles.c.id == _signed.article)
            .join(schema.revisions, c.sequence == schema.articles.c.sequence)
        )
        with self._store.reading() as connection:
            rows = list(_rows(connection, newest, _signed.text, texts))
        rows.sort(key=lambda row: (row.published is None, row.published and row.published.timestamp(), row.id))
        found: dict[int, list[str]] = {}
        for row in rows:
            found.setdefault(row.text, []).append(row.id)
        return found


def _share(mine: set[int], theirs: Collection[int]) -> float:
    """How much two have in common, of the one that has fewer."""
    return len(mine.intersection(theirs)) / min(len(mine), len(theirs))


def parts(values: Iterable[T], size: int = _SOME) -> Iterator[list[T]]:
    """The values, so many at once."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some


def _rows(
    connection: sa.Connection, select: sa.Select[Any], column: sa.Column[Any], values: Iterable[int]
) -> Iterator[sa.Row[Any]]:
    """The rows whose column has one of these values, however many they are."""
    for some in parts(values):
        yield from connection.execute(select.where(column.in_(some))).all()


def _insert(connection: sa.Connection, table: sa.Table, values: Iterable[dict[str, Any]]) -> None:
    if rows := list(values):
        connection.execute(table.insert(), rows)


def _delete_landmarks(connection: sa.Connection, texts: Iterable[int]) -> None:
    this = sa.and_(_places.landmark == sa.bindparam("one"), _places.text == sa.bindparam("of"))
    for row in _rows(connection, sa.select(schema.signatures), _kept.text, texts):
        connection.execute(
            schema.landmarks.delete().where(this), [{"one": one, "of": row.text} for one in array("I", row.landmarks)]
        )


def _values(signature: Signature) -> dict[str, Any]:
    return {
        "text": signature.text, "size": signature.size,
        "landmarks": array("I", signature.landmarks).tobytes(),
    }  # fmt: skip
