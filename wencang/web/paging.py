"""Lists in parts: an opaque cursor says where the next one begins, as long as the list is the same."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from archive import clock
from archive.article import SHANGHAI
from archive.errors import WencangError
from archive.text.messages import Message
from archive.text.translation import gettext as _
from wencang.web.inputs import FieldFault, number
from wencang.web.render import Links, Site, json
from wencang.web.traffic.limits import deadline_of


@dataclass(frozen=True, slots=True)
class Paging:
    """How many rows an answer has by default and at most, and how many can be reached."""

    default: int
    most: int
    deepest: int


class ExpiredCursor(WencangError):
    """A cursor of an index that has moved since, or of another question."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a list: `limit` of its rows after the first `offset`.

    Its cursor is valid for the question and the state of the index that `basis` names.
    """

    request: Request
    limit: int
    offset: int
    basis: str
    deepest: int

    @property
    def end(self) -> int:
        return self.offset + self.limit

    def response(self, value: Mapping[str, Any], has_more: bool) -> Response:
        """The part as JSON, with the address of the next one in `next` and in the header Link."""
        following = self._following() if has_more and self.end < self.deepest else None
        response = json({**value, "next": following})
        if following:
            response.headers["Link"] = f'<{following}>; rel="next"'
        return response

    def of(self, rows: Iterable[Mapping[str, Any]], notices: Iterable[Message]) -> Response:
        """The part of all these rows."""
        chosen = list(islice(deadline_of(self.request).over(rows), self.offset, self.end + 1))
        value = {"rows": chosen[: self.limit], "notices": [notice.to_json() for notice in notices]}
        return self.response(value, len(chosen) > self.limit)

    def _following(self) -> str:
        parameters = dict(self.request.query_params.items())
        repeated = {name: self.request.query_params.getlist(name) for name in parameters}
        cursor = base64.urlsafe_b64encode(f"{self.end}.{self.basis}".encode()).decode().rstrip("=")
        links = Links(self.request)
        path = self.request.scope["path"].removeprefix(links.root)
        return links.whole(links.to(path, {**repeated, "cursor": cursor}))


def part_of(site: Site, request: Request, paging: Paging) -> Part:
    """The part that an address asks for. Raises FieldFault, and ExpiredCursor where it can't be continued."""
    limit = number_or(request, "limit", paging.default, 1, paging.most)
    basis, offset = _basis(site, request), 0
    if cursor := request.query_params.get("cursor", ""):
        offset, known = _read(cursor)
        if known != basis:
            reason = _("the index has changed, or it belongs to another question")
            raise ExpiredCursor("cursor", reason, _("start again without it"))
        if not 0 < offset < paging.deepest:
            raise FieldFault("cursor", cursor[:40], _("is not a cursor issued by this server"))
    return Part(request, min(limit, paging.deepest - offset), offset, basis, paging.deepest)


def _basis(site: Site, request: Request) -> str:
    """Identifies the list that a cursor belongs to.

    Not by the archive's sequence: while a crawl runs it moves with every article, and the list only with the index.
    """
    state = site.archive.state()
    given = request.query_params.multi_items()
    pairs = sorted((name, value) for name, value in given if value and name not in ("cursor", "limit", "lang"))
    today = clock.now().astimezone(SHANGHAI).date()  # questions may count from it
    parts = (state.engine, state.index, state.position, state.annotations, today, request.scope["path"], pairs)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _read(cursor: str) -> tuple[int, str]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    offset, _dot, basis = text.partition(".")
    if not (offset.isdecimal() and len(offset) < 10 and basis):
        raise FieldFault("cursor", cursor[:40], _("is not a cursor issued by this server"))
    return int(offset), basis


def number_or(request: Request, field: str, default: int, least: int, most: int) -> int:
    """A parameter that is a number, with its default; an empty one is not a number. Raises FieldFault."""
    return number(field, {field: request.query_params.get(field, str(default)) or "-"}, least, most)
