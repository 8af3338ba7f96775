"""What a server counts for Prometheus; no question and no id is among the labels.

Where PROMETHEUS_MULTIPROC_DIR names a folder, all processes that share it count together; else each by itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from archive.text.translation import gettext as _
from wencang.keeping.state import State

TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """Requests by route and status, their durations, those in progress, those refused."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "wencang_requests", _("Requests, by route and status."), ["route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "wencang_request_duration_seconds", _("Duration of requests, by route."), ["route"], buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._refused = Counter(
            "wencang_requests_refused", _("Refused requests, by reason."), ["reason"],
            registry=self._registry,
        )  # fmt: skip
        self._in_progress = Gauge(
            "wencang_requests_in_progress", _("Requests in progress, including those that wait."),
            registry=self._registry, multiprocess_mode="livesum",
        )  # fmt: skip

    @contextmanager
    def in_progress(self) -> Iterator[None]:
        """Count a request as being answered."""
        with self._in_progress.track_inprogress():
            yield

    def answered(self, route: str, status: int, seconds: float, refused: str) -> None:
        """Count an answer; `refused` is why it is a refusal, or ""."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if refused:
            self._refused.labels(refused).inc()

    def text(self, state: State | None) -> bytes:
        """All of it in the format of Prometheus, with the state of the archive and its index if they can be used."""
        registry = self._registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return (generate_latest(_registry_of(state)) if state else b"") + generate_latest(registry)


def _registry_of(state: State) -> CollectorRegistry:
    """Gauges of the moment, which are not kept."""
    registry = CollectorRegistry()
    for name, help, value in (
        ("wencang_archive_sequence", _("Sequence of the newest revision."), state.sequence),
        ("wencang_index_position", _("Sequence up to which the index is current."), state.position),
    ):
        Gauge(name, help, registry=registry).set(value)
    return registry
