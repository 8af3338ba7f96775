"""Updates an engine's index from the archive, or rebuilds it beside the one in use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING

from archive.article import Revision
from archive.errors import IndexUnusable, UsageFault
from archive.settings import Settings
from archive.store.reads import Reads
from archive.text.messages import Message
from archive.text.translation import gettext as _
from indexer.engines import names
from indexer.engines.engine import SearchEngine, Spread, check_follows
from indexer.engines.place import place_of
from indexer.text.lexicon import differ, merged

if TYPE_CHECKING:
    from archive.store import ArticleStore

_MANY = 1_000  # articles from which processes cut their text: before that these would start longer than they work
_BATCH = 5_000  # articles per commit: about 300 MB of memory; a crash costs at most one batch
Progress = Callable[[int], None]


def _silent(_done: int) -> None:
    """A progress callback that does nothing."""


def engines_of(settings: Settings) -> list[str]:
    """The engines that have an index of this archive."""
    return [name for name in names() if place_of(settings, name).exists()]


def open_index(settings: Settings, engine: str) -> SearchEngine:
    """Open the index in use. Raises what place_of and Place.open raise."""
    return place_of(settings, engine).open()


def bring_up(store: ArticleStore, settings: Settings, engine: str, progress: Progress = _silent) -> int:
    """Update an engine's index, or build it if there is none; return the number of articles written.

    `progress` is called with the number written so far. Raises Busy while another process writes
    to this engine's index.
    """
    place = place_of(settings, engine)
    with place.lock(store), place.create(lambda: merged(settings.data)) as index:
        return update(store, index, progress)


def rebuild(store: ArticleStore, settings: Settings, engine: str, progress: Progress = _silent) -> int:
    """Index the whole archive beside the index in use, which it then replaces atomically."""
    place = place_of(settings, engine)
    with place.lock(store), place.new(merged(settings.data)) as index:
        written = update(store, index, progress)
        place.promote(index, store, lambda: update(store, index))
        return written


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
    position = engine.position()
    changes = store.changes(after=position)
    with _spreading(store.changed_since(position)) as spread:
        size = _BATCH * max(1, _cores() // 2) if spread else _BATCH
        while (first := next(changes, None)) is not None:
            engine.write(counted(chain([first], islice(changes, size - 1))), spread)
    return written


def _cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _spreading(articles: int) -> Iterator[Spread | None]:
    """Processes that cut the text of this number of articles, one per core; None where one process is faster."""
    if articles < _MANY or _cores() == 1:
        yield None
        return
    from concurrent.futures.process import BrokenProcessPool  # imported here: a search needs this module too

    from archive.processes import Processes

    try:
        with Processes(_cores()) as processes:
            yield processes.spread
    except BrokenProcessPool as error:
        mend = _("free some memory, then try again")
        raise IndexUnusable(_("the index"), _("a process that cuts its text was killed"), mend) from error


def behind(store: Reads, engine: SearchEngine) -> list[Message]:
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
    changed = {revision.article.id for revision in store.changes(after=engine.position())}
    indexed = set(engine.ids())
    for id in store.ids():
        if id not in indexed and id not in changed:
            yield _("{id} is in the archive, not in the index").format(id=id)
        indexed.discard(id)
    yield from (_("{id} is in the index, not in the archive").format(id=id) for id in sorted(indexed - changed))
