"""Updates an engine's index from the archive, or rebuilds it beside the one in use."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

from archive.article import Revision
from archive.disk import make_folder
from archive.errors import IndexUnusable, UsageFault
from archive.lock import exclusive
from archive.settings import Settings
from archive.store import ArticleStore
from archive.text.messages import Message
from archive.text.translation import gettext as _
from indexer.engines import names
from indexer.engines.engine import SearchEngine, check_follows, check_name, has_index, open_engine
from indexer.text.lexicon import differ, merged

_BATCH = 5_000  # articles per commit: about 300 MB of memory; a crash costs at most one batch
Progress = Callable[[int], None]


def _silent(_done: int) -> None:
    """A progress callback that does nothing."""


def index_folder(data: Path, engine: str) -> Path:
    """The folder of an engine's index in use: each rebuild makes one with the next number."""
    numbers = (int(path.name) for path in _folder(data, engine).glob("*") if path.name.isdecimal())
    return _folder(data, engine) / str(max(numbers, default=1))


def _folder(data: Path, engine: str) -> Path:
    return data / "index" / engine


def engines_of(data: Path) -> list[str]:
    """The engines that have an index of this archive."""
    return [name for name in names() if index_folder(data, name).exists()]


def open_index(data: Path, engine: str) -> SearchEngine:
    """Open the index in use. Raises what open_engine raises."""
    while True:
        folder = index_folder(data, engine)
        try:
            return open_engine(engine, folder)
        except IndexUnusable:
            if folder == index_folder(data, engine):  # otherwise a rebuild has just replaced it
                raise


def bring_up(store: ArticleStore, data: Path, engine: str, progress: Progress = _silent) -> int:
    """Update an engine's index, or build it if there is none; return the number of articles written.

    `progress` is called with the number written so far. Raises Busy while another process writes
    to this engine's index.
    """
    with _exclusive(data, engine) as folder:
        words = None if has_index(folder) else merged(data)
        with open_engine(engine, folder, create=True, words=words) as index:
            return update(store, index, progress)


def rebuild(store: ArticleStore, data: Path, engine: str, progress: Progress = _silent) -> int:
    """Index the whole archive beside the index in use, which it then replaces atomically."""
    with _exclusive(data, engine) as folder:
        new = folder.with_suffix(".new")
        with open_engine(engine, new, create=True, words=merged(data)) as index:
            written = update(store, index, progress)
        new.rename(folder.with_name(str(int(folder.name) + 1)))
        return written


@contextmanager
def _exclusive(data: Path, engine: str) -> Iterator[Path]:
    """Hold the lock of an engine's index; gives the folder in use, after removing all others.

    A replaced index is removed only by the next writer, since a search may still be opening it.
    """
    check_name(engine)
    make_folder(data / "index")
    with exclusive(_folder(data, engine).with_suffix(".lock")):
        folder = index_folder(data, engine)
        for other in set(folder.parent.glob("*")) - {folder}:
            _remove(other)
        yield folder


def _remove(path: Path) -> None:
    if path.is_dir():
        (path / "state.json").unlink(missing_ok=True)  # first, so that nobody opens what is left of the index
        shutil.rmtree(path)
    else:
        path.unlink()


def update(store: ArticleStore, engine: SearchEngine, progress: Progress = _silent) -> int:
    """Write the changes of the archive since the index's position; return the number of articles."""
    written = 0

    def counted(revisions: Iterator[Revision]) -> Iterator[Revision]:
        nonlocal written
        for revision in revisions:
            yield revision
            written += 1
            progress(written)

    check_follows(store, engine)
    changes = store.changes(after=engine.position())
    while (first := next(changes, None)) is not None:
        engine.write(counted(chain([first], islice(changes, _BATCH - 1))))
    return written


def behind(store: ArticleStore, engine: SearchEngine) -> list[Message]:
    """A notice if the archive has changed since the index was updated."""
    count = store.changed_since(engine.position())
    return [Message("index-behind", {"count": count})] if count else []


def rebuild_due(settings: Settings, name: str, engine: SearchEngine) -> list[Message]:
    """A notice if the archive's lexicon has changed since the index was built."""
    try:
        if not differ(engine.lexicon(), merged(settings.data)):
            return []
    except UsageFault as error:
        return [Message("doubt", {"text": str(error)})]
    name = name or settings.engine
    command = "wencang index --rebuild" + (f" --engine {name}" if name != settings.engine else "")
    return [Message("rebuild-due", {"engine": name, "command": command})]


def verify(store: ArticleStore, engine: SearchEngine) -> Iterator[str]:
    """The differences between index and archive as of the index's position, one line per article."""
    kept = {revision.article.id for revision in store.kept()}
    changed = {revision.article.id for revision in store.changes(after=engine.position())}
    indexed = engine.ids()
    yield from (_("{id} is in the archive, not in the index").format(id=id) for id in sorted(kept - changed - indexed))
    yield from (_("{id} is in the index, not in the archive").format(id=id) for id in sorted(indexed - kept - changed))
