"""Errors as pages, and for programs as problem details (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive.errors import Busy, NotKept, Unusable, UsageFault, WencangError, Withdrawn
from archive.text.translation import gettext as _
from wencang.web.inputs import field_of, typed
from wencang.web.render import Site, json

_STATUS: dict[type[WencangError], int] = {UsageFault: 400, NotKept: 404, Withdrawn: 410, Busy: 503, Unusable: 503}
_RETRY = {503: {"Retry-After": "5"}}
_log = logging.getLogger(__name__)


class Overloaded(WencangError):
    """As many searches as may wait are waiting."""


def of_error(request: Request, error: Exception) -> Response:
    """The answer to a request that met one of our errors."""
    assert isinstance(error, WencangError)
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 503)
    if isinstance(error, Unusable):
        _log.error("%s", error)  # names files of this machine, which readers need not know
    field = field_of(error, typed(request.query_params)) if isinstance(error, UsageFault) else ""
    return _answer(request, status, _sentence(error), field)


def of_http(request: Request, error: Exception) -> Response:
    """The answer to an address that is none of ours."""
    assert isinstance(error, HTTPException)
    return _answer(request, error.status_code, _("There is no such page."))


def of_bug(request: Request, _error: Exception) -> Response:
    """The answer where the program fails; the server's log has the traceback."""
    return _answer(request, 500, _("The program failed; its log says why."))


def _sentence(error: WencangError) -> str:
    """The reason, with its subject unless that is a file of this machine, and the remedy if a reader can use it."""
    if isinstance(error, Unusable | Overloaded):
        return str(error.reason)
    if isinstance(error, UsageFault):
        return str(error)
    return str(type(error)(error.subject, error.reason))


def _answer(request: Request, status: int, detail: str, field: str = "") -> Response:
    site: Site = request.app.state.site
    if request.url.path.endswith((".json", "/health")):
        title = HTTPStatus(status).phrase
        problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        response = json(problem, status, "application/problem+json")
    else:
        response = site.page(request, "fault.html", status, number=status, detail=detail, field=field)
    response.headers.update(_RETRY.get(status, {}))
    return response
