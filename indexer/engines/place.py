"""Where the engines keep the indexes of an archive, without the engines' libraries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from archive.settings import Settings
from indexer import engines
from indexer.engines.engine import SearchEngine, check_name
from indexer.engines.folder import FolderPlace

if TYPE_CHECKING:
    from archive.store import ArticleStore


class Place(Protocol):
    """Where an engine keeps the index of one archive: the one in use, and the one that a rebuild makes beside it."""

    def exists(self) -> bool:
        """Whether there is an index, be it usable or not."""

    def number(self) -> int:
        """The number of the index in use: that of an index which replaces it is greater."""

    def open(self) -> SearchEngine:
        """The index in use. Raises IndexUnusable: there is none, it is damaged, or of another analyzer."""

    def create(self, words: Callable[[], str]) -> SearchEngine:
        """The index in use; if there is none, a new one whose articles are cut with this lexicon."""

    def new(self, words: str) -> SearchEngine:
        """An empty index beside the one in use, for a rebuild."""

    def promote(self, index: SearchEngine, store: ArticleStore, catch_up: Callable[[], object]) -> None:
        """Replace the index in use by the one that `new` made, atomically.

        `catch_up` writes to it what the archive got meanwhile, if that takes a while. Raises IndexUnusable.
        """

    def lock(self, store: ArticleStore) -> AbstractContextManager[None]:
        """Hold what one writer at a time holds, and remove the indexes that were replaced. Raises Busy.

        A replaced index is removed only by the next writer, since a search may still be opening it.
        """


def place_of(settings: Settings, engine: str) -> Place:
    """The place of an engine's index: a folder, unless NAME_place.py says otherwise. Raises UsageFault."""
    check_name(engine)
    if engine in engines.in_folders():
        return FolderPlace(settings.data, engine)
    place: Place = import_module(f"indexer.engines.{engine}_place").place(settings)
    return place
