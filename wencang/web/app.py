"""The web application of one archive: its addresses, and how many are answered at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from archive.errors import WencangError
from archive.text.translation import gettext as _
from wencang.archive import Archive
from wencang.web import api, article, discovery, faults, overview, search
from wencang.web.guard import Guard
from wencang.web.render import FORMATS, Handler, Site, conditional

LOCAL = ("127.0.0.1", "localhost", "[::1]")
AT_ONCE, WAITING = 4, 32  # answers that are made at the same time, and requests that wait for their turn
_EXPORTS: dict[str, Handler] = {f"/search.{name}": search.export for name in FORMATS}

# What these show depends on what is archived and indexed alone, so that its tag is known before it is made.
_OF_STATE: dict[str, Handler] = {
    "/search.json": search.twin, "/search.atom": search.feed, "/search.feed.json": search.feed, **_EXPORTS,
    "/search": search.search, "/timeline.json": overview.timeline_twin, "/timeline.csv": overview.timeline_csv,
    "/timeline": overview.timeline, "/article/{id}.json": article.article_twin, "/article/{id}": article.article,
    "/article/{id}/diff.json": article.diff_twin, "/article/{id}/diff": article.diff,
    "/article/{id}/{sequence}.json": article.version_twin, "/article/{id}/{sequence}": article.version,
    **api.OF_STATE,
}  # fmt: skip
_OF_NOW: dict[str, Handler] = {
    "/": overview.home, "/home.json": overview.home_twin, "/sources.json": overview.sources_twin,
    "/sources": overview.sources, "/status.json": overview.status_twin, "/status": overview.status,
    "/help": overview.help, "/go": article.go, "/article/{id}/{sequence}/proof.json": article.proof_twin,
    "/article/{id}/{sequence}/proof": article.proof, "/article/{id}/{sequence}/raw": article.raw,
    "/style.css": discovery.style, "/icon.svg": discovery.icon, "/robots.txt": discovery.robots,
    "/opensearch.xml": discovery.opensearch, "/health": discovery.health,
    **api.OF_NOW,
}  # fmt: skip


def create_app(
    archive: Archive, *, hosts: Collection[str] = LOCAL, token: str = "", prefix: str = "", at_once: int = AT_ONCE,
    waiting: int = WAITING,
) -> ASGIApp:  # fmt: skip
    """The application, for any ASGI server; it answers under these host names only, given without a port.

    With `token` only to requests that have it. `prefix` is the path under which a proxy serves it. At
    most `at_once` answers are made at the same time, and as many requests as `waiting` wait for that;
    further ones get 503 with Retry-After.
    """
    site = Site(archive)
    turns = _Turns(at_once, waiting)
    routes = [Route(path, _endpoint(handler, turns, tagged=True)) for path, handler in _OF_STATE.items()]
    routes += [Route(path, _endpoint(handler, turns, tagged=False)) for path, handler in _OF_NOW.items()]
    app = Starlette(
        routes=routes,
        exception_handlers={WencangError: faults.of_error, HTTPException: faults.of_http, Exception: faults.of_bug},
    )
    app.router.redirect_slashes = False
    app.state.site = site
    return Guard(app, hosts, token, prefix)


class _Turns:
    """How many answers are made at once, and how many requests may wait."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._room = at_once + waiting

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        if not self._room:
            raise faults.Overloaded("503", _("Too many searches at once. Please try again in a few seconds."))
        self._room -= 1
        try:
            async with self._free:
                yield
        finally:
            self._room += 1


def _endpoint(handler: Handler, turns: _Turns, *, tagged: bool) -> Callable[[Request], Awaitable[Response]]:
    def answer(request: Request) -> Response:
        site: Site = request.app.state.site
        return conditional(request, lambda: handler(site, request), site.tag(request) if tagged else "")

    async def endpoint(request: Request) -> Response:
        async with turns.turn():
            return await run_in_threadpool(answer, request)

    return endpoint
