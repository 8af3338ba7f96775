"""The pages of one article: its text, a version, what changed, what proves it, and the page as it was fetched."""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.article import Article, Revision, to_json
from archive.errors import Busy, IndexUnusable, NotKept
from archive.jsonl import origin, times
from archive.text.translation import gettext as _
from archive.warc.pages import FetchedPage
from wencang.desk.count.similar import Similar
from wencang.desk.export.citation import STYLES, cited
from wencang.desk.versions import Diff
from wencang.web import memento
from wencang.web.desk import question_of
from wencang.web.drawing.tables import file_of, json_of
from wencang.web.inputs import MOST, FieldFault, Form, number, one_of, within
from wencang.web.render import Links, Site, json

_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_PICTURE = "sandbox; default-src 'none'"
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_FOUND = ("place", "institution", "person", "money")
_LONG = 100_000  # characters; the names in a longer text are not looked for
_MOST_FOUND = 40  # of one kind
_HEAD = 2_048  # bytes of a page in which its encoding is declared


def article(site: Site, request: Request) -> Response:
    """The newest version, with its addresses, versions, reprints and citations; `q` marks what it finds."""
    id, q = id_of(request), _question(request)
    view = site.archive.show(id, full_marks=q)
    revision = view.revision
    return site.page(
        request, "article.html", view=view, revision=revision, article=revision.article, q=q,
        history=site.archive.history(id), story=site.archive.story(id), citations=_citations(revision),
        found=_found(site, revision.article, Links(request)), pictures=site.archive.pictures(id),
        similar=_similar(site, id),
    )  # fmt: skip


def article_twin(site: Site, request: Request) -> Response:
    """The values of `wencang show --json`, the pictures that can be shown, and similar articles."""
    id, links = id_of(request), Links(request)
    values = site.archive.show(id, full_marks=_question(request)).to_json()
    pictures = [
        {"number": picture.number, "url": picture.url, "caption": picture.caption,
         "address": links.whole(links.article(values["id"], "picture", picture.number))}
        for picture in site.archive.pictures(id)
    ]  # fmt: skip
    similar = _similar(site, id)
    return json(values | {"pictures": pictures, "similar": similar and list(similar.records())})


def version(site: Site, request: Request) -> Response:
    """One version, as it was archived."""
    revision = site.archive.version(id_of(request), _sequence(request))
    history = site.archive.history(revision.article.id)
    page = site.page(
        request, "version.html", revision=revision, article=revision.article, history=history,
        citations=_citations(revision),
    )  # fmt: skip
    page.headers.update(memento.headers(request, revision))
    return page


def version_twin(site: Site, request: Request) -> Response:
    """The fields of a version, and its sequence."""
    revision = site.archive.version(id_of(request), _sequence(request))
    values = to_json(revision.article) | times(revision) | {"sequence": revision.sequence}
    return json(values | origin(revision))


def diff(site: Site, request: Request) -> Response:
    """What differs between two versions, or with `other` between the newest ones of another article and this one."""
    difference = _difference(site, request)
    history = site.archive.history(id_of(request))
    return site.page(request, "diff.html", diff=difference, article=difference.new.article, history=history)


def diff_twin(site: Site, request: Request) -> Response:
    """The values of `wencang diff --json`."""
    return json(_difference(site, request).to_json())


def story(site: Site, request: Request) -> Response:
    """The copies of an article: its first publication, then the others in order of time."""
    id = id_of(request)
    copies = site.archive.story(id)
    return site.page(request, "story.html", story=copies, article=site.archive.article(id))


def story_twin(site: Site, request: Request) -> Response:
    """The rows of `wencang story --json`."""
    copies = site.archive.story(id_of(request))
    return json_of(request, copies, copies.notices)


def story_file(site: Site, request: Request) -> Response:
    """The same rows as CSV or as an Excel workbook."""
    return file_of(request, site.archive.story(id_of(request)))


def proof(site: Site, request: Request) -> Response:
    """What proves a version, checked for this answer."""
    evidence = site.archive.proof(id_of(request), _sequence(request))
    return site.page(request, "proof.html", proof=evidence, article=evidence.revision.article)


