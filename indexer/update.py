"""Bring an engine's index up to date with the archive, or make it anew beside the one in use."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import chain, islice
from pathlib import Path

from archive.article import Revision
from archive.lock import alone
from archive.store import ArticleStore
from indexer.engine import SearchEngine, check_follows, check_name, open_engine

_BATCH = 5_000  # articles a commit: some 300 MB of memory; a crash repeats one
Progress = Callable[[int], None]


def _silent(_done: int) -> None:
    """The progress that nobody watches."""


def index_folder(data: Path, engine: str) -> Path:
    return data / "index" / engine


def bring_up(store: ArticleStore, data: Path, engine: str, progress: Progress = _silent) -> int:
    """Bring an engine's index up to date, making it where there is none; how many articles.

    `progress` is called with the number done so far. Raises Busy while another run writes
    to this engine.
    """
    with _lock(data, engine), open_engine(engine, index_folder(data, engine), create=True) as opened:
        return update(store, opened, progress)


def rebuild(store: ArticleStore, data: Path, engine: str, progress: Progress = _silent) -> int:
    """Cut the whole archive anew, in a folder beside the index in use, then change places."""
    folder = index_folder(data, engine)
    with _lock(data, engine):
        new, old = folder.with_suffix(".new"), folder.with_suffix(".old")
        for left_over in (new, old):
            shutil.rmtree(left_over, ignore_errors=True)
        with open_engine(engine, new, create=True) as fresh:
            done = update(store, fresh, progress)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
        return done


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


def _lock(data: Path, engine: str) -> AbstractContextManager[None]:
    check_name(engine)
    return alone(index_folder(data, engine).with_suffix(".lock"))


def verify(store: ArticleStore, engine: SearchEngine) -> Iterator[str]:
    """What the index holds too much or too little, as of its position, a line each."""
    kept = {revision.article.id for revision in store.changes()}
    changed = {revision.article.id for revision in store.changes(after=engine.position())}
    held = engine.ids()
    yield from (f"{id} is in the archive, not in the index" for id in sorted(kept - changed - held))
    yield from (f"{id} is in the index, not in the archive" for id in sorted(held - kept))
