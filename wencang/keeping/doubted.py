"""Doubted pages as a table, and a person's decision on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from archive.errors import UsageFault
from archive.store import ArticleStore, named_source
from archive.tables.doubts import Doubt, Doubts
from archive.tables.ledger import Ledger
from archive.text.messages import Message
from archive.text.translation import gettext as _
from archive.url import canonical
from crawler.keeping import outcome_of
from crawler.report import Report
from wencang.desk.table import Table


@dataclass(frozen=True, slots=True)
class Doubted(Table):
    """The doubted pages that nobody decided on, oldest first; `notices` say so if there is none."""

    doubts: tuple[Doubt, ...]
    notices: tuple[Message, ...] = ()
    columns = ("found", "fetched", "source", "id", "url", "title", "reason")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`; times as datetimes in UTC, `title` as it was read, None without an article."""
        for doubt in self.doubts:
            title = doubt.article.title if doubt.article else None
            yield doubt.found, doubt.fetched, doubt.source, doubt.id, doubt.url, title, str(doubt.reason)


def doubted(store: ArticleStore, source: str) -> Doubted:
    """The doubted pages of a source, or of all. Raises UsageFault for an unknown source."""
    doubts = Doubts(store).open(_named(store, source))
    return Doubted(tuple(doubts), () if doubts else (Message("no-doubts"),))


def accept(store: ArticleStore, names: Iterable[str], source: str, report: Report) -> None:
    """Archive what was read of doubted pages, each as a version fetched when the page was.

    Raises UsageFault for a name that is not one of a doubted page, or of one without an article; then nothing is done.
    """
    chosen = _chosen(store, names, source)
    for doubt in chosen:
        if not doubt.article:
            reason = _("holds no article that could be accepted ({reason})").format(reason=doubt.reason)
            raise UsageFault(doubt.url, reason, _("`wencang doubts refuse {url}`").format(url=doubt.url))
    for doubt in chosen:
        _accept(store, doubt, report)


def _accept(store: ArticleStore, doubt: Doubt, report: Report) -> None:
    assert doubt.article
    with store.batch():
        revision = store.put(doubt.article, doubt.fetched, extractor=doubt.extractor, keep=lambda _earlier: doubt.pages)
        Doubts(store).settle(doubt.url, "accepted")
    report.count(doubt.source, outcome_of(store, revision))


def refuse(store: ArticleStore, names: Iterable[str], source: str) -> int:
    """Skip the text of these doubted pages from now on; their number. Raises UsageFault like `accept`."""
    chosen = _chosen(store, names, source)
    for doubt in chosen:
        Doubts(store).settle(doubt.url, "refused")
    return len(chosen)


def _named(store: ArticleStore, source: str) -> str:
    return named_source(sorted({*store.sources(), *Ledger(store).sources()}), source) if source else ""


def _chosen(store: ArticleStore, names: Iterable[str], source: str) -> list[Doubt]:
    """The doubted pages with these addresses or ids, or all of a source."""
    names = list(names)
    if bool(names) == bool(source):
        raise UsageFault("doubts", _("needs addresses, or a source"), _("`wencang doubts list` shows them"))
    doubts = Doubts(store).open(_named(store, source))
    if not names:
        return doubts
    by_name = {name: doubt for doubt in doubts for name in (canonical(doubt.url), doubt.id) if name}
    for name in names:
        if canonical(name) not in by_name:
            raise UsageFault(name, _("is not a doubted page"), _("`wencang doubts list` shows them"))
    return [by_name[key] for key in dict.fromkeys(map(canonical, names))]
