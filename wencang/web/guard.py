"""What holds for every request and answer: security headers, allowed hosts and methods, the token, the language."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from math import ceil
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.text.translation import using
from wencang.catalog import LANGUAGES, catalog
from wencang.web.faults import is_for_programs, problem
from wencang.web.traffic.limits import Buckets, cost

LONGEST_QUERY = 4_000  # bytes of an address after its question mark
DEFAULT_LANGUAGE = "zh"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the question is in the address
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
# So that scripts of any site can read the API; where there is a token, only who has it may.
_OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link, Retry-After"}
_CHALLENGE = {"WWW-Authenticate": 'Bearer, Basic realm="wencang", charset="UTF-8"'}
_PORT = re.compile(r":\d*\Z")
_RANGE = re.compile(r"\s*([a-zA-Z]{1,8})(?:-[a-zA-Z0-9-]+)?\s*(?:;\s*q\s*=\s*([0-9.]{1,5}))?\s*")


class Guard:
    """Wraps the application.

    `hosts` are the names that it answers under; `token` closes it to all who lack it. `prefix` is the
    path under which a proxy serves it, whether or not the proxy cuts that off. Only `methods` are
    answered. `buckets` limit what one address may ask for.
    """

    def __init__(
        self, app: ASGIApp, hosts: Collection[str], token: str = "", prefix: str = "",
        methods: Collection[str] = ("GET", "HEAD"), buckets: Buckets | None = None,
    ) -> None:  # fmt: skip
        self._app = app
        self._methods = methods
        self._hosts = {host.lower() for host in hosts}
        self._token = token.encode()
        self._prefix = prefix
        self._buckets = Buckets(0) if buckets is None else buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.update(_OPEN if self._is_open(scope) else {})
                headers.add_vary_header("Accept-Language")
            await send(message)

        scope["root_path"], scope["path"] = self._prefix, self._path(scope)
        app = self._refusal(scope) or self._app
        scope["language"] = language_of(scope)
        with using(catalog(scope["language"])):
            await app(scope, receive, guarded)

    def _path(self, scope: Scope) -> str:
        """The path under the prefix; still percent-encoded, so that an id may contain a slash."""
        path = str(scope["raw_path"], "latin-1")
        if path == self._prefix:
            return f"{path}/"
        return path if path.startswith(f"{self._prefix}/") else self._prefix + path

    def _is_open(self, scope: Scope) -> bool:
        return not self._token and scope["path"].startswith((f"{self._prefix}/api/", f"{self._prefix}/openapi.json"))

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """The answer to a request that goes no further; None for any other."""
        headers = Headers(scope=scope)
        if _PORT.sub("", headers.get("host", "")).lower() not in self._hosts:
            return self._refused(scope, 400, "host", "This host name is not served here.")
        if wait := self._buckets.wait((scope.get("client") or ("",))[0], cost(self._own(scope))):
            after = {"Retry-After": str(ceil(wait))}
            return self._refused(scope, 429, "rate", "Too many requests from this address.", after)
        if scope["method"] not in self._methods:
            allowed = ", ".join(self._methods)
            return self._refused(scope, 405, "method", f"Only {allowed} are answered.", {"Allow": allowed})
        if len(scope["query_string"]) > LONGEST_QUERY:
            return self._refused(
                scope, 414, "length", f"An address may have {LONGEST_QUERY} bytes after its question mark."
            )
        if self._token and not self._has_token(headers.get("authorization", "")):
            return self._refused(scope, 401, "token", "A token is needed.", _CHALLENGE)
        return None

    def _own(self, scope: Scope) -> str:
        return str(scope["path"]).removeprefix(self._prefix)

    def _refused(
        self, scope: Scope, status: int, reason: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> ASGIApp:
        """One line, for programs as problem details; `reason` is what is counted."""
        scope["refused"] = reason
        is_json = is_for_programs(self._own(scope))
        response = problem(status, detail) if is_json else PlainTextResponse(f"{detail}\n", status)
        response.headers.update(headers or {})
        return response

    def _has_token(self, authorization: str) -> bool:
        """Whether the token is there: as a bearer token, or for browsers as the password of any user."""
        scheme, _blank, value = authorization.partition(" ")
        token = value.strip().encode("latin-1")
        if scheme.lower() == "basic":
            token = b""
            with suppress(ValueError):
                token = base64.b64decode(value, validate=True).partition(b":")[2]
        return scheme.lower() in ("bearer", "basic") and hmac.compare_digest(token, self._token)


def language_of(scope: Scope) -> str:
    """The language of an answer: that of `?lang=`, else the reader's preferred one of ours, else Chinese."""
    with suppress(ValueError):  # too many fields
        query = str(scope["query_string"], "latin-1")
        chosen = parse_qs(query, max_num_fields=100).get("lang", [""])[-1]
        if chosen in LANGUAGES:
            return chosen
    return next(_preferred(Headers(scope=scope).get("accept-language", "")), DEFAULT_LANGUAGE)


def _preferred(header: str) -> Iterator[str]:
    ranges = [match for part in header[:500].split(",") if (match := _RANGE.fullmatch(part))]
    weights = {match[1].lower(): _weight(match[2]) for match in reversed(ranges)}
    best = sorted((language for language in LANGUAGES if weights.get(language)), key=lambda each: -weights[each])
    return iter(best)


def _weight(text: str | None) -> float:
    with suppress(ValueError):
        return float(text or 1)
    return 0.0
