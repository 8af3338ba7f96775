"""The pages about the whole archive: home, sources, status, help."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from wencang.web.render import Links, Site, json
from wencang.web.timeline import calendar

_LATEST, _RUNS = 12, 20


def home(site: Site, request: Request) -> Response:
    """The search box, what is kept and how fresh, the whole archive over time, the latest articles."""
    links = Links(request)
    return site.page(
        request, "home.html", overview=site.archive.overview(), timeline=calendar(site, links),
        latest=site.archive.latest(limit=_LATEST),
    )  # fmt: skip


def home_twin(site: Site, request: Request) -> Response:
    """The size of the archive, its sources, its newest articles."""
    overview = site.archive.overview()
    latest = [
        {"id": r.article.id, "title": r.article.title, "published": r.article.issued and r.article.issued.isoformat()}
        for r in site.archive.latest(limit=_LATEST)
    ]
    run = overview.run and overview.run.to_json()
    return json({"articles": overview.articles, "sources": overview.sources, "run": run, "latest": latest})


def sources(site: Site, request: Request) -> Response:
    """What is collected, and how fresh it is."""
    return site.page(request, "sources.html", status=site.archive.status())


def sources_twin(site: Site, request: Request) -> Response:
    """The sources of `wencang status --json`."""
    return json({"sources": [source.to_json() for source in site.archive.status().sources]})


def status(site: Site, request: Request) -> Response:
    """The state of the indexes, the last runs, and who holds what."""
    return site.page(
        request, "status.html", status=site.archive.status(), runs=site.archive.runs(limit=_RUNS),
        hosts=site.archive.hosts(),
    )  # fmt: skip


def status_twin(site: Site, request: Request) -> Response:
    """The values of `wencang status --json`; of the data folder only its name, as the page is public."""
    status = site.archive.status()
    return json(status.to_json() | {"data": status.data.name})


def help(site: Site, request: Request) -> Response:
    """How to search."""
    return site.page(request, "help.html")
