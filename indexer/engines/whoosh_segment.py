"""Evaluates a query on one segment of a Whoosh index: which documents match, and their scores.

Whoosh's matchers pass each posting through nested objects. Here the postings of a word are added
up as lists, and each required or excluded part of the query is a set of documents.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from os.path import commonprefix
from typing import Any, NamedTuple

from indexer.engines.engine import FACETS, WORDS_OF, seconds
from indexer.engines.whoosh_postings import LEVELS, frequencies, frequency, read, unpack
from indexer.engines.whoosh_storage import Damaged, decoding
from indexer.question.query import (
    Among,
    Amount,
    Between,
    Either,
    Every,
    Near,
    Node,
    Prefix,
    Query,
    Quote,
    Same,
    Words,
    loosened,
)

UNDATED = -(2**62)
_STORED = ("section", "credit")  # facets without terms of their own
_FIRST, _LAST = -62_000_000_000, 253_000_000_000  # seconds of the years 5 and 9987, well within those of a datetime
Expand = Callable[[Prefix], list[str]]


class ScoredDocument(NamedTuple):
    """A matching document; it has all the words of the query if `whole`."""

    whole: bool
    score: float
    published: int  # seconds since 1970, or UNDATED
    segment: Segment
    number: int

    def stored(self) -> dict[str, Any]:
        return self.segment.stored(self.number)


class Segment:
    """One segment as of the commit at which it was opened."""

    def __init__(self, reader: Any, expand: Expand) -> None:
        self._reader = reader
        self._expand = expand
        with decoding():
            self._size = reader.doc_count_all()
            # Read now: Whoosh opens a column at its first use, when a merge may have removed the file.
            self.published = self._read_published()  # per document, in seconds since 1970
            self.stored(0)
            self._deleted = reader.deleted_docs_set

    def _read_published(self) -> array[int]:
        column = self._reader.column_reader("published", translate=False)
        times = array("q")
        times.frombytes(bytes(column._dbfile.get(column._basepos, column._count * column._fixedlen)))
        if sys.byteorder == "little":
            times.byteswap()
        if any(not _FIRST <= time <= _LAST and time != UNDATED for time in times):
            raise Damaged("a time out of range")
        times.extend([UNDATED] * (self._size - len(times)))
        return times

    def stored(self, number: int) -> dict[str, Any]:
        """The id and the facets of a document."""
        with decoding():
            values: dict[str, Any] = self._reader.stored_fields(number)
            texts = (values["id"], *values["facets"])
        if len(texts) != 1 + len(FACETS) or not all(isinstance(text, str) for text in texts):
            raise Damaged("stored fields")
        return values

    def documents(self) -> Iterator[int]:
        return (number for number in range(self._size) if number not in self._deleted)

    def frequency(self, word: str) -> int:
        """The number of documents that contain a word."""
        if not self._deleted:
            return frequency(self._reader, "words", word)
        return len(self._with("words", word) - self._deleted)

    def vocabulary(self, start: str) -> Iterator[tuple[str, int]]:
        """The words that start with `start`, each with its document frequency, deleted ones included."""
        return frequencies(self._reader, "words", start)

    def search(self, query: Query, weights: Mapping[str, float]) -> Iterator[ScoredDocument]:
        """The matching documents, unordered; `weights` is the maximum score of each word that any article contains."""
        scores, counts = self._score(query, weights)
        candidates: Iterable[int] = range(self._size)
        if query.words:
            required = query.required(sum(word in weights for word in query.words))
            candidates = [number for number, count in enumerate(counts) if count >= required]
        for number in self._filter(query, candidates):
            whole = counts[number] == len(query.words)
            yield ScoredDocument(whole, scores[number], self.published[number], self, number)

    def _score(self, query: Query, weights: Mapping[str, float]) -> tuple[list[float], bytearray]:
        """For each document its score, and how many of the query's words it contains.

        A single character counts only together with a longer word, if the query has one.
        """
        scores, counts = [0.0] * self._size, bytearray(self._size)
        words = sorted((word for word in query.words if word in weights), key=lambda word: len(word) == 1)
        for word in words:
            weight = weights[word] / LEVELS
            counts_alone = len(word) > 1 or not query.has_long_words
            postings = read(self._reader, "words", word)
            for number, level in zip(postings.ids, postings.weights, strict=True):
                if counts_alone or counts[number]:
                    scores[number] += level * weight
                    counts[number] += 1
        for word in weights.keys() - query.words:
            weight = weights[word] / LEVELS
            postings = read(self._reader, "words", word)
            for number, level in zip(postings.ids, postings.weights, strict=True):
                scores[number] += level * weight
        return scores, counts

    def _filter(self, query: Query, candidates: Iterable[int]) -> Iterable[int]:
        """The candidates that have all required parts of the query and no excluded one."""
        required = [self._select(node) for node in query.must]
        if query.source:
            required.append(self._with("source", query.source))
        if query.among is not None:
            required.append(self._with_id(query.among))
        excluded = self._deleted.union(*(self._select(node) for node in query.unwanted))
        numbers: Iterable[int] = set(candidates).intersection(*required) if required else candidates
        if excluded:
            numbers = (number for number in numbers if number not in excluded)
        if query.since or query.until:
            since, until = _bounds(Between(query.since, query.until))
            numbers = (number for number in numbers if since <= self.published[number] < until)
        if wanted := {FACETS.index(facet): value for facet in _STORED if (value := getattr(query, facet))}:
            numbers = (number for number in numbers if self._has_facets(number, wanted))
        return numbers

    def _has_facets(self, number: int, wanted: Mapping[int, str]) -> bool:
        facets = self.stored(number)["facets"]
        return all(facets[place] == value for place, value in wanted.items())

    def _select(self, node: Node) -> set[int]:
        """The documents that match a part of a query."""
        match node:
            case Words(words, field):
                return reduce(set.intersection, (self._with(WORDS_OF[field], word) for word in words))
            case Quote(characters, _words, "title"):
                return self._with_phrase("headline", characters)
            case Quote(characters):
                return self._with_phrase("exact", characters) | self._with_phrase("headline", characters)
            case Prefix(_start, field):
                return set().union(*(self._with(WORDS_OF[field], word) for word in self._expand(node)))
            case Either(nodes):
                return set().union(*map(self._select, nodes))
            case Every(nodes, unwanted):
                wanted = reduce(set.intersection, map(self._select, nodes))
                return wanted.difference(*map(self._select, unwanted))
            case Between():
                since, until = _bounds(node)
                return {number for number, time in enumerate(self.published) if since <= time < until}
            case Amount(first, last):
                from indexer.figures.amounts import encoded

                return self._with_amount(encoded(first), encoded(last))
            case Near(ids=ids) | Same(ids=ids):
                return self._select(loosened(node)) if ids is None else self._with_id(ids)
            case Among(ids=ids):
                return self._with_id(ids)

    def _with(self, field: str, text: str) -> set[int]:
        return set(read(self._reader, field, text).ids)

    def _with_id(self, ids: Iterable[str]) -> set[int]:
        return set().union(*(self._with("id", id) for id in ids))

    def _with_amount(self, first: str, last: str) -> set[int]:
        """The documents with an amount between two keys."""
        keys = frequencies(self._reader, "amount", commonprefix([first, last]))  # noqa: RUF071  # not a path
        return set().union(*(self._with("amount", key) for key, _frequency in keys if first <= key <= last))

    def _with_phrase(self, field: str, characters: tuple[str, ...]) -> set[int]:
        """The documents in which these characters follow each other; the rarest is checked first."""
        postings = {character: read(self._reader, field, character) for character in set(characters)}
        rarest_first = sorted(range(len(characters)), key=lambda offset: len(postings[characters[offset]].ids))
        numbers = reduce(set.intersection, (set(postings[characters[offset]].ids) for offset in rarest_first))
        positions = {character: of_character.positions(numbers) for character, of_character in postings.items()}
        by_offset = [(offset, positions[characters[offset]]) for offset in rarest_first]
        return {number for number in numbers if _has_phrase(number, by_offset)}


def _has_phrase(number: int, by_offset: Sequence[tuple[int, Mapping[int, bytes]]]) -> bool:
    """Whether characters stand at their offsets from a common start in a document."""
    (offset, packed), *others = by_offset
    starts = {position - offset for position in unpack(packed[number])}
    for offset, packed in others:
        starts &= {position - offset for position in unpack(packed[number])}
        if not starts:
            return False
    return True


def _bounds(node: Between) -> tuple[int, int]:
    """Seconds since 1970, from the first to before the second; undated documents are outside."""
    since = seconds(node.since) if node.since else UNDATED + 1
    return since, seconds(node.until) if node.until else 2**62
