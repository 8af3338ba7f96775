"""The search page, and the same answer as JSON, as a feed, or exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.errors import NotKept, UsageFault
from archive.text.messages import Message
from archive.text.translation import gettext as _
from wencang.answer import Answer
from wencang.archive import FeedForm
from wencang.desk.export import export as formats
from wencang.web.drawing.chart import Chart, chart, periods_of
from wencang.web.drawing.tables import TYPES, sent, spooled
from wencang.web.inputs import LAST_PAGE, PAGE, Asked, asked, field_of, no_question, typed
from wencang.web.render import FEEDS, Links, Site, json
from wencang.web.traffic.limits import deadline_of

_FACETS = ("source", "section", "credit")
_VALUES = 50  # of a facet that are shown
_LINKED = 200  # characters of a value that becomes part of an address
_TYPES = {
    **TYPES, "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip", "html": "text/html; charset=utf-8", "jsonl": "application/jsonl",
    "jsonld": "application/ld+json", "md": "text/markdown; charset=utf-8", "tei": "application/tei+xml",
    "txt": "text/plain; charset=utf-8", "words": "text/plain; charset=utf-8", "wordzip": "application/zip",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet, or another question to ask: its number of articles and the address it leads to."""

    text: str
    count: int
    link: str


def search(site: Site, request: Request) -> Response:
    """The page of an answer, or of what is wrong with the question."""
    links = Links(request)
    if not request.query_params.get("q", "").strip():
        return RedirectResponse(links.to("/"), 303)
    try:
        question = asked(request.query_params)
        answer, has_more = answer_to(site, request, question, PAGE, question.offset)
    except UsageFault as fault:
        question = typed(request.query_params)
        return site.page(
            request, "search_fault.html", 400, asked=question, fault=fault, field=field_of(fault, question)
        )
    return site.page(
        request, "search.html", asked=question, answer=answer, has_more=has_more,
        facets={name: _choices(answer, question, links, name) for name in _FACETS},
        timeline=_timeline(site, answer, question, links), proposals=list(_proposals(answer, question, links)),
        period=_period(answer), last_page=LAST_PAGE,
    )  # fmt: skip


def twin(site: Site, request: Request) -> Response:
    """The answer as JSON: the hits as `--json` has them, the totals and the facets."""
    question = question_of(request.query_params)
    answer, has_more = answer_to(site, request, question, PAGE, question.offset)
    following = question.parameters(page=question.page + 1) if has_more and question.page < LAST_PAGE else None
    links = Links(request)
    next = following and links.whole(links.to("/search.json", following))
    return json({"query": question.parameters(page=question.page)} | answer.to_json() | {"next": next})


def feed(site: Site, request: Request) -> Response:
    """The newest articles of the answer as Atom or JSON Feed."""
    question, links = question_of(request.query_params), Links(request)
    path = request.scope["route_template"]
    form: FeedForm = "atom" if path.endswith(".atom") else "json"
    address = links.whole(links.to(path, replace(question, sort="relevance", stories="", share="").parameters()))
    content = site.archive.feed(question.q, form, address=address, **question.filters)
    return Response(content, media_type=FEEDS[form])


def export(site: Site, request: Request) -> Response:
    """All articles with all words of the question in one of the formats of `wencang export`, as a download."""
    question = question_of(request.query_params)
    name = request.url.path.rpartition(".")[2]
    with spooled() as out:
        exported = site.archive.export(
            question.q, out=out, format=name, progress=deadline_of(request).check, **question.filters
        )
        if not exported.count:
            raise NotKept(question.q, _("nothing found"))
    headers = {
        "Content-Disposition": f'attachment; filename="wencang.{formats.open_format(name).ENDING}"',
        "X-Total-Count": str(exported.count),
    }
    return sent(out, _TYPES.get(name, "application/octet-stream"), headers)


def question_of(parameters: QueryParams) -> Asked:
    """The question of an address that can't do without one. Raises QueryFault, or FieldFault."""
    question = asked(parameters)
    if not question.q.strip():
        raise no_question()
    return question


def answer_to(site: Site, request: Request, question: Asked, limit: int, offset: int) -> tuple[Answer, bool]:
    """A part of the hits, and whether there are more: one hit more is asked for, as copies are folded.

    Without facets where they took too long before.
    """
    has_facets = "without_facets" not in request.scope
    answer = site.archive.search(
        question.q, limit=limit + 1, offset=offset, sort=question.sort, stories=bool(question.stories),
        facets=has_facets, **question.filters,
    )  # fmt: skip
    notices = answer.notices if has_facets else (*answer.notices, Message("facets-left-out"))
    return replace(answer, hits=answer.hits[:limit], notices=notices), len(answer.hits) > limit


def _choices(answer: Answer, question: Asked, links: Links, name: str) -> list[Choice]:
    """The values of a facet that is not chosen yet, each with the page of its articles."""
    if getattr(question, name):
        return []
    link = links.varied("/search", question.parameters(), name)
    counts = ((value, count) for value, count in answer.facets.get(name, {}).items() if 0 < len(value) <= _LINKED)
    return [Choice(value, count, link(value)) for value, count in islice(counts, _VALUES)]


def _timeline(site: Site, answer: Answer, question: Asked, links: Links) -> Chart | None:
    """The answer by month or year, with what is known to be missing; None where it lies within one period."""
    by, periods = periods_of(answer.facets)
    if len(periods) < 2:
        return None
    source = answer.query.source
    of = site.background.calendar(site.archive, by, source) if question.share else None
    marks = site.background.marks(site.archive, by, source)
    link = links.varied("/search", question.parameters(), "since", "until")
    return chart(answer.facets[by], periods, link, marks, of=of)


def _period(answer: Answer) -> tuple[str, str] | None:
    """The first and the last month of the answer."""
    months = sorted(filter(None, answer.facets.get("month", {})))
    return (months[0], months[-1]) if months else None


def _proposals(answer: Answer, question: Asked, links: Links) -> Iterator[Choice]:
    """Questions to ask instead; those whose filter can't be taken out of an address are left out."""
    for proposal in answer.proposals:
        changes = {"q": proposal.question or question.q}
        for name in proposal.without:
            option, _blank, value = name.partition(" ")
            if value and option.removeprefix("--") in question.filters:
                changes[option.removeprefix("--")] = ""
            else:
                changes["q"] = changes["q"].replace(name, " ")
        other = links.to("/search", question.parameters(**changes))
        text = " ".join(changes["q"].split())
        names = [_(name) for name in changes if name != "q"]
        text += _(" without {filters}").format(filters=", ".join(names)) if names else ""
        if question.parameters(**changes) != question.parameters():
            yield Choice(text, proposal.articles, other)
