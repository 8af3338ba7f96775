"""The words of an index beside it, each with its number of articles: OpenSearch can't list them cheaply.

Each write adds a run, which is merged with those before it that are not much larger, so that there are few. A run is
a document for each of _BUCKETS groups of words, by their first character. What runs there are is part of the state.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from indexer.engines.opensearch_client import Action, Client, Missing

_BUCKETS = 64
_AT_ONCE = 16  # buckets that are read in one request


@dataclass(frozen=True, slots=True)
class Run:
    name: str
    size: int  # words


class WordTable:
    """The runs of one index, as documents of the index that holds its state."""

    def __init__(self, client: Client, index: str, runs: Iterable[Run]) -> None:
        self._client = client
        self._index = index
        self.runs = tuple(runs)

    def starting_with(self, start: str) -> dict[str, int]:
        """The words that start so, in order, each with its number of articles. Raises Missing if runs were merged."""
        counts = Counter[str]()
        for group in self._read(self.runs, [_bucket(start)] if start else range(_BUCKETS)):
            counts.update({word: count for word, count in group.items() if word.startswith(start)})
        return dict(sorted(counts.items()))

    def with_run(self, counts: Mapping[str, int]) -> WordTable:
        """The table with the words of more articles. Its runs are written; those that it replaces are still there."""
        merged = Counter(counts)
        runs = list(self.runs)
        while runs and runs[-1].size < 2 * len(merged):
            for group in self._read([runs.pop()], range(_BUCKETS)):
                merged.update(group)
        if not merged:
            return self
        run = Run(uuid4().hex, len(merged))
        self._client.bulk(self._index, _documents(run, merged))
        return WordTable(self._client, self._index, [*runs, run])

    def remove_all_but(self, kept: WordTable) -> None:
        """Remove the runs that another table no longer has."""
        gone = set(self.runs).difference(kept.runs)
        names = (_id(run, bucket) for run in gone for bucket in range(_BUCKETS))
        self._client.bulk(self._index, (({"delete": {"_id": name}}, None) for name in names))

    def _read(self, runs: Sequence[Run], buckets: Sequence[int]) -> Iterator[dict[str, int]]:
        for at in range(0, len(buckets), _AT_ONCE):
            names = [_id(run, bucket) for run in runs for bucket in buckets[at : at + _AT_ONCE]]
            if names:
                answer = self._client.ask("POST", f"/{self._index}/_mget", {"ids": names})
                yield from map(_decoded, answer["docs"])


def _documents(run: Run, counts: Mapping[str, int]) -> Iterator[Action]:
    groups: list[dict[str, int]] = [{} for _bucket in range(_BUCKETS)]
    for word, count in counts.items():
        groups[_bucket(word)][word] = count
    for bucket, group in enumerate(groups):
        packed = zlib.compress(json.dumps(group, ensure_ascii=False).encode(), 1)
        yield {"index": {"_id": _id(run, bucket)}}, {"words": b64encode(packed).decode()}


def _decoded(document: dict[str, Any]) -> dict[str, int]:
    if not document.get("found"):
        raise Missing
    counts: dict[str, int] = json.loads(zlib.decompress(b64decode(document["_source"]["words"])))
    return counts


def _bucket(word: str) -> int:
    return ord(word[0]) % _BUCKETS


def _id(run: Run, bucket: int) -> str:
    return f"{run.name}-{bucket}"
