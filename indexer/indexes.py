"""The indexes of one archive, kept open and shared by its threads."""

from __future__ import annotations

from threading import Lock

from archive.settings import Settings
from archive.store.reads import Reads
from indexer.engines.engine import SearchEngine
from indexer.engines.place import place_of
from indexer.placed import PlacedEngine


class Indexes:
    """An open index per engine, replaced once a rebuilt one has taken its place.

    The one that was replaced is released by the last search that uses it. `store` is the archive, whose
    texts say what stands near what.
    """

    def __init__(self, settings: Settings, store: Reads) -> None:
        self._settings = settings
        self._store = store
        self._lock = Lock()
        self._opened: dict[str, tuple[int, SearchEngine]] = {}

    def get(self, engine: str) -> SearchEngine:
        """The index in use. Raises what place_of and Place.open raise."""
        place = place_of(self._settings, engine)
        number = place.number()  # outside of the lock: a server may be slow to tell
        with self._lock:
            opened = self._opened.get(engine)
            if not opened or opened[0] != number:
                opened = self._opened[engine] = number, PlacedEngine(place.open(), self._store)
            return opened[1]

    def number(self, engine: str) -> int:
        """The number of the index in use: each rebuild makes one with a greater number."""
        return place_of(self._settings, engine).number()
