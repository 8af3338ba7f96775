"""What sites changed in their articles: the page, the same as JSON, and as feeds."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from archive.errors import UsageFault
from archive.text.translation import gettext as _
from wencang.archive import FeedForm
from wencang.desk.watch.changes import Change, Changes
from wencang.web.inputs import MOST, Asked, asked, field_of, number, one_of, typed
from wencang.web.paging import number_or
from wencang.web.render import FEEDS, Links, Site, json
from wencang.web.traffic.limits import deadline_of

_SHOWN, _IN_FEED = 20, 50
MOST_CHANGES = 100  # of one answer


def changes(site: Site, request: Request) -> Response:
    """Edits, disappearances and returns, the newest first; `before` goes on with older ones."""
    values: dict[str, Any] = {"fault": None, "field": "", "changes": None}
    code = 200
    try:
        question = asked(request.query_params)
        values["changes"] = _changes(site, request, question, _SHOWN)
    except UsageFault as fault:
        code, question = 400, typed(request.query_params)
        values |= {"fault": fault, "field": field_of(fault, question)}
    narrowed = _narrowed(question, request)
    return site.page(request, "changes.html", code, asked=question, q=question.q, narrowed=narrowed, **values)


def twin(site: Site, request: Request) -> Response:
    """The values of `wencang changes --json`, and the address of the next page."""
    question, links = asked(request.query_params), Links(request)
    limit = number_or(request, "limit", _SHOWN, 1, MOST_CHANGES)
    found, parameters = _changes(site, request, question, limit), _narrowed(question, request)
    following = {**parameters, "limit": limit if limit != _SHOWN else "", "before": found.next}
    next = links.whole(links.to(request.scope["route_template"], following)) if found.next else None
    return json({"query": parameters} | found.to_json() | {"next": next})


def feed(site: Site, request: Request) -> Response:
    """The newest changes as Atom or JSON Feed, each with the address of its comparison."""
    question, links = asked(request.query_params), Links(request)
    path = request.scope["route_template"]
    form: FeedForm = "atom" if path.endswith(".atom") else "json"
    name = f"{question.q} · {_('Changes by the sites')}" if question.q.strip() else _("Changes by the sites")

    def comparison(change: Change) -> str:
        return links.whole(links.comparison(change.old, change.new))

    content = _changes(site, request, question, _IN_FEED).feed(
        form, name=name, address=links.whole(links.to(path, _narrowed(question, request))), link=comparison
    )
    return Response(content, media_type=FEEDS[form])


def _changes(site: Site, request: Request, question: Asked, limit: int) -> Changes:
    return site.archive.changes(
        question.q.strip(), gone=_gone(request), limit=limit, before=number("before", request.query_params, 0, MOST),
        progress=deadline_of(request).check, **question.filters,
    )  # fmt: skip


def _gone(request: Request) -> bool:
    return bool(one_of("gone", request.query_params, ("", "1")))


def _narrowed(question: Asked, request: Request) -> dict[str, object]:
    """The parameters of the same list, from its beginning on."""
    gone = {"gone": "1"} if request.query_params.get("gone") == "1" else {}
    return question.parameters(sort="relevance", stories="", page=1) | gone
