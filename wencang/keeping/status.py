"""What an archive holds, how fresh it is, and the state of its indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from archive import clock
from archive.article import Revision
from archive.errors import UsageFault, WencangError
from archive.settings import FILE, Settings
from archive.store import ArticleStore
from archive.tables import chronology
from archive.tables.ledger import Ledger, Run, last_checks
from archive.tables.names import Names
from archive.tables.stats import SourceCount, by_source
from archive.text.messages import Message, worded
from archive.text.translation import gettext as _
from indexer.engines.engine import SearchEngine
from indexer.persons.reader import reader
from indexer.question.parser import parse_query
from indexer.update import engines_of, open_index, rebuild_due
from wencang.desk.table import Table

_FREQUENT = "西藏 发展 工作"  # words of very many articles
_SLOW = 0.2  # seconds: a noticeable wait


@dataclass(frozen=True, slots=True)
class Status(Table):
    """What is kept of each source, a row each, and the state of the indexes.

    `sequence` is that of the newest revision. `indexes` has for each engine with an index whether
    it is up to date, by how many articles it is behind, or why it can't be opened; `lexicon` those
    of them that were built with another lexicon. `advice` recommends another engine where a search
    became slow. `stale` names the sources of which no list was read for longer than `max_age`.
    """

    data: Path
    sequence: int
    sources: tuple[SourceCount, ...]
    indexes: Mapping[str, Message]
    lexicon: Mapping[str, Message]
    advice: Message | None = None
    stale: tuple[Message, ...] = ()
    reader: str = ""  # what finds the names of persons: rules, and models where they are installed
    names: tuple[Message, ...] = ()  # which reader recorded names, and in how many articles they are not recorded
    columns = ("source", "articles", "revisions", "newest_fetch", "newest_published")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`; fetch times as datetimes in UTC, publication times in Asia/Shanghai or None."""
        return (tuple(getattr(source, column) for column in self.columns) for source in self.sources)

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, but `stale`; times as ISO 8601 with offset, messages as text."""
        return {
            "data": str(self.data),
            "sequence": self.sequence,
            "sources": [source.to_json() for source in self.sources],
            "indexes": {engine: str(state) for engine, state in self.indexes.items()},
            "lexicon": {engine: str(notice) for engine, notice in self.lexicon.items()},
            "advice": str(self.advice or ""),
            "reader": self.reader,
            "names": "; ".join(map(str, self.names)),
        }


@dataclass(frozen=True, slots=True)
class Overview:
    """The size of an archive, its sources, its newest run and article, and the engines that have an index."""

    articles: int
    sources: tuple[str, ...]
    run: Run | None
    newest: Revision | None
    engines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Index:
    """The state of one engine's index."""

    state: Message
    lexicon: Message | None = None
    advice: Message | None = None


def status(settings: Settings, store: ArticleStore, max_age: str = "") -> Status:
    """The state of the archive; with `max_age` (90m, 26h, 3d) also which sources are stale."""
    sources, sequence = by_source(store), store.sequence()
    stale = _stale(Ledger(store), _age(max_age)) if max_age else []
    engines = engines_of(settings)
    indexes = {engine: _index(settings, store, engine, engines == ["whoosh"]) for engine in engines}
    return Status(
        settings.data, sequence, tuple(sources),
        {engine: index.state for engine, index in indexes.items()},
        {engine: index.lexicon for engine, index in indexes.items() if index.lexicon},
        next((index.advice for index in indexes.values() if index.advice), None),
        tuple(stale),
        reader(settings.names).name,
        tuple(Names(store).notices()),
    )  # fmt: skip


def overview(settings: Settings, store: ArticleStore) -> Overview:
    """What is in the archive at a glance; no index is opened."""
    run = next(iter(Ledger(store).last_runs("", 1)), None)
    return Overview(
        chronology.size(store), tuple(store.sources()), run, chronology.newest(store), tuple(engines_of(settings))
    )


def _age(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,5})([mhd])", text.strip())
    if not match:
        raise UsageFault(text, _("is not a valid age"), _("use a form like 90m, 26h or 3d"))
    return int(match[1]) * {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[match[2]]


def _stale(ledger: Ledger, age: timedelta) -> list[Message]:
    """The sources of which no list was read for longer than `age`."""
    checks = dict.fromkeys(ledger.unanswered()) | last_checks(ledger.sections())
    if not checks:
        return [Message("no-list-read")]
    return [
        _unread_since(source, checked)
        for source, checked in checks.items()
        if not checked or clock.now() - checked > age
    ]


def _unread_since(source: str, checked: datetime | None) -> Message:
    if not checked:
        return Message("list-never-read", {"source": source})
    return Message("list-unread-since", {"source": source, "time": f"{checked:%Y-%m-%d %H:%M}Z"})


def _index(settings: Settings, store: ArticleStore, engine: str, only_whoosh: bool) -> _Index:
    try:
        with open_index(settings, engine) as index:
            behind = store.changed_since(index.position())
            notices = rebuild_due(settings, engine, index)
            advice = _advice(settings, index) if only_whoosh else None
    except WencangError as error:
        return _Index(worded(str(error)))
    state = Message("index-lag", {"count": behind}) if behind else Message("index-current")
    return _Index(state, next(iter(notices), None), advice)


def _advice(settings: Settings, whoosh: SearchEngine) -> Message | None:
    """The advice to change to Tantivy where Whoosh has become slow: its time grows with the archive."""
    query = parse_query(_FREQUENT, whoosh.analyzer)
    start = perf_counter()
    try:
        whoosh.search(query, 10)
        seconds, count = perf_counter() - start, whoosh.count()
    except WencangError:  # `verify` reports what is damaged
        return None
    if seconds < _SLOW:
        return None
    file = str(settings.data / FILE)
    return Message("index-outgrown", {"ms": round(seconds * 1000), "words": _FREQUENT, "count": count, "file": file})
