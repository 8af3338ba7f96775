"""The names in articles, from the archive's record of them, and how that record is brought up to date.

Texts are read outside of the transaction that records their names, as models take a while, and others write meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from math import inf
from time import monotonic
from typing import NamedTuple

from archive.batches import batches
from archive.progress import Progress, silent
from archive.store import ArticleStore
from archive.tables.names import Named, Names
from indexer.figures.named import REGION, named
from indexer.figures.places import lying_in, of_article
from indexer.persons.reader import VERSION, Reader

_BATCH = 100  # articles a transaction
_HELD = 200  # articles in memory at once


class NamesOf(NamedTuple):
    """The names in an article, and its day of publication in Asia/Shanghai (2022-06-01, or "")."""

    id: str
    day: str
    names: Sequence[Named]


def bring_up(store: ArticleStore, reader: Reader, progress: Progress = silent, seconds: float = inf) -> int:
    """Record the names of the articles that changed since the last call; how many. The next call goes on.

    After so many seconds no more articles are begun. Names that another reader recorded are replaced.
    """
    done, end = 0, monotonic() + seconds
    while monotonic() < end and (processed := _step(store, reader)):
        done += processed
        progress(done)
    return done


def _step(store: ArticleStore, reader: Reader) -> int:
    names = Names(store)
    position = names.position_of(reader.name)
    revisions = list(islice(store.changes(position), _BATCH))
    if revisions:
        found = {each.sequence: named(each.article, reader) for each in revisions if not each.withdrawn}
        names.put(found, position, revisions[-1].sequence, reader.name)
    return len(revisions)


def names_of(
    store: ArticleStore, reader: Reader, ids: Iterable[str] | None, kinds: Collection[str], progress: Progress = silent
) -> Iterator[NamesOf]:
    """The names of these kinds in these articles, or in all, in order of publication.

    Articles whose names this reader has not recorded are read: `progress` is called with their number so far.
    """
    done = 0
    for batch in batches(Names(store).of(ids, kinds, reader.name), _HELD):
        unread = store.get_many(article.id for article, names in batch if names is None)
        for article, names in batch:
            if article.id in unread:
                done += 1
                progress(done)
                names = [name for name in named(unread[article.id].article, reader) if name.kind in kinds]
            yield NamesOf(article.id, article.day, names or ())


class PlacesOf(NamedTuple):
    """The places that an article names and those they lie in, and its day as in NamesOf."""

    id: str
    day: str
    places: Sequence[str]


def places_of(store: ArticleStore, ids: Iterable[str] | None, progress: Progress = silent) -> Iterator[PlacesOf]:
    """What `place:` finds each of these articles by, or of all; `progress` as in `names_of`.

    Any reader that follows the present rules has found the same places.
    """
    done = 0
    _sequence, by = Names(store).position()
    recorded = Names(store).of(ids, [REGION], by if by.split("+")[0] == VERSION else "")
    for batch in batches(recorded, _HELD):
        unread = store.get_many(article.id for article, names in batch if names is None)
        for article, names in batch:
            if article.id in unread:
                done += 1
                progress(done)
                places = of_article(unread[article.id].article)
            else:
                places = lying_in(name.name for name in names or ())
            yield PlacesOf(article.id, article.day, places)
