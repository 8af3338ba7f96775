"""Memento (RFC 7089): the versions of an address by the time of fetching, for programs that know many archives."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.article import Revision
from archive.errors import NotKept
from archive.text.translation import gettext as _
from wencang.web.inputs import FieldFault
from wencang.web.render import Links, Site

_SAFE = "!#$%&'()*+,/:;=?@[]~"  # in an address between < and >
_ONE_SLASH = re.compile(r"\A(https?):/+")  # what proxies that merge slashes leave
_TYPE = "application/link-format"


def timemap(site: Site, request: Request) -> Response:
    """All versions of an address."""
    url, links = _url(request), Links(request)
    versions = _mementos(site, url)
    first, last = _date(versions[0]), _date(versions[-1])
    lines = [
        _link(url, "original"),
        _link(links.whole(_timemap(links, url)), "self", type=_TYPE, **{"from": first, "until": last}),
        _link(links.whole(_timegate(links, url)), "timegate"),
        *(
            _link(_version(links, revision), _place(number, len(versions)), datetime=_date(revision))
            for number, revision in enumerate(versions)
        ),
    ]
    return Response(",\n".join(lines) + "\n", media_type=_TYPE)


def timegate(site: Site, request: Request) -> Response:
    """To the version of an address at the time in Accept-Datetime: the last one fetched until then, or the first."""
    url, links, moment = _url(request), Links(request), _moment(request)
    versions = _mementos(site, url)
    earlier = [revision for revision in versions if revision.fetched <= moment]
    chosen = max(earlier, key=lambda revision: revision.fetched, default=versions[0])
    headers = {"Vary": "Accept-Datetime", "Link": _links(links, url)}
    return RedirectResponse(_version(links, chosen), 302, headers)


def headers(request: Request, revision: Revision) -> dict[str, str]:
    """What says that an answer is a version: of which address, and when it was fetched."""
    return {"Memento-Datetime": _date(revision), "Link": _links(Links(request), revision.article.url)}


def _url(request: Request) -> str:
    """The address that follows in ours, with its own query."""
    query = request.url.query
    return _ONE_SLASH.sub(r"\1://", request.path_params["url"]) + (f"?{query}" if query else "")


def _mementos(site: Site, url: str) -> list[Revision]:
    """The versions of an address that the site showed, oldest first."""
    names = dict.fromkeys((url, unquote(url)))
    for name in names:
        if ":" in name:
            try:
                id = site.archive.revision(name).article.id
            except NotKept:
                continue
            versions = site.archive.versions(id)
            return [revision for revision in versions if not revision.gone] or versions
    raise NotKept(unquote(url), _("is not in the archive"))


def _moment(request: Request) -> datetime:
    text = request.headers.get("accept-datetime", "")
    try:
        moment = parsedate_to_datetime(text) if text else datetime.max.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise FieldFault("Accept-Datetime", text[:40], _("is not a time: Wed, 01 Jun 2022 10:00:00 GMT")) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _links(links: Links, url: str) -> str:
    return ", ".join((
        _link(url, "original"), _link(links.whole(_timegate(links, url)), "timegate"),
        _link(links.whole(_timemap(links, url)), "timemap", type=_TYPE),
    ))  # fmt: skip


def _link(address: str, rel: str, **attributes: str) -> str:
    values = "".join(f'; {name}="{value}"' for name, value in attributes.items())
    return f'<{quote(address, safe=_SAFE)}>; rel="{rel}"{values}'


def _timemap(links: Links, url: str) -> str:
    return f"{links.root}/timemap/link/{url}"


def _timegate(links: Links, url: str) -> str:
    return f"{links.root}/timegate/{url}"


def _version(links: Links, revision: Revision) -> str:
    return links.whole(links.article(revision.article.id, revision.sequence))


def _place(number: int, count: int) -> str:
    places = ["first"] if number == 0 else []
    places += ["last"] if number == count - 1 else []
    return " ".join([*places, "memento"])


def _date(revision: Revision) -> str:
    return format_datetime(revision.fetched.astimezone(UTC), usegmt=True)
