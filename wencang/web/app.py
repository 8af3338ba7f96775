"""The web application of one archive: its addresses, and how many are answered at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from archive.errors import WencangError
from wencang.archive import Archive
from wencang.web import api, article, changes, desk, discovery, faults, memento, overview, search, timeline
from wencang.web.drawing.tables import FILES
from wencang.web.guard import Guard
from wencang.web.render import FORMATS, Handler, Site, conditional
from wencang.web.traffic.limits import Buckets, Deadline, Limits, Overloaded, TooLong, Turns
from wencang.web.traffic.observer import Log, Observer

LOCAL = ("127.0.0.1", "localhost", "[::1]")
NO_RATE = Limits()
_EXPORTS: dict[str, Handler] = {f"/search.{name}": search.export for name in FORMATS}
_STORY_FILES: dict[str, Handler] = {f"/story/{{id}}.{form}": article.story_file for form in FILES}

# What these show depends on what is archived and indexed alone, so that its tag is known before it is made.
_OF_STATE: dict[str, Handler] = {
    "/search.json": search.twin, "/search.atom": search.feed, "/search.feed.json": search.feed, **_EXPORTS,
    "/search": search.search, **timeline.ROUTES, **desk.ROUTES,
    "/story/{id}.json": article.story_twin, **_STORY_FILES, "/story/{id}": article.story,
    "/article/{id}/diff.json": article.diff_twin, "/article/{id}/diff": article.diff,
    "/changes.json": changes.twin, "/changes.atom": changes.feed, "/changes.feed.json": changes.feed,
    "/changes": changes.changes,
    "/article/{id}/{sequence}.json": article.version_twin, "/article/{id}/{sequence}": article.version,
    **api.OF_STATE,
}  # fmt: skip
_OF_NOW: dict[str, Handler] = {
    "/article/{id}.json": article.article_twin, "/article/{id}": article.article,
    "/": overview.home, "/home.json": overview.home_twin, "/sources.json": overview.sources_twin,
    "/sources": overview.sources, "/status.json": overview.status_twin, "/status": overview.status,
    "/help": overview.help, "/go": article.go, "/article/{id}/{sequence}/proof.json": article.proof_twin,
    "/article/{id}/{sequence}/proof": article.proof, "/article/{id}/{sequence}/raw": article.raw,
    "/article/{id}/picture/{number}": article.picture,
    "/style.css": discovery.style, "/icon.svg": discovery.icon, "/robots.txt": discovery.robots,
    "/opensearch.xml": discovery.opensearch, "/health": discovery.health,
    "/metrics": discovery.metrics,
    "/timemap/link/{url:path}": memento.timemap, "/timegate/{url:path}": memento.timegate, **api.OF_NOW,
}  # fmt: skip
_SMALL = {"/style.css", "/icon.svg", "/robots.txt", "/opensearch.xml", "/openapi.json", "/health", "/metrics"}
_FACETED = {"/search", "/search.json", "/api/search"}  # are made without facets where these take too long


def create_app(
    archive: Archive, *, hosts: Collection[str] = LOCAL, token: str = "", prefix: str = "", limits: Limits = NO_RATE,
    log: Log | None = None,
) -> ASGIApp:  # fmt: skip
    """The application, for any ASGI server; it answers under these host names only, given without a port.

    With `token` only to requests that have it. `prefix` is the path under which a proxy serves it.
    `log` is called with each request that was answered.
    """
    site = Site(archive)
    turns = Turns(limits.at_once, limits.waiting)
    routes = [Route(path, _endpoint(path, handler, turns, limits)) for path, handler in (_OF_STATE | _OF_NOW).items()]
    app = Starlette(
        routes=routes,
        exception_handlers={WencangError: faults.of_error, HTTPException: faults.of_http, Exception: faults.of_bug},
    )
    app.router.redirect_slashes = False
    app.state.site = site
    return Observer(Guard(app, hosts, token, prefix, buckets=Buckets(limits.rate)), site.metrics, log)


def _endpoint(path: str, handler: Handler, turns: Turns, limits: Limits) -> Callable[[Request], Awaitable[Response]]:
    seconds = limits.exports if path in _EXPORTS else limits.seconds

    def answer(request: Request) -> Response:
        site: Site = request.app.state.site
        request.scope["deadline"] = Deadline.after(seconds)
        is_tagged = path in _OF_STATE and "without_facets" not in request.scope
        return conditional(request, lambda: handler(site, request), site.tag(request) if is_tagged else "")

    async def endpoint(request: Request) -> Response:
        request.scope["route_template"] = path
        work = partial(answer, request)
        if path in _SMALL:  # never wait for searches
            return await run_in_threadpool(work)
        try:
            if path not in _FACETED:
                return await turns.run(work, seconds)
            with suppress(TooLong):
                return await turns.run(work, limits.facets)
            request.scope["without_facets"] = True
            return await turns.run(work, seconds)
        except Overloaded as error:
            request.scope["refused"] = "time" if isinstance(error, TooLong) else "overload"
            raise

    return endpoint
