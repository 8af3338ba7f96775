"""The HTTP API: what the pages show, and what the desk counts, as JSON for programs; openapi.py describes it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from wencang.desk.export.citation import STYLES, cited
from wencang.web import article, changes, desk, openapi, overview, timeline
from wencang.web.drawing.tables import json_of
from wencang.web.inputs import MOST, one_of
from wencang.web.paging import number_or, part_of
from wencang.web.render import Handler, Links, Site, json
from wencang.web.search import answer_to, question_of

HITS, ROWS = openapi.HITS, openapi.ROWS


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
    sequence = number_or(request, "sequence", 0, 0, MOST) or site.archive.revision(id).sequence
    return json(site.archive.proof(id, sequence).to_json())


def citation(site: Site, request: Request) -> Response:
    """The text of `wencang cite`."""
    style = one_of("style", request.query_params, tuple(STYLES))
    revision = site.archive.revision(article.id_of(request))
    return json({"id": revision.article.id, "style": style, "citation": cited(style, [revision]).text})


def tags(site: Site, request: Request) -> Response:
    """The rows of `wencang tag --json`."""
    return json_of(request, site.archive.labels(), ())


def concordance(site: Site, request: Request) -> Response:
    """The rows of `wencang concordance --json`, a part at a time."""
    part = part_of(site, request, ROWS)
    lines = desk.ask_concordance(site, _with_numbers(request, "window", "sample", "seed"), part.end + 1)
    return part.of(lines.records(), lines.notices)


def figures(site: Site, request: Request) -> Response:
    """The rows of `wencang figures --json`, a part at a time."""
    part = part_of(site, request, ROWS)
    figures = desk.ask_figures(site, request)
    return part.of(figures.records(), figures.notices)


def quotes(site: Site, request: Request) -> Response:
    """The rows of `wencang quotes --json`, a part at a time."""
    part = part_of(site, request, ROWS)
    quotes = desk.ask_quotes(site, request)
    return part.of(quotes.records(), quotes.notices)


def aid(site: Site, request: Request) -> Response:
    """The rows of `wencang aid --json`, a part at a time."""
    part = part_of(site, request, ROWS)
    pairs = desk.ask_aid(site, request)
    return part.of(pairs.records(), pairs.notices)


def places(site: Site, request: Request) -> Response:
    """The rows of `wencang map --json`."""
    places = desk.ask_map(site, request)
    return json_of(request, places, places.notices)


def keywords(site: Site, request: Request) -> Response:
    """The rows of `wencang keywords --json`."""
    words = desk.ask_keywords(site, _with_numbers(request, "limit", "least"))
    return json_of(request, words, words.notices)


def collocations(site: Site, request: Request) -> Response:
    """The rows of `wencang collocations --json`; `q` is the word."""
    words = desk.ask_collocations(site, _with_numbers(request, "window", "limit", "least"))
    return json_of(request, words, words.notices)


def network(site: Site, request: Request) -> Response:
    """The rows of `wencang network --json`."""
    return desk.network_twin(site, _with_numbers(request, "limit", "least"))


def names(site: Site, request: Request) -> Response:
    """The rows of `wencang figures --count --json`."""
    counts = desk.ask_names(site, _with_numbers(request, "limit"))
    return json_of(request, counts, counts.notices)


def _with_numbers(request: Request, *fields: str) -> Request:
    """The request. Raises FieldFault for an empty number, which a form sends for the usual one."""
    for field in fields:
        number_or(request, field, 0, 0, MOST)
    return request


def description(_site: Site, request: Request) -> Response:
    """The description of the API for programs, OpenAPI 3.1."""
    return json(openapi.document(Links(request).root))


OF_STATE: dict[str, Handler] = {
    "/api/search": search, "/api/timeline": timeline.twin, "/api/concordance": concordance,
    "/api/keywords": keywords, "/api/collocations": collocations, "/api/figures": figures,
    "/api/names": names, "/api/quotes": quotes, "/api/aid": aid, "/api/map": places, "/api/network": network,
    "/api/articles/{id}/versions": versions,
    "/api/articles/{id}/versions/{sequence}": article.version_twin, "/api/articles/{id}/diff": article.diff_twin,
    "/api/articles/{id}/citation": citation, "/api/stories/{id}": article.story_twin, "/api/changes": changes.twin,
    "/api/tags": tags,
}  # fmt: skip
OF_NOW: dict[str, Handler] = {
    "/api/articles/{id}": article.article_twin,
    "/api/articles/{id}/proof": proof, "/api/sources": overview.sources_twin, "/api/status": overview.status_twin,
    "/openapi.json": description,
}  # fmt: skip
