"""Looks for what is new of watched questions, writes their feeds, and notifies the operator.

New hits are recorded before anybody is notified of them, and marked as reported afterwards. A crash
in between means that they are reported twice (at-least-once delivery).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from archive import clock
from archive.article import Revision
from archive.disk import atomic_write
from archive.errors import QueryFault, UsageFault, WencangError
from archive.notify import notice
from archive.settings import Settings
from archive.store import ArticleStore
from archive.tables.watches import Watch, Watches
from archive.text.translation import gettext as _
from indexer.engines.engine import SearchEngine
from indexer.figures.origin import origin_of_body
from indexer.highlight import Highlighter
from indexer.question.parser import parse_query
from indexer.question.query import Query
from indexer.question.recorded import known_up_to, recorded
from indexer.search import Hit, every_id
from indexer.snippet import Snippet, snippet
from wencang.desk.stream import Stream
from wencang.desk.table import Table
from wencang.desk.watch.feeds import FORMS, Feed, entry
from wencang.desk.watch.watch import FILE

FOLDER = "feeds"
LOCK = "watch.lock"
_ENTRIES = 50  # of a feed
_LINES = 100  # of a mail


@dataclass(frozen=True, slots=True)
class News(Table):
    """The new hits of one watch: articles that answer its question now, and were not reported yet.

    `hits` come the newest first and are not held: each iteration reads the articles again, as they
    were when they were found. `faults` are what failed: the question can't be read, the hook or
    the mail could not be sent.
    """

    name: str
    count: int
    hits: Iterable[Hit] = field(default=(), repr=False)
    faults: tuple[WencangError, ...] = ()
    columns = (
        "watch", "id", "url", "title", "published", "source", "section", "credit", "snippet", "marks", "gone",
    )  # fmt: skip

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, a row a hit.

        `published` is Article.issued, `gone` one in UTC since when the site
        does not show the article, or None; `marks` are [start, end) in the snippet, in code points.
        """
        for hit in self.hits:
            article = hit.article
            yield (
                self.name, article.id, article.url, article.title, article.issued, article.source,
                article.section, article.credit, hit.snippet.text, hit.snippet.marks, hit.gone,
            )  # fmt: skip


def look_for_news(
    settings: Settings, store: ArticleStore, index: SearchEngine, questions: Mapping[str, str], now: datetime,
    mark_shown: bool = False,
) -> Iterator[News]:  # fmt: skip
    """Bring these watches up to the index's position, and yield what is new, or what failed, of each.

    The hook and the mail are sent before News is yielded. Its hits count as reported when the next
    News is asked for: if one of the two was sent, or, where neither is configured, with
    `mark_shown`. One run at a time: the caller holds LOCK, and the lock "watches" of the archive.
    """
    watches = Watches(store)
    for name, question in questions.items():
        try:
            query = note_hits(store, index, name, question, now)
            _write_feeds(settings, watches, name, query)
        except QueryFault as fault:
            yield News(name, 0, faults=(UsageFault(f"{settings.data / FILE}: {name}", fault.reason, fault.mend),))
            continue
        if count := watches.count(name, new=True):
            faults, ways = _notify(settings, watches, name, count), notice.ways(settings)
            yield News(name, count, _hits(watches, name, query), faults)
            if len(faults) < len(ways) or (mark_shown and not ways):
                watches.mark_told(name)


def note_hits(store: ArticleStore, index: SearchEngine, name: str, question: str, now: datetime) -> Query:
    """Record what newly answers; when a watch begins, or its question changed, all that answers counts as known."""
    query = recorded(lambda: store, parse_query(question, index.analyzer, now))
    watches = Watches(store)
    position = known_up_to(store, query, index.position())
    watch = watches.known().get(name)
    if watch and watch.query == question:
        for last, changed in watches.changed(watch.position, position):
            watches.note(name, last, changed, every_id(store, index, replace(query, among=frozenset(changed))))
    else:
        feed = watch.feed if watch else str(uuid4())
        watches.begin(Watch(name, question, position, feed, now), every_id(store, index, query))
    return query


def forget_all_but(settings: Settings, store: ArticleStore, names: Mapping[str, str]) -> None:
    """Forget the watches that are no longer in the file, and delete their feeds."""
    watches = Watches(store)
    for name in watches.known().keys() - names:
        for ending in FORMS:
            feed_file(settings.data, name, ending).unlink(missing_ok=True)
        watches.forget(name)


def feed_file(data: Path, name: str, ending: str) -> Path:
    return data / FOLDER / f"{name}.{ending}"


def feed(store: ArticleStore, question: str, form: str, address: str, hits: Sequence[Hit]) -> bytes:
    """These hits of a question as a feed in one of FORMS, served at `address`."""
    revisions = store.get_many(hit.article.id for hit in hits)
    entries = [entry(revisions[hit.article.id], hit.snippet) for hit in hits if hit.article.id in revisions]
    id = str(uuid5(NAMESPACE_URL, address))
    return FORMS[form](Feed(question, question, id, clock.now(), entries, address=address))


def _write_feeds(settings: Settings, watches: Watches, name: str, query: Query) -> None:
    """Unchanged files are not written: a web server answers readers that nothing changed."""
    watch = watches.known()[name]
    entries = [entry(*each) for each in _shown(query, watches.hits(name, limit=_ENTRIES))]
    feed = Feed(name, watch.query, watch.feed, watch.begun, entries, settings.feeds)
    (settings.data / FOLDER).mkdir(exist_ok=True)
    for ending, form in FORMS.items():
        path, content = feed_file(settings.data, name, ending), form(feed)
        if not path.exists() or path.read_bytes() != content:
            with atomic_write(path, public=True) as file:
                file.write(content)


def _notify(settings: Settings, watches: Watches, name: str, count: int) -> tuple[WencangError, ...]:
    lines = list(map(_line, watches.hits(name, new=True, limit=_LINES)))
    if count > len(lines):
        lines.append(_("and {count} more").format(count=count - len(lines)))
    subject = _("wencang watch {name}: {count} new").format(name=name, count=count)
    return tuple(notice.send(settings, subject, lines, "hits"))


def _line(revision: Revision) -> str:
    article = revision.article
    return "  ".join(
        filter(None, (str(article.day or ""), article.title, article.credit or article.source, article.url))
    )


def _hits(watches: Watches, name: str, query: Query) -> Stream[Hit]:
    sequences = watches.sequences(name, new=True)  # now: they count as told when the hits may be read again

    def hits() -> Iterator[Hit]:
        for rank, (revision, passages) in enumerate(_shown(query, watches.revisions(sequences)), 1):
            yield Hit(rank, revision.article, 0, passages, gone=revision.gone_since)

    return Stream(hits)


def _shown(query: Query, revisions: Iterable[Revision]) -> Iterator[tuple[Revision, Snippet]]:
    highlighter = Highlighter(query)
    for revision in revisions:
        article = revision.article
        yield revision, snippet(article.body, highlighter.find(article.body, origin=origin_of_body(article)))
