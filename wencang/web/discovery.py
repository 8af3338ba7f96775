"""What browsers, crawlers and monitors ask for: style, icon, robots.txt, OpenSearch description, health."""

from __future__ import annotations

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from archive.errors import Busy, Unusable
from archive.text.escaping import xml
from archive.text.translation import gettext as _
from wencang.web.render import ICON, STYLE, Links, Site, json
from wencang.web.traffic.metrics import TYPE

_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}  # its address has a digest of it
_ROBOTS = (
    "/search", "/api", "/metrics", "/timemap", "/timegate", "/timeline", "/concordance", "/keywords", "/collocations",
    "/figures", "/names", "/quotes", "/aid", "/map", "/changes", "/story", "/go", "/article/*/raw", "/article/*/proof",
    "/article/*/diff", "/*.json$", "/*.csv$",
)  # fmt: skip
_OPENSEARCH = """<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>{name}</ShortName>
<Description>{description}</Description>
<InputEncoding>UTF-8</InputEncoding>
<Image width="16" height="16" type="image/svg+xml">{icon}</Image>
<Url type="text/html" template="{html}?q={{searchTerms}}"/>
<Url type="application/json" template="{json}?q={{searchTerms}}"/>
<Url type="application/atom+xml" template="{atom}?q={{searchTerms}}"/>
</OpenSearchDescription>
"""


def style(_site: Site, _request: Request) -> Response:
    return Response(STYLE, media_type="text/css", headers=_FOREVER)


def icon(_site: Site, _request: Request) -> Response:
    return Response(ICON, media_type="image/svg+xml", headers=_FOREVER)


def robots(_site: Site, request: Request) -> Response:
    """Articles may be indexed; searches, of which there are endlessly many, may not."""
    root = Links(request).root
    return PlainTextResponse("User-agent: *\n" + "".join(f"Disallow: {root}{path}\n" for path in _ROBOTS))


def opensearch(_site: Site, request: Request) -> Response:
    """OpenSearch 1.1: lets a browser search the archive from its address bar."""
    links = Links(request)
    html, as_json, atom, image = (
        xml(links.whole(links.root + path)) for path in ("/search", "/search.json", "/search.atom", "/icon.svg")
    )
    description = _OPENSEARCH.format(
        name="闻藏", description=xml(_("Chinese news, archived")), html=html, json=as_json, atom=atom, icon=image
    )
    return Response(description, media_type="application/opensearchdescription+xml")


def health(site: Site, _request: Request) -> Response:
    """The position of the index against the archive; an error where either can't be used."""
    state = site.archive.state()
    return json(state.to_json() | {"behind": state.sequence - state.position})


def metrics(site: Site, _request: Request) -> Response:
    """What Prometheus scrapes."""
    state = None
    with suppress(Unusable, Busy):  # what else is counted tells more then than ever
        state = site.archive.state()
    return Response(site.metrics.text(state), headers={"Content-Type": TYPE})
