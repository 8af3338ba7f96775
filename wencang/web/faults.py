"""Errors as pages, and for programs as problem details (RFC 9457)."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from archive.errors import Busy, NotKept, Unusable, UsageFault, WencangError, Withdrawn
from archive.text.translation import gettext as _
from wencang.excerpts import NotShown
from wencang.web.inputs import field_of, typed
from wencang.web.paging import ExpiredCursor
from wencang.web.render import Site, json
from wencang.web.traffic.limits import Overloaded

_STATUS: dict[type[WencangError], int] = {
    UsageFault: 400, NotKept: 404, Withdrawn: 410, ExpiredCursor: 410, NotShown: 403, Busy: 503, Unusable: 503,
}  # fmt: skip
_TYPES: dict[type[Exception], str] = {ExpiredCursor: "expired-cursor", Withdrawn: "withdrawn"}
_FOR_PROGRAMS = re.compile(r".*\.json|.*/health|/api/.*")
_RETRY = {503: {"Retry-After": "5"}}
_log = logging.getLogger(__name__)


def of_error(request: Request, error: Exception) -> Response:
    """The answer to a request that met one of our errors."""
    assert isinstance(error, WencangError)
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 503)
    if isinstance(error, Unusable):
        _log.error("%s", error)  # names files of this machine, which readers need not know
    field = field_of(error, typed(request.query_params)) if isinstance(error, UsageFault) else ""
    return _answer(request, status, public(error), field, _TYPES.get(type(error), ""))


def of_http(request: Request, error: Exception) -> Response:
    """The answer to an address that does not exist here."""
    assert isinstance(error, HTTPException)
    return _answer(request, error.status_code, _("There is no such page."))


def of_bug(request: Request, _error: Exception) -> Response:
    """The answer where the program fails; the server's log has the traceback."""
    return _answer(request, 500, _("Internal error; the server's log has the details."))


def public(error: WencangError) -> str:
    """The reason, with its subject unless that is a file of this machine, and the remedy if a reader can use it."""
    if isinstance(error, Unusable | Overloaded):
        return str(error.reason)
    if isinstance(error, UsageFault | ExpiredCursor):
        return str(error)
    return str(type(error)(error.subject, error.reason))


def is_for_programs(path: str) -> bool:
    """Whether errors at a path of ours are JSON."""
    return bool(_FOR_PROGRAMS.fullmatch(path))


def problem(status: int, detail: str, *, type: str = "", field: str = "") -> Response:
    """Problem details (RFC 9457); `type` is a name of ours where the status does not say all."""
    values = {
        "type": f"tag:wencang,2026:{type}" if type else "about:blank", "title": HTTPStatus(status).phrase,
        "status": status, "detail": detail, **({"field": field} if field else {}),
    }  # fmt: skip
    return json(values, status, "application/problem+json")


def _answer(request: Request, status: int, detail: str, field: str = "", type: str = "") -> Response:
    site: Site = request.app.state.site
    if is_for_programs(request.scope["path"].removeprefix(request.scope["root_path"])):
        response = problem(status, detail, type=type, field=field)
    else:
        response = site.page(request, "fault.html", status, number=status, detail=detail, field=field)
    response.headers.update(_RETRY.get(status, {}))
    return response
