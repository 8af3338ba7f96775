"""What sites changed in their articles: the page, the same as JSON, and as feeds."""

from __future__ import annotations

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
    try:
        question, found = asked(request.query_params), _changes(site, request, _SHOWN)
    except UsageFault as fault:
        question = typed(request.query_params)
        field = field_of(fault, question)
        return site.page(
            request, "changes.html", 400, asked=question, q=question.q, fault=fault, field=field, changes=None,
            narrowed=_narrowed(question, request),
        )  # fmt: skip
    return site.page(
        request, "changes.html", asked=question, q=question.q, fault=None, field="", changes=found,
        narrowed=_narrowed(question, request),
    )  # fmt: skip


def twin(site: Site, request: Request) -> Response:
    """The values of `wencang changes --json`, and the address of the next page."""
    question, links = asked(request.query_params), Links(request)
    limit = number_or(request, "limit", _SHOWN, 1, MOST_CHANGES)
    found, parameters = _changes(site, request, limit), _narrowed(question, request)
    following = {**parameters, "limit": limit if limit != _SHOWN else "", "before": found.next}
    next = links.whole(links.to(request.scope["route_template"], following)) if found.next else None
    return json({"query": parameters} | found.to_json() | {"next": next})


def feed(site: Site, request: Request) -> Response:
    """The newest changes as Atom or JSON Feed, each with the address of its comparison."""
    question, links = asked(request.query_params), Links(request)
    form: FeedForm = "atom" if request.url.path.endswith(".atom") else "json"
    path = "/changes.atom" if form == "atom" else "/changes.feed.json"
    name = f"{question.q} · {_('Changes by the sites')}" if question.q.strip() else _("Changes by the sites")

    def comparison(change: Change) -> str:
        return links.whole(links.comparison(change.old, change.new))

    content = _changes(site, request, _IN_FEED).feed(
        form, name=name, address=links.whole(links.to(path, _narrowed(question, request))), link=comparison
    )
    return Response(content, media_type=FEEDS[form])


def _changes(site: Site, request: Request, limit: int) -> Changes:
    question = asked(request.query_params)
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
