"""Sketches of texts, by which copies are found: which article has which text, its landmarks, and similar texts.

A text is here once, under a number derived from it (wencang/desk/reprints/likeness.py), whichever articles have it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from math import inf
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from archive.batches import batches
from archive.store import ArticleStore, schema

T = TypeVar("T")

_signed, _kept, _places, _likes = schema.signed.c, schema.signatures.c, schema.landmarks.c, schema.likenesses.c
_LENGTHS = sa.select(_kept.text, sa.func.length(_kept.landmarks).label("length"))
FEWEST = 8  # landmarks of a text that has as many shingles
COMMON = 128  # texts to which a landmark leads at most


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


class Issue(NamedTuple):
    """An article with a text, in order of publication: undated ones last, of one moment by id."""

    time: float
    id: str


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
                for batch in batches(gone):
                    connection.execute(sa.delete(column.table).where(column.in_(batch)))
        return (still | likes) - gone

    def add(self, signed: Mapping[str, Signature], share: float) -> dict[int, list[int]]:
        """Record the text of each article, by id; returns the new texts, each with those it is to be compared with.

        They share at least `share` of its landmarks, or of their own if they have fewer. A pair comes once, with
        the text that was recorded later. A landmark leads to COMMON texts at most, the first that had it, so that
        the work for a text does not grow with the archive.
        """
        by_text = {signature.text: signature for signature in signed.values()}
        with self._store.writing() as connection:
            known = {row.text for row in _rows(connection, sa.select(_kept.text), _kept.text, by_text)}
            new = [signature for text, signature in by_text.items() if text not in known]
            texts = _texts_with(connection, {landmark for signature in new for landmark in signature.landmarks})
            places: list[tuple[int, int]] = []
            shared = {signature.text: _recorded(signature, texts, places, share) for signature in new}
            others = {text for counts in shared.values() for _own, of in counts for text in of}
            numbers = {signature.text: len(signature.landmarks) for signature in new}
            lengths = _rows(connection, _LENGTHS, _kept.text, others - numbers.keys())
            numbers |= {row.text: row.length // array("I").itemsize for row in lengths}
            _insert(connection, schema.signed, ((id, sketch.text) for id, sketch in signed.items()))
            _insert(
                connection,
                schema.signatures,
                ((sketch.text, sketch.size, array("I", sketch.landmarks).tobytes()) for sketch in new),
            )
            _insert(connection, schema.landmarks, sorted(places))
        return {
            text: sorted({
                other for own, of in counts for other, count in of.items() if count >= share * min(own, numbers[other])
            })
            for text, counts in shared.items()
        }  # fmt: skip

    def link(self, likenesses: Iterable[Likeness]) -> None:
        """Store these, in both directions; each pair must come once."""
        pairs = (
            (*pair, shared) for text, other, shared in likenesses for pair in ((text, other), (other, text))
        )  # fmt: skip
        with self._store.writing() as connection:
            _insert(connection, schema.likenesses, pairs)

    def links(self, texts: Iterable[int]) -> dict[int, dict[int, int]]:
        """What each of these texts shares with each that is like it."""
        links: dict[int, dict[int, int]] = {text: {} for text in texts}
        with self._store.reading() as connection:
            for row in _rows(connection, sa.select(schema.likenesses), _likes.text, links):
                links[row.text][row.other] = row.shared
        return links

    def sizes(self, texts: Iterable[int]) -> dict[int, int]:
        with self._store.reading() as connection:
            return {
                row.text: row.size for row in _rows(connection, sa.select(_kept.text, _kept.size), _kept.text, texts)
            }

    def articles(self, texts: Iterable[int]) -> dict[int, list[Issue]]:
        """The articles with each of these texts, in order of publication."""
        c = schema.revisions.c
        newest = (
            sa.select(_signed.text, c.id, c.published)
            .join(schema.articles, schema.articles.c.id == _signed.article)
            .join(schema.revisions, c.sequence == schema.articles.c.sequence)
        )
        issues: dict[int, list[Issue]] = {}
        with self._store.reading() as connection:
            for row in _rows(connection, newest, _signed.text, texts):
                time = row.published.timestamp() if row.published else inf
                issues.setdefault(row.text, []).append(Issue(time, row.id))
        return {text: sorted(of_text) for text, of_text in issues.items()}

    def texts(self, articles: Iterable[str]) -> dict[str, int]:
        """The text of each of these articles that has one."""
        with self._store.reading() as connection:
            return {
                row.article: row.text for row in _rows(connection, sa.select(schema.signed), _signed.article, articles)
            }


def _texts_with(connection: sa.Connection, landmarks: Iterable[int]) -> dict[int, list[int]]:
    """The texts that are recorded with each of these landmarks."""
    texts: dict[int, list[int]] = {landmark: [] for landmark in landmarks}
    for row in _rows(connection, sa.select(schema.landmarks), _places.landmark, sorted(texts)):
        texts[row.landmark].append(row.text)
    return texts


def _recorded(
    signature: Signature, texts: Mapping[int, list[int]], places: list[tuple[int, int]], share: float
) -> list[tuple[int, dict[int, int]]]:
    """Add a text to those with its landmarks; how many of them it shares with the texts that were there.

    Counted among all landmarks and, where some are common, among the others: the number of landmarks, and
    the counts that may be enough.
    """
    rare = [landmark for landmark in signature.landmarks if len(texts[landmark]) < COMMON]
    least = FEWEST if signature.size >= 2 * FEWEST else 1  # landmarks of a text that may be like it
    counts = []
    for landmarks in {signature.landmarks, tuple(rare)}:
        enough = share * min(len(landmarks), least)
        shared = Counter(chain.from_iterable(map(texts.__getitem__, landmarks)))
        counts.append((len(landmarks), {text: count for text, count in shared.items() if count >= enough}))
    for landmark in rare:
        texts[landmark].append(signature.text)
        places.append((landmark, signature.text))
    return counts


def _rows(
    connection: sa.Connection, select: sa.Select[Any], column: sa.Column[Any], values: Iterable[int | str]
) -> Iterator[sa.Row[Any]]:
    """The rows whose column has one of these values, however many those are."""
    for batch in batches(values):
        yield from connection.execute(select.where(column.in_(batch))).all()


def _insert(connection: sa.Connection, table: sa.Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows of all columns by the driver: SQLAlchemy takes twice as long, and a text has sixty landmarks."""
    statement = table.insert().compile(dialect=connection.dialect)
    names = None if connection.dialect.positional else table.columns.keys()
    if values := [dict(zip(names, row, strict=True)) if names else row for row in rows]:
        connection.exec_driver_sql(str(statement), values)


def _delete_landmarks(connection: sa.Connection, texts: Iterable[int]) -> None:
    place = sa.and_(_places.landmark == sa.bindparam("one"), _places.text == sa.bindparam("of"))
    for row in _rows(connection, sa.select(schema.signatures), _kept.text, texts):
        places = [{"one": landmark, "of": row.text} for landmark in array("I", row.landmarks)]
        connection.execute(schema.landmarks.delete().where(place), places)
