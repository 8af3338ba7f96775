"""Follows subjects: finds what is new of each, puts it into the subject's feeds, and tells whoever wants to know.

What is found is noted before it is told, and noted as told behind that: a crash between the
two tells it twice, never not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from uuid import uuid4

from archive.article import Revision
from archive.disk import atomic_write
from archive.errors import QueryFault, UsageFault, WencangError
from archive.notify import notice
from archive.settings import Settings
from archive.store import ArticleStore
from archive.tables.watches import Watch, Watches
from indexer.engines.engine import SearchEngine
from indexer.highlight import Highlighter
from indexer.question.parser import parse_query
from indexer.question.query import Query
from indexer.search import every_id
from indexer.snippet import snippet
from wencang.desk.watch import feeds
from wencang.desk.watch.feeds import Entry, Feed
from wencang.desk.watch.watch import FILE

FOLDER = "feeds"
LOCK = "watch.lock"
_ENTRIES = 50  # of a feed
_LINES = 100  # of a mail
FORMS: dict[str, Callable[[Feed], bytes]] = {"atom": feeds.atom, "json": feeds.json_feed}


@dataclass(frozen=True, slots=True)
class News:
    """What nobody was told of yet, of one watch; `hits` are read as they are asked for, the newest first."""

    name: str
    count: int
    hits: Iterator[Entry]


Show = Callable[[News], None]


def follow(
    settings: Settings, store: ArticleStore, index: SearchEngine, questions: Mapping[str, str], now: datetime,
    show: Show, shown_is_told: bool = False,
) -> list[WencangError]:  # fmt: skip
    """Bring these watches up to where the index is, and tell what is new; what hindered any of them.

    `show` is handed the news of each that has some. They count as told once the hook or a mail
    did, or, where neither is set, and `shown_is_told`, once they were shown. One run at a time:
    the caller holds LOCK.
    """
    faults: list[WencangError] = []
    watches = Watches(store)
    for name, question in questions.items():
        try:
            query = look(store, index, name, question, now)
            _write_feeds(settings, watches, name, query)
        except QueryFault as fault:
            faults.append(UsageFault(f"{settings.data / FILE}: {name}", fault.reason, fault.mend))
            continue
        if count := watches.count(name, untold=True):
            show(News(name, count, _entries(query, watches.hits(name, untold=True))))
            untold = _tell(settings, watches, name, count)
            faults += untold
            if len(untold) < len(notice.ways(settings)) or (shown_is_told and not notice.ways(settings)):
                watches.note_told(name)
    return faults


def look(store: ArticleStore, index: SearchEngine, name: str, question: str, now: datetime) -> Query:
    """Note what newly answers; of a watch that begins, or asks something else now, all that answers is known."""
    query = parse_query(question, index.analyzer, now)
    watches = Watches(store)
    position = index.position()
    watch = watches.known().get(name)
    if watch and watch.query == question:
        for last, changed in watches.changed(watch.position, position):
            watches.note(name, last, changed, every_id(store, index, replace(query, among=frozenset(changed))))
    else:
        feed = watch.feed if watch else str(uuid4())
        watches.begin(Watch(name, question, position, feed, now), every_id(store, index, query))
    return query


def forget_all_but(settings: Settings, store: ArticleStore, names: Mapping[str, str]) -> None:
    """Forget the watches that are in the file no more, and take their feeds away."""
    watches = Watches(store)
    for name in watches.known().keys() - names:
        for ending in FORMS:
            feed_file(settings.data, name, ending).unlink(missing_ok=True)
        watches.forget(name)


def feed_file(data: Path, name: str, ending: str) -> Path:
    return data / FOLDER / f"{name}.{ending}"


def _write_feeds(settings: Settings, watches: Watches, name: str, query: Query) -> None:
    """Files that would be the same are left alone: whoever serves them tells readers that nothing changed."""
    watch = watches.known()[name]
    entries = list(_entries(query, watches.hits(name, limit=_ENTRIES)))
    feed = Feed(name, watch.query, watch.feed, watch.begun, entries, settings.feeds)
    (settings.data / FOLDER).mkdir(exist_ok=True)
    for ending, form in FORMS.items():
        path, content = feed_file(settings.data, name, ending), form(feed)
        if not path.exists() or path.read_bytes() != content:
            with atomic_write(path) as file:
                file.write(content)


def _tell(settings: Settings, watches: Watches, name: str, count: int) -> list[WencangError]:
    lines = [_line(one) for one in watches.hits(name, untold=True, limit=_LINES)]
    if count > len(lines):
        lines.append(_("and {count} more").format(count=count - len(lines)))
    subject = _("wencang watch {name}: {count} new").format(name=name, count=count)
    return [*notice.send(settings, subject, lines, "hits")]


def _line(revision: Revision) -> str:
    article = revision.article
    told = (str(article.day or ""), article.title, article.credit or article.source, article.url)
    return "  ".join(filter(None, told))


def _entries(query: Query, revisions: Iterable[Revision]) -> Iterator[Entry]:
    highlighter = Highlighter(query)
    for revision in revisions:
        body = revision.article.body
        yield Entry(revision, snippet(body, highlighter.find(body)))
