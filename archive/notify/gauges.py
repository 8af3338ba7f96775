"""The figures of an archive and of its last runs that Prometheus is given; docs/operations.md explains each."""

from __future__ import annotations

from collections.abc import Iterator

from archive.notify.metrics import Sample
from archive.store import ArticleStore
from archive.tables import stats
from archive.tables.ledger import OUTCOMES, Ledger, Run
from archive.translation import gettext as _


def gauges(store: ArticleStore) -> Iterator[Sample]:
    """What is kept, when each list was last walked, and what each source's last run came to."""
    ledger = Ledger(store)
    for count in stats.by_source(store):
        told = _("Articles that are kept.")
        yield Sample("wencang_articles", told, "gauge", {"source": count.source}, count.articles)
    for one in ledger.sections():
        if one.checked:
            told, labels = _("When a list was last walked, since 1970."), {"source": one.source, "list": one.list}
            yield Sample("wencang_list_checked_timestamp_seconds", told, "gauge", labels, one.checked.timestamp())
    for source in ledger.sources():
        for run in ledger.last_runs(source, 1):
            yield from _of_run(run)


def _of_run(run: Run) -> Iterator[Sample]:
    finished, took = _("When the last run ended, since 1970."), _("How long the last run took.")
    articles, received = _("Articles of the last run, by outcome."), _("What the last run fetched over the wire.")
    labels = {"source": run.source}
    yield Sample("wencang_run_finished_timestamp_seconds", finished, "gauge", labels, run.finished.timestamp())
    yield Sample("wencang_run_duration_seconds", took, "gauge", labels, run.seconds)
    yield Sample("wencang_run_received_bytes", received, "gauge", labels, run.bytes)
    for outcome in OUTCOMES:
        labels = {"source": run.source, "outcome": outcome}
        yield Sample("wencang_run_articles", articles, "gauge", labels, getattr(run, outcome))
