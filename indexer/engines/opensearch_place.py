"""Where the index of an archive is in an OpenSearch cluster. The library is loaded only once it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archive.errors import IndexUnusable
from archive.settings import Settings
from archive.store import ArticleStore
from archive.tables.locks import exclusive
from archive.text.translation import gettext as _
from indexer.engines.engine import REBUILD, SearchEngine

if TYPE_CHECKING:
    from indexer.engines.opensearch_client import Client
    from indexer.engines.opensearch_engine import OpenSearchEngine
    from indexer.engines.opensearch_index import Generation


def place(settings: Settings) -> OpenSearchPlace:
    return OpenSearchPlace(settings)


class OpenSearchPlace:
    """Indexes whose names begin with the prefix that is set."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._prefix = settings.opensearch_prefix

    def exists(self) -> bool:
        """True if the cluster can't be asked: what is done with the index then says why."""
        if not self._settings.opensearch:
            return False
        try:
            return self._in_use() is not None
        except IndexUnusable:
            return True

    def number(self) -> int:
        in_use = self._in_use()
        return in_use.number if in_use else 0

    def open(self) -> SearchEngine:
        in_use = self._in_use()
        if in_use is None:
            raise IndexUnusable(self._prefix, _("contains no index yet"), _("`wencang index` builds one"))
        return self._engine(in_use)

    def create(self, words: Callable[[], str]) -> SearchEngine:
        if in_use := self._in_use():
            return self._engine(in_use)
        made = self._made(words(), {"auto_expand_replicas": "0-1"})
        self._client().patiently(made.use)
        return self._engine(made)

    def new(self, words: str) -> SearchEngine:
        return self._engine(self._made(words, {"number_of_replicas": 0}))

    def promote(self, index: SearchEngine, store: ArticleStore, catch_up: Callable[[], object]) -> None:
        """Let the index have its copies, see that no article is missing, and let the alias lead to it."""
        from indexer.engines.opensearch_engine import OpenSearchEngine

        assert isinstance(index, OpenSearchEngine)
        generation, client = index.generation, self._client()
        generation.copy()
        kept = store.changed_since(0)
        catch_up()
        if (indexed := client.patiently(generation.documents)) < kept:
            reason = _("holds {indexed} articles of {kept}").format(indexed=indexed, kept=kept)
            raise IndexUnusable(generation.articles, reason, _(REBUILD))
        client.patiently(generation.use)

    @contextmanager
    def lock(self, store: ArticleStore) -> Iterator[None]:
        from indexer.engines.opensearch_index import remove_all_but

        with exclusive(store, f"index-{self._prefix}"):
            client = self._client()
            client.patiently(lambda: remove_all_but(client, self._prefix, self.number()))
            yield

    def _client(self) -> Client:
        from indexer.engines.opensearch_client import client_of

        return client_of(self._settings)

    def _in_use(self) -> Generation | None:
        from indexer.engines.opensearch_index import Generation

        client = self._client()
        return client.patiently(lambda: Generation.in_use(client, self._prefix))

    def _made(self, words: str, copies: dict[str, object]) -> Generation:
        from indexer.engines.opensearch_index import Generation

        client, shards = self._client(), self._settings.opensearch_shards
        return client.patiently(lambda: Generation.made(client, self._prefix, shards, words, copies))

    @staticmethod
    def _engine(generation: Generation) -> OpenSearchEngine:
        from indexer.engines.opensearch_engine import OpenSearchEngine

        return OpenSearchEngine(generation)
