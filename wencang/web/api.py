"""The HTTP API: what the pages show, and what the desk counts, as JSON for programs; openapi.py describes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from archive.text.messages import Message
from indexer.figures.figure import KINDS
from wencang.archive import FigureOrder, Period
from wencang.desk.count.collocations import Measure as CollocationMeasure
from wencang.desk.count.concordance import Order as LineOrder
from wencang.desk.count.keywords import Measure as KeywordMeasure
from wencang.desk.export.citation import STYLES, cited
from wencang.desk.table import Table
from wencang.web import article, openapi, overview, timeline
from wencang.web.inputs import Asked, one_of
from wencang.web.paging import number_or, part_of
from wencang.web.render import Handler, Links, Site, deadline_of, json
from wencang.web.search import answer_to, question_of

HITS, ROWS = openapi.HITS, openapi.ROWS


def _table(table: Table, notices: Iterable[Message] = ()) -> Response:
    return json({"rows": list(table.records()), "notices": [notice.to_json() for notice in notices]})


def _of_rows(request: Request) -> Asked:
    """The question; `sort` is an order of rows here, not of articles."""
    return question_of(QueryParams([pair for pair in request.query_params.multi_items() if pair[0] != "sort"]))


# The handlers; those that are missing here are the twins of pages


def search(site: Site, request: Request) -> Response:
    """The values of `wencang search --json`, a part at a time."""
    question, part = question_of(request.query_params), part_of(site, request, HITS)
    answer, has_more = answer_to(site, request, question, part.limit, part.offset)
    return part.response({"query": question.parameters(page=1)} | answer.to_json(), has_more)


def versions(site: Site, request: Request) -> Response:
    """The values of `wencang history --json`."""
    return json({"rows": [step.to_json() for step in site.archive.history(article.id_of(request)).steps]})


def proof(site: Site, request: Request) -> Response:
    """What proves a version, by default the newest one, checked for this answer."""
    id = article.id_of(request)
    sequence = number_or(request, "sequence", 0, 0, article.MOST) or site.archive.revision(id).sequence
    return json(site.archive.proof(id, sequence).to_json())


def citation(site: Site, request: Request) -> Response:
    """The text of `wencang cite`."""
    style = one_of("style", request.query_params, tuple(STYLES))
    revision = site.archive.revision(article.id_of(request))
    return json({"id": revision.article.id, "style": style, "citation": cited(style, [revision]).text})


def concordance(site: Site, request: Request) -> Response:
    """The rows of `wencang concordance --json`, a part at a time."""
    question, part = _of_rows(request), part_of(site, request, ROWS)
    order: LineOrder = one_of("sort", request.query_params, get_args(LineOrder))
    lines = site.archive.concordance(
        question.q, window=number_or(request, "window", 20, 1, openapi.WIDEST), sort=order,
        sample=number_or(request, "sample", 0, 0, ROWS.deepest) or None,
        seed=number_or(request, "seed", 0, 0, article.MOST), limit=part.end + 1,
        source=question.source, since=question.since, until=question.until, progress=deadline_of(request).check,
    )  # fmt: skip
    return part.of(lines.records(), lines.notices)


def figures(site: Site, request: Request) -> Response:
    """The rows of `wencang figures --json`, a part at a time."""
    question, part = _of_rows(request), part_of(site, request, ROWS)
    order: FigureOrder = one_of("sort", request.query_params, get_args(FigureOrder))
    kinds = [one_of("kind", {"kind": kind}, KINDS) for kind in request.query_params.getlist("kind")]
    figures = site.archive.figures(
        question.q, kind=kinds, sort=order, source=question.source, since=question.since, until=question.until
    )
    return part.of(figures.records(), figures.notices)


def keywords(site: Site, request: Request) -> Response:
    """The rows of `wencang keywords --json`."""
    question = question_of(request.query_params)
    measure: KeywordMeasure = one_of("measure", request.query_params, get_args(KeywordMeasure))
    by: Period = one_of("by", request.query_params, get_args(Period))
    words = site.archive.keywords(
        question.q, measure=measure, by=by, limit=number_or(request, "limit", 30, 1, openapi.WORDS),
        least=number_or(request, "least", 3, 1, article.MOST), source=question.source, since=question.since,
        until=question.until, progress=deadline_of(request).check,
    )  # fmt: skip
    return _table(words, words.notices)


def collocations(site: Site, request: Request) -> Response:
    """The rows of `wencang collocations --json`; `q` is the word."""
    measure: CollocationMeasure = one_of("measure", request.query_params, get_args(CollocationMeasure))
    by: Period = one_of("by", request.query_params, get_args(Period))
    words = site.archive.collocations(
        question_of(request.query_params).q, window=number_or(request, "window", 5, 1, openapi.WIDEST),
        measure=measure, by=by, limit=number_or(request, "limit", 30, 1, openapi.WORDS),
        least=number_or(request, "least", 5, 1, article.MOST),
        progress=deadline_of(request).check,
    )  # fmt: skip
    return _table(words, words.notices)


def story(site: Site, request: Request) -> Response:
    """The rows of `wencang story --json`: the copies of an article."""
    story = site.archive.story(article.id_of(request))
    return _table(story, story.notices)


def description(_site: Site, request: Request) -> Response:
    """The description of the API for programs, OpenAPI 3.1."""
    return json(openapi.document(Links(request).root))


OF_STATE: dict[str, Handler] = {
    "/api/search": search, "/api/timeline": timeline.twin, "/api/concordance": concordance,
    "/api/keywords": keywords, "/api/collocations": collocations, "/api/figures": figures,
    "/api/articles/{id}": article.article_twin, "/api/articles/{id}/versions": versions,
    "/api/articles/{id}/versions/{sequence}": article.version_twin, "/api/articles/{id}/diff": article.diff_twin,
    "/api/articles/{id}/citation": citation, "/api/stories/{id}": story,
}  # fmt: skip
OF_NOW: dict[str, Handler] = {
    "/api/articles/{id}/proof": proof, "/api/sources": overview.sources_twin, "/api/status": overview.status_twin,
    "/openapi.json": description,
}  # fmt: skip
