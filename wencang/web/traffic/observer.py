"""Watches every request: counts it for Prometheus, and writes a line of the access log if there is one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive import clock
from archive.text.escaping import printable
from wencang.web.traffic.metrics import Metrics

OTHER = "other"  # the route of addresses that do not exist here


@dataclass(slots=True)
class Record:
    """What is known of a request when it has been answered; `route` is the path with the names of its parameters."""

    method: str
    route: str = OTHER
    query: str = ""
    status: int = 500
    size: int = 0
    seconds: float = 0.0


Log = Callable[[Record], None]


def access_log(*, queries: bool) -> Log:
    """Writes a line a request to stderr: time, method, route, status, milliseconds, bytes; never who asked.

    What was asked only with `queries`: a question can tell who asks it.
    """

    def write(record: Record) -> None:
        route = f"{record.route}?{record.query}" if queries and record.query else record.route
        line = f"{record.method} {route} {record.status} {record.seconds * 1000:.0f}ms {record.size}"
        print(f"{clock.now():%Y-%m-%dT%H:%M:%SZ} {printable(line)}", file=sys.stderr, flush=True)

    return write


class Observer:
    """Wraps an application that leaves the route in the scope, and why it refused a request."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: Log | None = None) -> None:
        self._app, self._metrics, self._log = app, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record, started = Record(scope["method"], query=str(scope["query_string"], "latin-1")), perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
            record.size += len(message.get("body", b""))
            await send(message)

        with self._metrics.in_progress():
            try:
                await self._app(scope, receive, noted)
            finally:
                record.route = scope.get("route_template", OTHER)
                record.seconds = perf_counter() - started
                self._metrics.answered(record.route, record.status, record.seconds, scope.get("refused", ""))
                if self._log:
                    self._log(record)
