"""The timeline of one or several questions: as a page, JSON, CSV, SVG and PNG, with what is known to be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import Response

from archive.errors import Busy, IndexUnusable, UsageFault
from wencang.archive import Group
from wencang.desk.count.periods import By
from wencang.desk.count.timeline import Series, Timeline
from wencang.desk.draw.plot import MOST, Gap
from wencang.web.drawing.background import Marks
from wencang.web.drawing.chart import Chart, by_period, chart, periods_of
from wencang.web.drawing.tables import FILES, file_of, json_of
from wencang.web.inputs import Asked, field_of, narrowed, no_question, one_of, typed, within
from wencang.web.render import Links, Site

QUESTIONS = MOST
HAS_PNG = find_spec("resvg_py") is not None  # the extra `plot`
_LINKS = 1_000  # values that lead to their articles; of more none
_ROWS = 500  # of the table on the page
_LINKED = ("day", "month", "year")  # periods that a question can be narrowed to


def calendar(site: Site, links: Links) -> Chart | None:
    """All articles by month, or by year where there are many months; None where no index says."""
    try:
        months = site.background.calendar(site.archive, "month")
        by, periods = periods_of({"month": months, "year": by_period(months, "year")})
        marks = site.background.marks(site.archive, by)
    except (IndexUnusable, Busy):  # the rest of the page can be shown
        return None
    return chart(by_period(months, by), periods, lambda period: links.to("/search", q=f"date:{period}"), marks)


def timeline(site: Site, request: Request) -> Response:
    """One or several questions over time, as counts or as the share of all articles."""
    questions = _questions(request)
    page = partial(site.page, request, "timeline.html", questions=questions, parameters=request.query_params)
    try:
        question = narrowed(request.query_params)
        counts = _timeline(site, request) if questions else None
    except UsageFault as fault:
        shown = typed(request.query_params)
        field = field_of(fault, shown)
        return page(code=400, fault=fault, field={"q": "q1"}.get(field, field), asked=shown, timeline=None)
    drawn = _drawn(site, counts, question, Links(request)) if counts and counts.total else {}
    return page(fault=None, field="", asked=question, timeline=counts, **drawn)


def twin(site: Site, request: Request) -> Response:
    """The rows of `wencang timeline --json`."""
    counts = _timeline(site, request)
    return json_of(request, counts, counts.notices)


def file(site: Site, request: Request) -> Response:
    """The rows of `wencang timeline -o timeline.csv`, or `.xlsx`."""
    return file_of(request, _timeline(site, request))


def svg(site: Site, request: Request) -> Response:
    """The picture of `wencang timeline -o timeline.svg`, with the known gaps."""
    return _picture(_svg(site, request).encode(), "svg", "image/svg+xml")


def png(site: Site, request: Request) -> Response:
    """The same picture for a printer, where the extra `plot` is installed."""
    from wencang.desk.draw.png import png

    return _picture(png(_svg(site, request)), "png", "image/png")


ROUTES = {
    "/timeline.json": twin,
    **{f"/timeline.{form}": file for form in FILES},
    "/timeline.svg": svg,
    "/timeline.png": png,
    "/timeline": timeline,
}


def _svg(site: Site, request: Request) -> str:
    counts = _timeline(site, request)
    return counts.svg(gaps=tuple(_gaps(counts, site.background.marks(site.archive, counts.by, _source(request)))))


def _picture(content: bytes, ending: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="timeline.{ending}"'}
    return Response(content, media_type=media_type, headers=headers)


def _questions(request: Request) -> list[str]:
    return list(dict.fromkeys(q for q in request.query_params.getlist("q") if q.strip()))[:QUESTIONS]


def _timeline(site: Site, request: Request) -> Timeline:
    parameters, questions = request.query_params, [within("q", each) for each in _questions(request)]
    question = narrowed(parameters)
    if not questions:
        raise no_question()
    return site.archive.timeline(
        *questions, by=_by(request), share=bool(one_of("share", parameters, ("", "1"))),
        group=one_of("group", parameters, get_args(Group)), **question.filters,
    )  # fmt: skip


def _by(request: Request) -> By:
    return one_of("by", request.query_params, ("month", "day", "week", "year"))


def _source(request: Request) -> str:
    return request.query_params.get("source", "")


def _drawn(site: Site, counts: Timeline, question: Asked, links: Links) -> dict[str, Any]:
    """Several questions in one picture; one question, or each group of it, as bars of a chart of its own."""
    marks = site.background.marks(site.archive, counts.by, question.source)
    link = _link(counts, question, links)
    noted = {period: marks[period].text for period in counts.periods if period in marks}
    shown = {"noted": noted, "rows": counts.periods[-_ROWS:], "link": link, "has_png": HAS_PNG}
    if len(counts.series) > 1 and not counts.grouped:
        return shown | {"picture": counts.svg(gaps=tuple(_gaps(counts, marks)), link=link), "charts": []}
    charts = [_chart(counts, series, marks, link) for series in counts.series[:MOST]]
    return shown | {"picture": "", "charts": charts}


def _gaps(counts: Timeline, marks: Marks) -> Iterator[Gap]:
    for place, period in enumerate(counts.periods):
        if mark := marks.get(period):
            yield from (Gap(place + start, place + end, f"{period}: {mark.text}") for start, end in mark.parts)


def _link(counts: Timeline, question: Asked, links: Links) -> Callable[[Series, str], str]:
    """The address of the articles of a series in a period; "" where an address can't say so, or there are too many."""
    if counts.by not in _LINKED or counts.grouped or sum(len(series.counts) for series in counts.series) > _LINKS:
        return lambda _series, _period: ""

    of_query = {
        series.query: links.varied("/search", {**question.filters, "q": series.query}, "since", "until")
        for series in counts.series
    }
    return lambda series, period: of_query[series.query](period)


def _chart(counts: Timeline, series: Series, marks: Marks, link: Callable[[Series, str], str]) -> Chart:
    highest = max(counts.value(each, period) or 0 for each in counts.series[:MOST] for period in counts.periods)
    return chart(
        series.counts, counts.periods, partial(link, series), marks, name=counts.name(series), of=counts.of,
        highest=highest,
    )  # fmt: skip