def proof_twin(site: Site, request: Request) -> Response:
    """The same as JSON."""
    return json(site.archive.proof(id_of(request), _sequence(request)).to_json())


def raw(site: Site, request: Request) -> Response:
    """A page as it was fetched: as text, as a file, or as HTML that can neither run nor load anything."""
    id, sequence = id_of(request), _sequence(request)
    form: Form = one_of("as", request.query_params, ("", "html", "file"))
    pages = site.archive.raw(id, sequence)
    if not pages:
        raise NotKept(id, _("no raw page is kept of this version"))
    page = pages[number("part", request.query_params, 1, len(pages)) - 1]
    response = Response(page.body, headers=_raw_headers(form, _charset(page)))
    response.headers.update(memento.headers(request, site.archive.version(id, sequence)))
    return response


def _raw_headers(form: Form, charset: str) -> dict[str, str]:
    if form == "file":
        return {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": 'attachment; filename="page.html"',
        }
    return {"Content-Type": f"text/{form or 'plain'}{charset}", "Content-Security-Policy": _SANDBOX}


def picture(site: Site, request: Request) -> Response:
    """A picture of the article, from our own origin; it can neither run nor load anything."""
    file = site.archive.picture(id_of(request), _number(request, "number"))
    return Response(file.body, media_type=file.type, headers={"Content-Security-Policy": _PICTURE})


def go(site: Site, request: Request) -> Response:
    """To the article of an address."""
    url = request.query_params.get("url", "").strip()
    if not url or len(url) > 2_000:
        raise FieldFault("url", url[:40], _("is not an address"), _("use the address of an article"))
    return RedirectResponse(Links(request).article(site.archive.revision(url).article.id), 303)


def id_of(request: Request) -> str:
    """The id of the article that an address names."""
    return unquote(request.path_params["id"])


def _sequence(request: Request) -> int:
    return _number(request, "sequence")


def _number(request: Request, name: str) -> int:
    text = request.path_params[name]
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise NotKept(unquote(text), _("is not the number of a version or picture"))
    return int(text)


def _question(request: Request) -> str:
    q = within("q", request.query_params.get("q", ""))
    return q if q.strip() else ""


def _difference(site: Site, request: Request) -> Diff:
    """The comparison that an address asks for; 0 stands for a version that it does not name."""
    old, new = (number(name, request.query_params, 0, MOST) for name in ("from", "to"))
    return site.archive.diff(id_of(request), old, new, other=request.query_params.get("other", ""))


def _found(site: Site, article: Article, links: Links) -> dict[str, dict[str, str]]:
    """For each kind of names and figures in a text those that occur, each with the search for it."""
    if len(article.body) > _LONG:
        return {}
    found: dict[str, dict[str, str]] = {kind: {} for kind in _FOUND}
    for mention in site.archive.mentions(article.id, kind=_FOUND):
        text, kind = mention.figure.text, mention.figure.kind
        if len(found[kind]) < _MOST_FOUND and (q := question_of(mention.figure)):
            found[kind].setdefault(text, links.to("/search", q=q))
    return found


def _similar(site: Site, id: str) -> Similar | None:
    """Articles like this one; None where there is none, or no index says."""
    try:
        similar = site.archive.similar(id)
    except (IndexUnusable, Busy):  # the rest of the page can be shown
        return None
    return similar if similar.neighbours else None


def _citations(revision: Revision) -> dict[str, str]:
    return {style: cited(style, [revision]).text for style in STYLES}


def _charset(page: FetchedPage) -> str:
    """The encoding that a page declares, as a parameter of its type; "" where it declares none."""
    headers = page.response.headers if page.response else ()
    types = [value for name, value in headers if name.lower() == "content-type"] or [page.content_type]
    declared = _CHARSET.search(types[0].encode("latin-1", "replace")) or _CHARSET.search(page.body[:_HEAD])
    return f"; charset={declared[1].decode()}" if declared else ""
