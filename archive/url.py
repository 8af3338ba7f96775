"""Canonical addresses: one key for each page, however it was linked.

A canonical address is a key, by which the archive finds an article. What is requested, shown and
cited is an address as it was met, but for what tracks its readers: `Article.url`.
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
_WECHAT = "mp.weixin.qq.com"
_SECOND_LEVEL = {"com", "net", "org", "gov", "edu", "ac", "co"}  # com.cn is not a site


@lru_cache(maxsize=1 << 14)  # a site's pages share most of their links
def canonical(url: str) -> str:
    """The canonical form of an http(s) address; other addresses are returned unchanged.

    These make no difference: http or https, the prefixes www., m. and wap., a default port, a
    fragment that is not a route (#/news/1, #!/news/1), tracking parameters, the order of parameters,
    percent-encoding and dot segments. The canonical form has http (unless a port is given), and www.
    before a bare domain. An article of WeChat is identified by the four parameters that number it.
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
    query = _numbers_in_wechat(parts.query) if host == _WECHAT else _query(parts.query)
    plain = urlunsplit((scheme, host, _path(parts.path), query, _route(parts.fragment)))
    return str(canonicalize_url(plain, keep_fragments=True))


@lru_cache(maxsize=1 << 14)
def untracked(url: str) -> str:
    """An http(s) address without tracking parameters, and without a fragment that is not a route."""
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.hostname:
        return url
    return urlunsplit(parts._replace(query=_query(parts.query), fragment=_route(parts.fragment)))


def _route(fragment: str) -> str:
    return fragment if fragment.startswith(("/", "!")) else ""


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


def _numbers_in_wechat(query: str) -> str:
    """The account, message and place in it of an article, without what each share adds; else the whole query."""
    pairs = [pair for pair in query.split("&") if pair.partition("=")[0] in ("__biz", "mid", "idx", "sn")]
    return "&".join(pairs) if len(pairs) == 4 else _query(query)


def _is_tracking(key: str, _equals: str, value: str) -> bool:
    return bool(_TRACKING.fullmatch(key)) or (key == "from" and value in _SHARED_FROM)
