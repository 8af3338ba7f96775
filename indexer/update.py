"""Bring an engine's index up to date with the archive, or make it anew beside the one in use."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gettext import gettext as _
from itertools import chain, islice
from pathlib import Path

from archive.article import Revision
from archive.errors import IndexUnusable, UsageFault
from archive.lock import exclusive
from archive.messages import Message
from archive.settings import Settings
from archive.store import ArticleStore
from indexer.engines.engine import SearchEngine, check_follows, check_name, has_index, open_engine
from indexer.text.lexicon import differ, merged

_BATCH = 5_000  # articles a commit: some 300 MB of memory; a crash repeats one
Progress = Callable[[int], None]


def _silent(_done: int) -> None:
    """The progress that nobody watches."""


def index_folder(data: Path, engine: str) -> Path:
    """Where an engine's index stands: the newest of those made one after the other."""
    made = (int(path.name) for path in _folder(data, engine).glob("*") if path.name.isdecimal())
    return _folder(data, engine) / str(max(made, default=1))


def _folder(data: Path, engine: str) -> Path:
    return data / "index" / engine


def open_index(data: Path, engine: str) -> SearchEngine:
    """The index in use, to be asked; raises what open_engine does."""
    while True:
        folder = index_folder(data, engine)
        try:
            return open_engine(engine, folder)
        except IndexUnusable:
            if folder == index_folder(data, engine):  # else a rebuilt one took its place meanwhile
                raise


def bring_up(store: ArticleStore, data: Path, engine: str, progress: Progress = _silent) -> int:
    """Bring an engine's index up to date, making it where there is none; how many articles.

    `progress` is called with the number done so far. Raises Busy while another run writes
    to this engine.
    """
    with _exclusive(data, engine) as folder:
        words = None if has_index(folder) else merged(data)
        with open_engine(engine, folder, create=True, words=words) as opened:
            return update(store, opened, progress)


def rebuild(store: ArticleStore, data: Path, engine: str, progress: Progress = _silent) -> int:
    """Cut the whole archive anew, beside the index in use; one rename puts it in its place."""
    with _exclusive(data, engine) as folder:
        new = folder.with_suffix(".new")
        with open_engine(engine, new, create=True, words=merged(data)) as fresh:
            done = update(store, fresh, progress)
        new.rename(folder.with_name(str(int(folder.name) + 1)))
        return done


@contextmanager
def _exclusive(data: Path, engine: str) -> Iterator[Path]:
    """The folder of the index in use, for one writer at a time, without what earlier ones left beside it.

    An index that was replaced stays until the next writer comes: a search may still be reading it.
    """
    check_name(engine)
    with exclusive(_folder(data, engine).with_suffix(".lock")):
        folder = index_folder(data, engine)
        for left_over in set(folder.parent.glob("*")) - {folder}:
            _remove(left_over)
        yield folder


def _remove(path: Path) -> None:
    if path.is_dir():
        (path / "state.json").unlink(missing_ok=True)  # first, so that a search under way does not read what is left
        shutil.rmtree(path)
    else:
        path.unlink()


def update(store: ArticleStore, engine: SearchEngine, progress: Progress = _silent) -> int:
    """Write what changed in the archive since the engine's position; how many articles."""
    done = 0

    def counted(revisions: Iterator[Revision]) -> Iterator[Revision]:
        nonlocal done
        for revision in revisions:
            yield revision
            done += 1
            progress(done)

    check_follows(store, engine)
    changes = store.changes(after=engine.position())
    while (first := next(changes, None)) is not None:
        engine.write(counted(chain([first], islice(changes, _BATCH - 1))))
    return done


def behind(store: ArticleStore, engine: SearchEngine) -> list[Message]:
    """That an index is behind the archive, where it is."""
    count = store.changed_since(engine.position())
    return [Message("index-behind", {"count": count})] if count else []


def rebuild_due(settings: Settings, name: str, engine: SearchEngine) -> list[Message]:
    """That an index was built with another lexicon than the archive has now, where it was."""
    try:
        if not differ(engine.lexicon(), merged(settings.data)):
            return []
    except UsageFault as error:
        return [Message("doubt", {"text": str(error)})]
    name = name or settings.engine
    command = "wencang index --rebuild" + (f" --engine {name}" if name != settings.engine else "")
    return [Message("rebuild-due", {"engine": name, "command": command})]


def verify(store: ArticleStore, engine: SearchEngine) -> Iterator[str]:
    """What the index holds too much or too little, as of its position, a line each."""
    kept = {revision.article.id for revision in store.kept()}
    changed = {revision.article.id for revision in store.changes(after=engine.position())}
    held = engine.ids()
    yield from (_("{id} is in the archive, not in the index").format(id=id) for id in sorted(kept - changed - held))
    yield from (_("{id} is in the index, not in the archive").format(id=id) for id in sorted(held - kept - changed))
