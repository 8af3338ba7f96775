"""Sketches of texts, by which copies are found: which article has which text, its landmarks, and similar texts.

A text is here once, under a number derived from it (wencang/desk/reprints/likeness.py), whichever articles have it.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from archive.store import ArticleStore, schema

_BATCH = 500  # values per query
T = TypeVar("T")

_signed, _kept, _places, _likes = schema.signed.c, schema.signatures.c, schema.landmarks.c, schema.likenesses.c
_any_of = _places.landmark.in_(sa.bindparam("landmarks", expanding=True))
_FREQUENCIES = sa.select(_places.landmark, sa.func.count().label("texts")).where(_any_of).group_by(_places.landmark)
_WITH_ANY = sa.select(_kept.text, _kept.landmarks).where(_kept.text.in_(sa.select(_places.text).where(_any_of)))
_RARE = 20  # maximum number of texts with a rare landmark


@dataclass(frozen=True, slots=True)
class Signature:
    """A text's number, its number of shingles, and its landmarks: the shingles (32 bits) by which it is found."""

    text: int
    size: int
    landmarks: tuple[int, ...]


class Likeness(NamedTuple):
    """The number of shingles that two texts share."""

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
        """Remove the articles that changed after a sequence; returns the texts that lost one, or a similar text."""
        changed = _signed.article.in_(sa.select(schema.articles.c.id).where(schema.articles.c.sequence > after))
        with self._store.writing() as connection:
            texts = set(connection.scalars(sa.select(_signed.text).where(changed)))
            connection.execute(schema.signed.delete().where(changed))
            still = {row.text for row in _rows(connection, sa.select(_signed.text), _signed.text, texts)}
            gone = texts - still
            likes = {row.other for row in _rows(connection, sa.select(_likes.other), _likes.text, gone)}
            _delete_landmarks(connection, gone)
            for column in (_likes.text, _likes.other, _kept.text):
                for batch in parts(gone):
                    connection.execute(sa.delete(column.table).where(column.in_(batch)))
        return (still | likes) - gone

    def add(self, signed: Mapping[str, Signature]) -> list[Signature]:
        """Record the text of each article, by id; returns the new texts."""
        by_text = {signature.text: signature for signature in signed.values()}
        articles = ({"article": id, "text": signature.text} for id, signature in signed.items())
        with self._store.writing() as connection:
            known = {row.text for row in _rows(connection, sa.select(_kept.text), _kept.text, by_text)}
            new = [by_text[text] for text in by_text.keys() - known]
            places = sorted((landmark, signature.text) for signature in new for landmark in signature.landmarks)
            _insert(connection, schema.signed, articles)
            _insert(connection, schema.signatures, map(_values, new))
            _insert(connection, schema.landmarks, ({"landmark": landmark, "text": text} for landmark, text in places))
        return new

    def near(self, signature: Signature, share: float) -> list[int]:
        """The other texts that share at least `share` of its landmarks, or of their own if they have fewer.

        The most frequent landmarks are not queried: a text that shares so many also shares one of the
        others. For a text with fewer landmarks that is only likely, so rare ones are always queried.
        """
        mine = set(signature.landmarks)
        with self._store.reading() as connection:
            frequencies = connection.execute(_FREQUENCIES.order_by("texts"), {"landmarks": signature.landmarks}).all()
            enough = len(mine) - ceil(share * len(mine)) + 1
            queried = [row.landmark for n, row in enumerate(frequencies) if n < enough or row.texts <= _RARE]
            rows = connection.execute(_WITH_ANY, {"landmarks": queried}).all()
        return [text for text, theirs in rows if text != signature.text and _share(mine, array("I", theirs)) >= share]

    def link(self, likenesses: Iterable[Likeness]) -> None:
        """Store these, in both directions; each pair must come once."""
        pairs = (
            Likeness(*pair, shared)._asdict()
            for text, other, shared in likenesses
            for pair in ((text, other), (other, text))
        )
        with self._store.writing() as connection:
            _insert(connection, schema.likenesses, pairs)

    def linked(self, texts: Iterable[int]) -> dict[int, dict[int, int]]:
        """All texts connected to these by likenesses, and what each shares with its similar texts."""
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
        """The ids of the articles with each of these texts, in order of publication, undated ones last."""
        c = schema.revisions.c
        newest = (
            sa.select(_signed.text, c.id, c.published)
            .join(schema.articles, schema.articles.c.id == _signed.article)
            .join(schema.revisions, c.sequence == schema.articles.c.sequence)
        )
        with self._store.reading() as connection:
            rows = list(_rows(connection, newest, _signed.text, texts))
        rows.sort(key=lambda row: (row.published is None, row.published and row.published.timestamp(), row.id))
        ids: dict[int, list[str]] = {}
        for row in rows:
            ids.setdefault(row.text, []).append(row.id)
        return ids


def _share(mine: set[int], theirs: Collection[int]) -> float:
    """The share that two sets have in common, of the smaller one."""
    return len(mine.intersection(theirs)) / min(len(mine), len(theirs))


def parts(values: Iterable[T], size: int = _BATCH) -> Iterator[list[T]]:
    """The values in batches."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def _rows(
    connection: sa.Connection, select: sa.Select[Any], column: sa.Column[Any], values: Iterable[int]
) -> Iterator[sa.Row[Any]]:
    """The rows whose column has one of these values, however many those are."""
    for batch in parts(values):
        yield from connection.execute(select.where(column.in_(batch))).all()


def _insert(connection: sa.Connection, table: sa.Table, values: Iterable[dict[str, Any]]) -> None:
    if rows := list(values):
        connection.execute(table.insert(), rows)


def _delete_landmarks(connection: sa.Connection, texts: Iterable[int]) -> None:
    place = sa.and_(_places.landmark == sa.bindparam("one"), _places.text == sa.bindparam("of"))
    for row in _rows(connection, sa.select(schema.signatures), _kept.text, texts):
        places = [{"one": landmark, "of": row.text} for landmark in array("I", row.landmarks)]
        connection.execute(schema.landmarks.delete().where(place), places)


def _values(signature: Signature) -> dict[str, Any]:
    return {
        "text": signature.text, "size": signature.size,
        "landmarks": array("I", signature.landmarks).tobytes(),
    }  # fmt: skip
