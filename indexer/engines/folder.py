"""Indexes in folders: DATA/index/NAME/1, of which each rebuild makes one with the next number.

Base of the engines whose library keeps its files there.
"""

from __future__ import annotations

import json
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

from archive.disk import atomic_write, make_folder
from archive.errors import IndexUnusable
from archive.lock import exclusive
from archive.text.messages import of_error
from archive.text.translation import gettext as _
from indexer.engines.engine import REBUILD, SearchEngine, State, analyzer_of
from indexer.text.analyzer import Analyzer

if TYPE_CHECKING:
    from archive.store import ArticleStore


def open_engine(name: str, folder: Path, create: bool = False, words: str | None = None) -> SearchEngine:
    """Open the index of the engine `name` in `folder`; with `create` make one if there is none.

    `words` is the lexicon of a new index, by default the shipped one. Raises IndexUnusable if there
    is no index, it is damaged, or it was built by another version of the analyzer.
    """
    engine: SearchEngine = import_module(f"indexer.engines.{name}_engine").open_index(folder, create, words)
    return engine


def index_folder(data: Path, engine: str) -> Path:
    """The folder of an engine's index in use."""
    numbers = (int(path.name) for path in _folder(data, engine).glob("*") if path.name.isdecimal())
    return _folder(data, engine) / str(max(numbers, default=1))


def _folder(data: Path, engine: str) -> Path:
    return data / "index" / engine


class FolderPlace:
    """The place of an engine whose index is a folder; its lock is held on this host."""

    def __init__(self, data: Path, engine: str) -> None:
        self._data = data
        self._engine = engine

    def exists(self) -> bool:
        return self._in_use().exists()

    def number(self) -> int:
        return int(self._in_use().name)

    def open(self) -> SearchEngine:
        while True:
            folder = self._in_use()
            try:
                return open_engine(self._engine, folder)
            except IndexUnusable:
                if folder == self._in_use():  # otherwise a rebuild has just replaced it
                    raise

    def create(self, words: Callable[[], str]) -> SearchEngine:
        folder = self._in_use()
        return open_engine(self._engine, folder, create=True, words=None if has_index(folder) else words())

    def new(self, words: str) -> SearchEngine:
        return open_engine(self._engine, self._new(), create=True, words=words)

    def promote(self, _index: SearchEngine, _store: ArticleStore, _catch_up: Callable[[], object]) -> None:
        folder = self._in_use()
        self._new().rename(folder.with_name(str(int(folder.name) + 1)))

    @contextmanager
    def lock(self, _store: ArticleStore) -> Iterator[None]:
        make_folder(self._data / "index")
        with exclusive(_folder(self._data, self._engine).with_suffix(".lock")):
            folder = self._in_use()
            for other in set(folder.parent.glob("*")) - {folder}:
                _remove(other)
            yield

    def _in_use(self) -> Path:
        return index_folder(self._data, self._engine)

    def _new(self) -> Path:
        return self._in_use().with_suffix(".new")


def _remove(path: Path) -> None:
    if path.is_dir():
        (path / "state.json").unlink(missing_ok=True)  # first, so that nobody opens what is left of the index
        shutil.rmtree(path)
    else:
        path.unlink()


@contextmanager
def writable(folder: Path, fault: type[Exception] = OSError) -> Iterator[None]:
    """Raise IndexUnusable for a write that fails; `fault` is the error that a library raises in place of OSError."""
    try:
        yield
    except (OSError, fault) as error:
        reason = of_error(error) if getattr(error, "strerror", None) else str(error)[:200]
        mend = _("once that is fixed, `wencang index` updates it")
        raise IndexUnusable(folder, reason, mend) from error


def has_index(folder: Path) -> bool:
    """Whether a folder contains an index."""
    return (folder / "state.json").exists()


def load_state(folder: Path, layout: str) -> State:
    """The state of the index in a folder, as recorded in state.json. Raises IndexUnusable."""
    try:
        values = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise IndexUnusable(folder, _("contains no index yet"), _("`wencang index` builds one")) from error
    except (OSError, ValueError, RecursionError) as error:
        raise IndexUnusable(folder, _("its state can't be read"), _(REBUILD)) from error
    return State.read(values, layout, folder)


def save_state(folder: Path, state: State) -> None:
    """Record the state of an index; the file is replaced atomically."""
    with writable(folder), atomic_write(folder / "state.json") as file:
        file.write(json.dumps(asdict(state), ensure_ascii=False).encode())


def _stamp(folder: Path, before: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    """Identifies the saved state without reading it; `before` if the folder has been removed."""
    try:
        status = (folder / "state.json").stat()
    except FileNotFoundError:
        return before
    return status.st_ino, status.st_mtime_ns


class View(Protocol):
    """One committed state of an index: all that a call reads."""

    @property
    def state(self) -> State: ...


V = TypeVar("V", bound=View)


class FolderEngine(ABC, Generic[V]):
    """Base of the engines that keep their index in a folder: opens a new view of it after each commit.

    Views are not closed explicitly: each is freed with its last reference, hence never during a search.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._stamp = _stamp(folder)
        self._view = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        pass

    @abstractmethod
    def _open(self) -> V:
        """A view of the last commit. Its state is read first, so that the index contains at least what that says."""

    def _current(self) -> V:
        with self._lock:
            if self._stamp != (stamp := _stamp(self._folder, self._stamp)):
                self._follow(stamp)
            return self._view

    def _follow(self, stamp: tuple[int, int]) -> None:
        try:
            view = self._open()
        except IndexUnusable:
            if has_index(self._folder):
                raise
            return  # the folder was removed after a rebuild; the view stays readable
        if view.state.lexicon != self._view.state.lexicon:
            self.__dict__.pop("analyzer", None)
        self._view, self._stamp = view, stamp

    @cached_property
    def analyzer(self) -> Analyzer:
        return analyzer_of(self._view.state.lexicon)

    def state(self) -> State:
        return self._current().state

    def position(self) -> int:
        return self.state().position

    def lexicon(self) -> str:
        return self.state().lexicon
