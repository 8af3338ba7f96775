"""Canonical addresses: one spelling for each page, however it was linked.

An address is made canonical once, where it enters: from a page, an import or a person's question.
`Article.url`, and every address that the archive holds, is canonical.
"""

import posixpath
import re
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(
    r"utm_\w+|spm|scm|fbclid|gclid|msclkid|yclid|isappinstalled|nsukey"
    r"|share_(?:token|source|from|medium)|wxshare_count|wechat_redirect"
)
_SHARED_FROM = {"timeline", "singlemessage", "groupmessage", "moments", "weibo"}
_SECOND_LEVEL = {"com", "net", "org", "gov", "edu", "ac", "co"}  # com.cn is not a site


@lru_cache(maxsize=1 << 14)  # a site's pages share most of their links
def canonical(url: str) -> str:
    """The canonical form of an http(s) address; other addresses are returned unchanged.

    These make no difference: http or https, the prefixes www., m. and wap., a default port, the
    fragment, tracking parameters, the order of parameters, percent-encoding and dot segments. The
    canonical form has http (unless a port is given), and www. before a bare domain, as
    nearly all sites, including old ones, respond to both.
    """
    from w3lib.url import canonicalize_url  # lazily: takes 0.05 s, and a search does not need it

    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # a port that is not a number, a malformed IPv6 host
        return url
    if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.hostname:
        return url
    scheme, host = "http", _host(parts.hostname.rstrip("."))
    if port and port != _DEFAULT_PORTS[parts.scheme.lower()]:
        scheme, host = parts.scheme.lower(), f"{host}:{port}"
    plain = urlunsplit((scheme, host, _path(parts.path), _query(parts.query), ""))
    return str(canonicalize_url(plain))


def _host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    labels = host.lower().split(".")
    if labels[0] in ("www", "m", "wap") and len(labels) > 2:
        del labels[0]
    if _is_bare_domain(labels):
        labels.insert(0, "www")
    return ".".join(labels)


def _is_bare_domain(labels: list[str]) -> bool:
    if len(labels) == 3:
        return labels[1] in _SECOND_LEVEL and len(labels[2]) == 2
    return len(labels) == 2


def _path(path: str) -> str:
    if not re.search(r"/\.\.?(?:/|$)", path):
        return path
    plain = "/" + posixpath.normpath(path).lstrip("/")
    return plain + "/" if path.endswith(("/", "/.", "/..")) and plain != "/" else plain


def _query(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if not _is_tracking(*pair.partition("=")))


def _is_tracking(key: str, _equals: str, value: str) -> bool:
    return bool(_TRACKING.fullmatch(key)) or (key == "from" and value in _SHARED_FROM)
