"""Which addresses a crawl may request: those of its site, and public ones only if a contact is set."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from archive import settings
from archive.errors import UsageFault
from archive.text.translation import gettext as _
from archive.url import canonical


def site(url: str) -> str:
    """The host, and the port if it is not the default, of an address; https, www. and m. make no difference."""
    return urlsplit(canonical(url)).netloc


def as_answered(url: str, answered: str) -> str:
    """A canonical address with the scheme and host of an answer from the same site, which may be https only."""
    parts = urlsplit(answered)
    return urlunsplit(parts[:2] + urlsplit(url)[2:]) if site(answered) == urlsplit(url).netloc else url


def as_linked(url: str, page: str) -> str:
    """The address to request for a link of a page: with scheme and host of the page if that is of the same site."""
    return as_answered(canonical(url), page) if site(url) == site(page) else url


def host_of(url: str) -> str:
    """The host of an address. Raises UsageFault for what is not an HTTP address."""
    match = re.fullmatch(r"https?://([\w.-]+|\[[0-9a-f:]+\])(?::\d+)?(?:[/?#].*)?", url, re.IGNORECASE)
    if not match:
        raise UsageFault(url, _("is not an HTTP address"))
    return match[1].strip("[]")


def is_private(host: str) -> bool:
    """Whether a host is by its name this machine or one of a private network, in any notation of an IP address."""
    if host.lower().rstrip(".").split(".")[-1] == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            address = ipaddress.ip_address(socket.inet_aton(host))  # also 127.1, 2130706433, 0x7f000001
        except OSError:
            return False
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    return not address.is_global or address.is_multicast


def proxy_of(url: str) -> str:
    """The host of the proxy for an address, by the environment; "" if there is none."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme, "")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return ""
    return urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname or ""


def refuse_nameless(contact: str, urls: Iterable[str]) -> None:
    """Raise UsageFault for an address of a public host if no contact is given, or for what is not an address.

    No contact is needed for a private host, or behind a proxy on this machine such as the replay.
    """
    for url in () if contact.strip() else urls:
        if not is_private(host_of(url)) and not is_private(proxy_of(url)):
            raise UsageFault(
                site(url), _("is a public site, whose operators must be able to reach you"),
                _('set WENCANG_CONTACT=you@example.org, or contact = "..." in DATA/{file}').format(file=settings.FILE),
            )  # fmt: skip
