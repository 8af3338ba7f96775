"""The pages about the whole archive: home, timeline, sources, status, help."""

from __future__ import annotations

from io import BytesIO
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from archive.errors import Busy, IndexUnusable, UsageFault
from wencang.archive import Group
from wencang.desk import table
from wencang.desk.count.periods import By
from wencang.desk.count.timeline import Series, Timeline
from wencang.web.chart import Chart, chart
from wencang.web.inputs import Asked, asked, field_of, one_of, typed
from wencang.web.render import Links, Site, json

_LATEST, _RUNS = 12, 20
_SERIES = 8  # charts of a timeline; more are in its table
_MANY_MONTHS = 48
_LINKED = ("day", "month", "year")  # periods that a question can be narrowed to


def home(site: Site, request: Request) -> Response:
    """The search box, what is kept and how fresh, the whole archive over time, the latest articles."""
    links = Links(request)
    return site.page(
        request, "home.html", overview=site.archive.overview(), timeline=_calendar(site, links),
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


def _calendar(site: Site, links: Links) -> Chart | None:
    """All articles by month, or by year where there are many months; None where no index says."""
    try:
        counts = site.archive.calendar(by="month")
        counts = counts if len(counts.periods) <= _MANY_MONTHS else site.archive.calendar(by="year")
    except (IndexUnusable, Busy):  # the rest of the page can be shown
        return None
    series = counts.series[0]
    return chart(series.counts, counts.periods, lambda period: links.to("/search", q=f"date:{period}"))


def timeline(site: Site, request: Request) -> Response:
    """One or several questions over time, as counts or as the share of all articles."""
    questions = [q for q in request.query_params.getlist("q") if q.strip()]
    try:
        counts = _timeline(site, request) if questions else None
    except UsageFault as fault:
        shown = typed(request.query_params)
        return site.page(
            request, "timeline.html", 400, fault=fault, field=field_of(fault, shown), questions=questions, asked=shown,
            timeline=None, charts=[], parameters=request.query_params,
        )  # fmt: skip
    question = asked(request.query_params)
    charts = [_chart(counts, series, question, Links(request)) for series in counts.series[:_SERIES]] if counts else []
    return site.page(
        request, "timeline.html", fault=None, field="", questions=questions, asked=question, timeline=counts,
        charts=charts, parameters=request.query_params,
    )  # fmt: skip


def timeline_twin(site: Site, request: Request) -> Response:
    """The rows of `wencang timeline --json`."""
    counts = _timeline(site, request)
    return json({"rows": list(counts.records()), "notices": [notice.to_json() for notice in counts.notices]})


def timeline_csv(site: Site, request: Request) -> Response:
    """The rows of `wencang timeline --csv`."""
    counts, out = _timeline(site, request), BytesIO()
    table.write(out, counts.columns, counts.rows())
    headers = {"Content-Disposition": 'attachment; filename="timeline.csv"'}
    return Response(out.getvalue(), media_type="text/csv", headers=headers)


def _timeline(site: Site, request: Request) -> Timeline:
    parameters = request.query_params
    question = asked(parameters)
    questions = list(dict.fromkeys(q for q in parameters.getlist("q") if q.strip()))[:_SERIES]
    return site.archive.timeline(
        *questions, by=_by(request), share=bool(one_of("share", parameters, ("", "1"))),
        group=one_of("group", parameters, get_args(Group)), source=question.source, since=question.since,
        until=question.until,
    )  # fmt: skip


def _by(request: Request) -> By:
    return one_of("by", request.query_params, ("month", "day", "week", "year"))


def _chart(counts: Timeline, series: Series, question: Asked, links: Links) -> Chart:
    def link(period: str) -> str:
        if counts.by not in _LINKED:
            return ""
        narrowed = {"q": series.query, "since": period, "until": period, "source": question.source}
        return links.to("/search", narrowed)

    shares = {period: counts.share(series, period) for period in counts.periods} if counts.of is not None else None
    drawn = [counts.value(each, period) or 0 for each in counts.series[:_SERIES] for period in counts.periods]
    return chart(
        series.counts, counts.periods, link if not counts.grouped else lambda _period: "", name=counts.name(series),
        values=shares, highest=max(drawn, default=0),
    )  # fmt: skip


def sources(site: Site, request: Request) -> Response:
    """What is collected, and how fresh it is."""
    return site.page(request, "sources.html", status=site.archive.status())


def sources_twin(site: Site, request: Request) -> Response:
    """The sources of `wencang status --json`."""
    return json({"sources": [source.to_json() for source in site.archive.status().sources]})


def status(site: Site, request: Request) -> Response:
    """The state of the indexes, and the last runs."""
    return site.page(request, "status.html", status=site.archive.status(), runs=site.archive.runs(limit=_RUNS))


def status_twin(site: Site, request: Request) -> Response:
    """The values of `wencang status --json`; of the data folder only its name, as the page is public."""
    status = site.archive.status()
    return json(status.to_json() | {"data": status.data.name})


def help(site: Site, request: Request) -> Response:
    """How to ask."""
    return site.page(request, "help.html")
