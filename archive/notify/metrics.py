"""Writes gauges of an archive and its last runs to a file for node_exporter's textfile collector.

docs/operations.md explains each gauge.
"""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from archive.disk import atomic_write
from archive.errors import NotTold
from archive.store import ArticleStore
from archive.tables import stats
from archive.tables.ledger import OUTCOMES, Ledger
from archive.text.messages import of_error
from archive.text.translation import gettext as _


def gauges(store: ArticleStore) -> CollectorRegistry:
    """How many articles are kept, when each list was last checked, and the counts of each source's last run."""
    registry, ledger = CollectorRegistry(), Ledger(store)
    articles = Gauge("wencang_articles", _("Articles that are kept."), ["source"], registry=registry)
    for count in stats.by_source(store):
        articles.labels(count.source).set(count.articles)
    _set_lists(registry, ledger)
    _set_runs(registry, ledger)
    return registry


def _set_lists(registry: CollectorRegistry, ledger: Ledger) -> None:
    help = _("Unix time at which a list was last read to its end.")
    checked = Gauge("wencang_list_checked_timestamp_seconds", help, ["source", "list"], registry=registry)
    for section in ledger.sections():
        if section.checked:
            checked.labels(section.source, section.list).set(section.checked.timestamp())


def _set_runs(registry: CollectorRegistry, ledger: Ledger) -> None:
    def gauge(name: str, help: str, *labels: str) -> Gauge:
        return Gauge(f"wencang_run_{name}", help, ["source", *labels], registry=registry)

    finished = gauge("finished_timestamp_seconds", _("Unix time at which the last run ended."))
    duration = gauge("duration_seconds", _("Duration of the last run."))
    received = gauge("received_bytes", _("Bytes that the last run received over the network."))
    articles = gauge("articles", _("Articles of the last run, by outcome."), "outcome")
    for source in ledger.sources():
        for run in ledger.last_runs(source, 1):
            finished.labels(source).set(run.finished.timestamp())
            duration.labels(source).set(run.seconds)
            received.labels(source).set(run.bytes)
            for outcome in OUTCOMES:
                articles.labels(source, outcome).set(getattr(run, outcome))


def write(path: Path, registry: CollectorRegistry) -> None:
    """Replace the file as a whole, readable by all. Raises NotTold where it can't be written."""
    try:
        with atomic_write(path, public=True) as file:
            file.write(generate_latest(registry))
    except OSError as error:
        raise NotTold(path, of_error(error), _("correct `metrics` in the settings")) from error
