"""A question put to one segment of a Whoosh index: which documents answer, and by how much.

Whoosh's own matchers take a posting at a time through objects in objects; here a word's
postings are added up as lists, and what an answer can't do without is a set of documents.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from os.path import commonprefix
from typing import Any, NamedTuple

from indexer.engines.engine import WORDS_OF, seconds
from indexer.engines.whoosh_postings import LEVELS, counts, frequency, read, unpack
from indexer.engines.whoosh_storage import Damaged
from indexer.figures.amounts import spelled
from indexer.question.query import Amount, Between, Either, Every, Node, Prefix, Query, Quote, Words

UNDATED = -(2**62)
Expand = Callable[[Prefix], list[str]]


class Scored(NamedTuple):
    """A document of a segment that answers; seconds since 1970."""

    whole: bool
    score: float
    published: int
    segment: Segment
    number: int


class Segment:
    """One segment, as it was when it was opened."""

    def __init__(self, reader: Any, expand: Expand) -> None:
        self._reader = reader
        self._expand = expand
        try:
            self._size = reader.doc_count_all()
            # A merge may remove the segment's files, and Whoosh opens a column when it is first read.
            self.published = self._read_published()  # of each document, in seconds since 1970
            self.stored(0)
            self._deleted = reader.deleted_docs_set
        except Exception as error:
            raise Damaged(type(error).__name__) from error

    def _read_published(self) -> array[int]:
        column = self._reader.column_reader("published", translate=False)
        times = array("q")
        times.frombytes(bytes(column._dbfile.get(column._basepos, column._count * column._fixedlen)))
        if sys.byteorder == "little":
            times.byteswap()
        times.extend([UNDATED] * (self._size - len(times)))
        return times

    def stored(self, number: int) -> dict[str, Any]:
        try:
            values: dict[str, Any] = self._reader.stored_fields(number)
        except Exception as error:
            raise Damaged(type(error).__name__) from error
        return values

    def documents(self) -> Iterator[int]:
        return (number for number in range(self._size) if number not in self._deleted)

    def frequency(self, word: str) -> int:
        """How many documents have a word."""
        if not self._deleted:
            return frequency(self._reader, "words", word)
        return len(self._documents("words", word) - self._deleted)

    def vocabulary(self, start: str) -> Iterator[tuple[str, int]]:
        """The words that begin so, each with how many documents have it, deleted ones too."""
        return counts(self._reader, "words", start)

    def answer(self, query: Query, shares: Mapping[str, float]) -> Iterator[Scored]:
        """The documents that answer, in no order; `shares` is what each word any article has counts for at most."""
        scores, counts = self._added_up(query, shares)
        found: Iterable[int]
        if query.words:
            least = query.least(sum(word in shares for word in query.words))
            found = [number for number, count in enumerate(counts) if count >= least]
        else:
            found = range(self._size)
        whole = len(query.words)
        for number in self._allowed(query, found):
            yield Scored(counts[number] == whole, scores[number], self.published[number], self, number)

    def _added_up(self, query: Query, shares: Mapping[str, float]) -> tuple[list[float], bytearray]:
        """Of each document its score, and how many of the question's words it has.

        A single character counts only beside a longer word, where the question has one.
        """
        scores, counts = [0.0] * self._size, bytearray(self._size)
        words = sorted((word for word in query.words if word in shares), key=lambda word: len(word) == 1)
        for word in words:
            share = shares[word] / LEVELS
            alone = len(word) > 1 or not query.has_long_words
            held = read(self._reader, "words", word)
            for number, level in zip(held.ids, held.weights, strict=True):
                if alone or counts[number]:
                    scores[number] += level * share
                    counts[number] += 1
        for word in shares.keys() - query.words:
            share = shares[word] / LEVELS
            held = read(self._reader, "words", word)
            for number, level in zip(held.ids, held.weights, strict=True):
                scores[number] += level * share
        return scores, counts

    def _allowed(self, query: Query, found: Iterable[int]) -> Iterable[int]:
        """Those of the found that have what an answer can't do without, and nothing that is unwanted."""
        must = [self._select(node) for node in query.must]
        if query.source:
            must.append(self._documents("source", query.source))
        if query.among is not None:
            must.append(set().union(*(self._documents("id", id) for id in query.among)))
        unwanted = self._deleted.union(*(self._select(node) for node in query.unwanted))
        left: Iterable[int] = set(found).intersection(*must) if must else found
        if unwanted:
            left = (number for number in left if number not in unwanted)
        if query.since or query.until:
            first, before = _bounds(Between(query.since, query.until))
            left = (number for number in left if first <= self.published[number] < before)
        return left

    def _select(self, node: Node) -> set[int]:
        """The documents that have this."""
        match node:
            case Words(words, field):
                return reduce(set.intersection, (self._documents(WORDS_OF[field], word) for word in words))
            case Quote(signs, _words, "title"):
                return self._side_by_side("headline", signs)
            case Quote(signs):
                return self._side_by_side("exact", signs) | self._side_by_side("headline", signs)
            case Prefix(_start, field):
                return set().union(*(self._documents(WORDS_OF[field], word) for word in self._expand(node)))
            case Either(nodes):
                return set().union(*map(self._select, nodes))
            case Every(nodes, unwanted):
                wanted = reduce(set.intersection, map(self._select, nodes))
                return wanted.difference(*map(self._select, unwanted))
            case Between():
                first, before = _bounds(node)
                return {number for number, time in enumerate(self.published) if first <= time < before}
            case Amount(first, last):
                return self._amounting(spelled(first), spelled(last))

    def _documents(self, field: str, text: str) -> set[int]:
        return set(read(self._reader, field, text).ids)

    def _amounting(self, first: str, last: str) -> set[int]:
        """The documents with an amount between two keys."""
        held = counts(self._reader, "amount", commonprefix([first, last]))  # noqa: RUF071  # it is no path
        return set().union(*(self._documents("amount", key) for key, _count in held if first <= key <= last))

    def _side_by_side(self, field: str, signs: tuple[str, ...]) -> set[int]:
        """The documents in which these characters follow each other; the rarest is looked at first."""
        held = {sign: read(self._reader, field, sign) for sign in set(signs)}
        order = sorted(range(len(signs)), key=lambda at: len(held[signs[at]].ids))
        found = reduce(set.intersection, (set(held[signs[at]].ids) for at in order))
        places = {sign: postings.places(found) for sign, postings in held.items()}
        ordered = [(at, places[signs[at]]) for at in order]
        return {number for number in found if _follow(number, ordered)}


def _follow(number: int, ordered: Sequence[tuple[int, Mapping[int, bytes]]]) -> bool:
    """Whether the characters stand at consecutive places of a document."""
    (first, packed), *others = ordered
    starts = {place - first for place in unpack(packed[number])}
    for at, packed in others:
        starts &= {place - at for place in unpack(packed[number])}
        if not starts:
            return False
    return True


def _bounds(node: Between) -> tuple[int, int]:
    """Seconds since 1970, without the undated."""
    first = seconds(node.since) if node.since else UNDATED + 1
    return first, seconds(node.until) if node.until else 2**62
