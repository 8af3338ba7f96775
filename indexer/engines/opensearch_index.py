"""The indexes of one archive in an OpenSearch cluster: their mapping, names and aliases.

PREFIX-N-articles holds the terms, PREFIX-N-state the position and the words; the alias PREFIX leads to the articles
of the index in use. Each is written by an alias of its own: a write can't create an index that was lost.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from archive.errors import Busy, IndexUnusable
from archive.text.translation import gettext as _
from indexer.engines.engine import FACETS, WORDS_OF, State
from indexer.engines.opensearch_client import Client, Conflict, Missing, Passing
from indexer.engines.opensearch_query import MAX_BYTES, Json
from indexer.engines.opensearch_words import Run, WordTable

LAYOUT = "2"  # of the mapping
_COPIES = "0-1"  # one more copy of each shard where there is a second node
_GREEN = 3600.0  # seconds that the copies of a new index may take
_CUT: Json = {"type": "text", "analyzer": "cut", "norms": False, "index_options": "docs"}
_MAPPING: Json = {
    "dynamic": "strict",
    "_source": {"enabled": False},  # the text is in the archive
    "properties": {
        "id": {"type": "keyword"},
        "sequence": {"type": "long", "index": False},
        **dict.fromkeys(WORDS_OF.values(), _CUT),
        "words": _CUT | {"norms": True, "index_options": "freqs"},
        "exact": _CUT | {"index_options": "positions"},
        "headline": _CUT | {"index_options": "positions"},
        **{f"by_{name}": {"type": "keyword"} for name in FACETS},
        "day": {"type": "keyword"},  # of publication, in Asia/Shanghai
        "published": {"type": "long"},  # seconds since 1970
        "amount": {"type": "long"},
    },
}
_STATE: Json = {
    "dynamic": "strict",
    "properties": {
        "state": {"type": "object", "enabled": False},
        "runs": {"type": "object", "enabled": False},
        "words": {"type": "binary"},
    },
}
_ANALYSIS: Json = {
    "tokenizer": {"blanks": {"type": "whitespace", "max_token_length": MAX_BYTES}},  # it cuts what is longer
    "analyzer": {"cut": {"type": "custom", "tokenizer": "blanks"}},
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """The state of an index, and the runs of its words."""

    state: State
    runs: tuple[Run, ...]


class Generation:
    """An index that a rebuild made; `number` grows. Calls raise Missing once it is removed, and Passing."""

    def __init__(self, client: Client, prefix: str, number: int) -> None:
        self.client = client
        self.prefix = prefix
        self.number = number
        self.articles = f"{prefix}-{number}"  # an alias
        self.state_index = f"{prefix}-{number}-words"

    @classmethod
    def made(cls, client: Client, prefix: str, shards: int, words: str, copies: Json) -> Generation:
        """A new empty index."""
        generation = cls(client, prefix, time.time_ns() // 1_000_000)
        settings = {"number_of_shards": shards, "refresh_interval": "-1", "analysis": _ANALYSIS, **copies}
        generation._create("articles", generation.articles, settings, _MAPPING)
        state = {"number_of_shards": 1, "auto_expand_replicas": _COPIES}
        generation._create("state", generation.state_index, state, _STATE)
        generation.record(Recorded(State.new(LAYOUT, words), ()))
        return generation

    @classmethod
    def in_use(cls, client: Client, prefix: str) -> Generation | None:
        """The index in use, if there is one."""
        client.check_managed()
        try:
            names = list(client.ask("GET", f"/_alias/{prefix}", local=True))  # also while a manager is elected
        except Missing:
            return None
        numbers = [int(match[1]) for name in names if (match := re.fullmatch(rf"{prefix}-(\d+)-articles", name))]
        if len(numbers) != len(names) or len(numbers) != 1:
            raise IndexUnusable(prefix, _("is not an alias of one index"), _("set another opensearch_prefix"))
        return cls(client, prefix, numbers[0])

    def _create(self, part: str, alias: str, settings: Json, mappings: Json) -> None:
        body = {"settings": {"index": settings}, "mappings": mappings, "aliases": {alias: {}}}
        with suppress(Conflict):
            self.client.ask("PUT", f"/{self.prefix}-{self.number}-{part}", body, 60)

    def uuid(self) -> str:
        """The identity of the articles' index: another one if it was lost and made anew."""
        answer = self.client.ask("GET", f"/{self.articles}/_settings/index.uuid", local=True)
        ((_name, index),) = answer.items()
        return str(index["settings"]["index"]["uuid"])

    def recorded(self, uuid: str) -> Recorded:
        """What was recorded of the index with this identity. Raises IndexUnusable."""
        source = self._source(uuid)
        state = State.read(source["state"], LAYOUT, self.articles)
        return Recorded(state, tuple(Run(**run) for run in source["runs"]))

    def position(self, uuid: str) -> tuple[int, str]:
        """The position alone, and its anchor."""
        state = self._source(uuid, "state.position,state.anchor")["state"]
        return state["position"], state["anchor"]

    def _source(self, uuid: str, included: str = "*") -> dict[str, Any]:
        path = f"/{self.state_index}/_doc/{uuid}"
        source: dict[str, Any] = self.client.ask("GET", path, _source_includes=included)["_source"]
        return source

    def record(self, recorded: Recorded) -> None:
        """Record a state, which may not be older than the one before. Raises Busy if another run went further."""
        body = {"state": asdict(recorded.state), "runs": [asdict(run) for run in recorded.runs]}
        path, version = f"/{self.state_index}/_doc/{self.uuid()}", recorded.state.position + 1
        try:
            self.client.ask("PUT", path, body, 30, version=version, version_type="external_gte", require_alias=True)
        except Conflict as error:
            raise Busy(self.articles, _("another run is writing to it"), _("try again when it has ended")) from error

    def words(self, recorded: Recorded) -> WordTable:
        return WordTable(self.client, self.state_index, recorded.runs)

    def refresh(self) -> None:
        """Let readers see what was written. Raises Passing."""
        if self.client.ask("POST", f"/{self.articles}/_refresh", None, 60)["_shards"]["failed"]:
            raise Passing(_("a part of the index can't be reached"))

    def documents(self) -> int:
        """The number of documents, those of withdrawn articles included."""
        return int(self.client.ask("POST", f"/{self.articles}/_count", {"query": {"match_all": {}}}, 60)["count"])

    def copy(self) -> None:
        """Have the copies of a new index made, and wait for them. Raises IndexUnusable."""
        self.client.ask("PUT", f"/{self.articles}/_settings", {"index": {"auto_expand_replicas": _COPIES}}, 30)
        end = time.monotonic() + _GREEN
        while self.client.patiently(self._status) != "green":
            if time.monotonic() > end:
                raise IndexUnusable(
                    self.articles, _("its copies were not made"), _("see that its nodes are running, then try again")
                )
            time.sleep(0.2)

    def _status(self) -> str:
        return str(self.client.ask("GET", f"/_cluster/health/{self.prefix}-{self.number}-*")["status"])

    def use(self) -> None:
        """Let the alias lead to this index, in one step."""
        name = f"{self.prefix}-{self.number}-articles"
        remove = {"remove": {"index": f"{self.prefix}-*", "alias": self.prefix, "must_exist": False}}
        add = {"add": {"index": name, "alias": self.prefix}}
        self.client.ask("POST", "/_aliases", {"actions": [remove, add]}, 30)


def remove_all_but(client: Client, prefix: str, number: int) -> None:
    """Remove the indexes of other numbers."""
    answer: Mapping[str, object] = client.ask("GET", f"/{prefix}-*/_alias")
    for name in answer:
        match = re.fullmatch(rf"{prefix}-(\d+)-(articles|state)", name)
        if match and int(match[1]) != number:
            with suppress(Missing):
                client.ask("DELETE", f"/{name}", None, 30)
