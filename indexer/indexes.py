"""The indexes of one archive, kept open and shared by its threads."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from indexer.engines.engine import SearchEngine
from indexer.update import index_folder, open_index


class Indexes:
    """An open index per engine, replaced once a rebuilt one has taken its place.

    The one that was replaced is released by the last search that uses it.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = Lock()
        self._opened: dict[str, tuple[Path, SearchEngine]] = {}

    def get(self, engine: str) -> SearchEngine:
        """The index in use. Raises what open_engine does."""
        with self._lock:
            folder = index_folder(self._data, engine)
            opened = self._opened.get(engine)
            if not opened or opened[0] != folder:
                opened = self._opened[engine] = folder, open_index(self._data, engine)
            return opened[1]

    def folder(self, engine: str) -> int:
        """The number of the folder of the index in use: each rebuild makes one with the next."""
        return int(index_folder(self._data, engine).name)
